"""A disclosure is found by clicks from the site's page, kept as it is shown, and read; where there is none, none is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from auditor.capture.disclosure import following
from auditor.disclosures import Disclosure
from auditor.evidence import Outcome, VisitKind
from auditor.pipeline import audit, derive, disclosure_at
from auditor.pipeline.places import FRAME, MARGIN_PX, cut_places
from auditor.report import RunResult
from auditor.scenario import Network
from auditor.store.run import RunFolder

from .pages_web import Answer, PagesWeb, pages_web

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TABLE = """<table><tr><th>送信先</th><th>送信される情報</th><th>利用目的</th></tr>
<tr><td>Google LLC</td><td>Cookie、閲覧したページのURL</td><td>アクセス解析</td></tr></table>"""
PDF = Path(__file__).parents[1] / "disclosures" / "pages" / "pdf_table.pdf"
GREEN, WHITE = (1, 200, 3), (255, 255, 255)
LINKED = f"""<!doctype html><meta charset="utf-8"><title>公表事項</title><h1>外部送信規律に基づく公表事項</h1>
<div style="height: 3000px"></div>
<table style="background: rgb(1, 200, 3); margin: 0 auto"><tr><th>送信先</th><th>送信される情報</th><th>利用目的</th>
<th>プライバシーポリシー</th><th>オプトアウト</th></tr>
{
    "".join(
        f'<tr><td>{name}</td><td>Cookie</td><td>解析</td><td><a href="https://policy.test/{path}">方針</a></td>'
        f'<td><a href="https://policy.test/{path}/out">停止</a></td></tr>'
        for name, path in (("株式会社あかつき計測", "ja"), ("株式会社みなと広告", "moved"), ("株式会社かすみ", "gone"))
    )
}</table><p style="height: 100px">以上</p>"""
VIEWPORT = '<meta name="viewport" content="width=device-width">'
RULES = f"<!doctype html>{VIEWPORT}<title>外部送信について</title><h1>利用者情報の外部送信について</h1>{TABLE}"
POLICY = "<!doctype html><title>プライバシーポリシー</title><h1>プライバシーポリシー</h1><p>大切に扱います。</p>"
SHOP = "<!doctype html><title>店</title><h1>くつの店</h1><p>いらっしゃいませ。</p>"


class Late(Response):
    """Nothing for six seconds."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(6)
        await super().__call__(scope, receive, send)


PAGES: dict[str, dict[str, str | Answer]] = {
    # in the footer
    "foot.test": {
        "/": f'{SHOP}<a href="/shoes">くつ</a><footer><a href="/rules">外部送信について</a></footer>',
        "/shoes": f'{SHOP}<footer><a href="/rules">外部送信について</a></footer>',
        "/rules": RULES,
    },
    # in a menu that is closed
    "menu.test": {
        "/": f"""{SHOP}<button id="menu" aria-expanded="false" onclick="list.hidden = false">メニュー</button>
<ul id="list" hidden><li><a href="/rules">利用者情報の外部送信</a></li></ul>""",
        "/rules": RULES,
    },
    # behind the privacy policy, in a window of its own, letters of 8 px, the table in a closed part
    "deep.test": {
        "/": f'{SHOP}<a href="/policy">プライバシーポリシー</a>',
        "/policy": f'{POLICY}<a href="/rules" target="_blank">外部送信規律に基づく公表事項</a>',
        "/rules": f"""<!doctype html><title>公表事項</title><h1>外部送信規律に基づく公表事項</h1>
<details><summary>送信先の一覧</summary><div style="font-size: 8px; width: 700px">{TABLE}</div></details>""",
    },
    # a policy that declares nothing
    "none.test": {"/": f'{SHOP}<a href="/policy">プライバシーポリシー</a>', "/policy": POLICY},
    # on the site's page itself
    "self.test": {"/": f"{SHOP}<h2>外部送信について</h2>{TABLE}"},
    # the one link that names it leads nowhere: nobody can say that nothing is declared
    "broken.test": {"/": f'{SHOP}<a href="https://dead.test/rules">外部送信について</a>'},
    # rows that link to the recipients' own pages: Japanese, English behind a redirect, gone
    "rows.test": {"/": f'{SHOP}<a href="/rules">外部送信について</a>', "/rules": LINKED},
    "policy.test": {
        "/ja": "<title>方針</title><p>当社はCookieと閲覧したページのURLを広告のために利用します。</p>",
        "/ja/out": "<title>停止</title><p>停止の手続きです。</p>",
        "/slow": lambda _request: Late("late"),
        "/loop": "<script>for (;;) alert(1)</script>",
        "/moved": '<script>location = "/en"</script>',
        "/en": "<title>Policy</title><p>We use cookies to measure.</p>",
        "/moved/out": "<title>停止</title><p>停止の手続きです。</p>",
        "/gone/out": "<title>停止</title><p>停止の手続きです。</p>",
    },
    # rows that link to a page too slow, to one that nobody serves, and to one that never stops asking
    "harm.test": {
        "/": f'{SHOP}<a href="/rules">外部送信について</a>',
        "/rules": "<title>外部送信</title><table><tr><th>送信先</th><th>送信される情報</th><th>利用目的</th>"
        "<th>プライバシーポリシー</th></tr>"
        + "".join(
            f'<tr><td>株式会社{name}</td><td>Cookie</td><td>解析</td><td><a href="{url}">方針</a></td></tr>'
            for name, url in (
                ("あ", "https://policy.test/slow"),
                ("い", "https://dead.test/policy"),
                ("う", "https://policy.test/loop"),
                ("え", "https://policy.test/ja"),
            )
        )
        + "</table>",
    },
    # a PDF, and a page far wider and longer than any picture
    "paper.test": {
        "/": f'{SHOP}<a href="/rules">外部送信について</a>',
        "/rules": lambda _request: Response(PDF.read_bytes(), media_type="application/pdf"),
    },
    "vast.test": {
        "/": f'{SHOP}<a href="/rules">外部送信について</a>',
        "/rules": f"{RULES}<div style='width: 40000px; height: 40000px'></div>{TABLE.replace('Google LLC', 'あ社')}",
    },
    # no link at all
    "bare.test": {"/": SHOP},
}
JOURNEYS = {"foot.test": "journey: [{click: 'a[href=\"/shoes\"]'}]"}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunFolder, RunResult]]:
    folder = tmp_path_factory.mktemp("found")
    with pages_web(folder, PAGES) as web, pytest.MonkeyPatch.context() as patched:
        patched.setattr(following, "LINKED_S", 4.0)
        out = folder / "run"
        run = audit(scenario(folder, web), out, 2, lambda _total: lambda _visit: None, lambda _scenario: None)
        yield run, derive(RunFolder.open(out))


def scenario(folder: Path, web: PagesWeb) -> Path:
    sites = "".join(
        f"""
  - id: {host.partition(".")[0]}
    operator: 株式会社くつ
    url: https://{host}/
    disclosure: {{find: 2}}
    {JOURNEYS.get(host, "")}"""
        for host in PAGES
        if host != "policy.test"
    )
    served = {**web.names, "dead.test": "127.0.0.1:1"}
    names = "".join(f"\n    {host}: {address}" for host, address in served.items())
    path = folder / "found.yaml"
    path.write_text(
        f"""scenario: found
cookie_modes: [allowed]
limits: {{settle_quiet_ms: 200, settle_max_ms: 3000, drain_ms: 1000, step_ms: 8000, consent_ms: 500}}
sites:{sites}
network:
  ca: {web.ca}
  names:{names}
""",
        encoding="utf-8",
    )
    return path


def declared(result: tuple[RunFolder, RunResult], site: str) -> Disclosure:
    (found,) = [d for d in result[1].disclosures if d.site == site]
    return found


def test_every_visit_is_complete(result: tuple[RunFolder, RunResult]) -> None:
    visits = [v.visit for v in result[1].visits if v.visit.kind is not VisitKind.control]
    assert {v.visit: v.reason.partition(":")[0] for v in visits if v.outcome is not Outcome.complete} == {
        "harm.disclosure": "dialog_loop"
    }
    assert [v.visit for v in visits if v.kind is VisitKind.disclosure] == [
        f"{site}.disclosure" for site in sorted(host.removesuffix(".test") for host in PAGES if host != "policy.test")
    ]
    (note,) = result[1].notes
    assert note.startswith("broken: the disclosure could not be read: ")
    assert "did not open" in note
    assert [d.site for d in result[1].disclosures if d.site == "broken"] == []


def test_it_may_stand_on_the_sites_page(result: tuple[RunFolder, RunResult]) -> None:
    disclosure = declared(result, "self")
    assert (disclosure.found, disclosure.address) == (True, "https://self.test/")
    assert [(r.reached, r.path) for r in disclosure.reach] == [(True, ())]
    assert {(f.rule, f.verdict.value) for f in result[1].findings if f.rule == "JP-01"} == set()


@pytest.mark.parametrize("site", ["foot", "menu", "deep"])
def test_what_is_found_is_read(result: tuple[RunFolder, RunResult], site: str) -> None:
    disclosure = declared(result, site)
    assert disclosure.found
    assert disclosure.address == f"https://{site}.test/rules"
    assert [(row.entity, row.content) for row in disclosure.rows] == [("google", ("cookie_id", "page_url"))]


@pytest.mark.parametrize("site", ["none", "bare"])
def test_where_nothing_is_declared_nothing_is_found(result: tuple[RunFolder, RunResult], site: str) -> None:
    disclosure = declared(result, site)
    assert (disclosure.found, disclosure.rows) == (False, ())


def test_the_way_there_is_kept_click_by_click(result: tuple[RunFolder, RunResult]) -> None:
    paths = {
        v.visit.site: [(o.action, o.text) for o in page.path]
        for v in result[1].visits
        for page in v.pages
        if page.address.endswith("/rules")
    }
    assert paths == {
        "paper": [("click", "外部送信について")],
        "vast": [("click", "外部送信について")],
        "harm": [("click", "外部送信について")],
        "foot": [("click", "外部送信について")],
        "menu": [("open", "メニュー"), ("click", "利用者情報の外部送信")],
        "deep": [("click", "プライバシーポリシー"), ("click", "外部送信規律に基づく公表事項")],
        "rows": [("click", "外部送信について")],
    }


def test_from_each_audited_page_the_operations_are_counted(result: tuple[RunFolder, RunResult]) -> None:
    reached = {
        site: [
            (r.page.removeprefix(f"https://{site}.test"), r.reached, len(r.path)) for r in declared(result, site).reach
        ]
        for site in ("foot", "menu", "deep", "bare")
    }
    assert reached == {
        "foot": [("/", True, 1), ("/shoes", True, 1)],
        "menu": [("/", True, 2)],
        "deep": [("/", True, 2)],
        "bare": [("/", False, 0)],
    }


def test_how_it_is_shown(result: tuple[RunFolder, RunResult]) -> None:
    (near,), (deep,) = declared(result, "foot").views, declared(result, "deep").views
    assert (near.font_px, near.overflow_px, near.viewport, near.collapsed) == (16.0, 0, True, ())
    assert (deep.font_px, deep.viewport, len(deep.collapsed)) == (8.0, False, 3)
    assert deep.overflow_px is not None
    assert deep.overflow_px > 300
    # Cookie、閲覧したページのURL / アクセス解析: 14 Japanese letters of 23
    assert near.japanese == round(14 / 23, 3)


def test_an_address_alone_is_looked_at_and_read(tmp_path: Path) -> None:
    with pages_web(tmp_path, {"foot.test": PAGES["foot.test"]}) as web:
        network = Network(names=web.names, ca=web.ca)
        found = disclosure_at("https://foot.test/", tmp_path / "found", find=1, network=network)
    assert (found.address, [row.entity for row in found.rows]) == ("https://foot.test/rules", ["google"])
    assert [p.name for p in (tmp_path / "found" / "data" / "visits").glob("page.*")] == ["page.disclosure"]


def test_a_picture_of_the_place_is_there(result: tuple[RunFolder, RunResult]) -> None:
    run, _ = result
    picture = run.visits_dir / "deep.disclosure" / declared(result, "deep").views[0].screenshot
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_what_the_rows_link_to_is_opened_and_looked_at(result: tuple[RunFolder, RunResult]) -> None:
    disclosure = declared(result, "rows")
    assert [(p.url, p.address, p.status, p.japanese, p.content, p.is_dead) for p in disclosure.linked] == [
        ("https://policy.test/ja", "https://policy.test/ja", 200, 0.727, ("cookie_id", "page_url"), False),
        ("https://policy.test/ja/out", "https://policy.test/ja/out", 200, 1.0, (), False),
        ("https://policy.test/moved", "https://policy.test/en", 200, 0.0, ("cookie_id",), False),
        ("https://policy.test/moved/out", "https://policy.test/moved/out", 200, 1.0, (), False),
        ("https://policy.test/gone", "https://policy.test/gone", 404, None, (), True),
        ("https://policy.test/gone/out", "https://policy.test/gone/out", 200, 1.0, (), False),
    ]
    found = [(f.rule, f.case, f.recipient) for f in result[1].findings if f.site == "rows" and f.rule == "JP-23"]
    assert found == [("JP-23", "dead", ""), ("JP-23", "foreign", "")]
    (visit,) = [v.visit for v in result[1].visits if v.visit.visit == "rows.disclosure"]
    # What is on the linked pages says nothing of the visit to the disclosure.
    assert (visit.outcome, visit.final_url) == (Outcome.complete, "https://rows.test/rules")


def test_a_pdfs_rows_have_pictures_and_a_vast_page_those_that_fit(result: tuple[RunFolder, RunResult]) -> None:
    run, told = result
    pictures = {d.site: [(r.recipient, r.picture) for r in d.rows] for d in cut_places(run, told).disclosures}
    assert pictures["paper"] == [
        ("Google LLC", "paper-001.png"),
        ("Brightcove Inc.", "paper-002.png"),
        ("株式会社くじら広告社", "paper-003.png"),
    ]
    assert pictures["vast"] == [("Google LLC", "vast-001.png"), ("あ社", "")]
    row = declared(result, "paper").rows[0]
    assert (row.sheet, row.selector) == (1, "")
    assert row.box is not None
    with Image.open(run.derived / "report" / "places" / "paper-001.png") as picture:
        assert picture.height == row.box[3] + 2 * MARGIN_PX
        assert picture.getpixel((row.box[0], MARGIN_PX)) == FRAME


def test_what_linked_pages_do_costs_nothing_of_the_disclosure(result: tuple[RunFolder, RunResult]) -> None:
    disclosure = declared(result, "harm")
    assert [row.recipient for row in disclosure.rows] == ["株式会社あ", "株式会社い", "株式会社う", "株式会社え"]
    # The visit ended at the third; a page too slow for us is not said to be dead.
    assert [(p.url, p.problem if p.error == "" else p.error, p.is_dead, p.is_read) for p in disclosure.linked] == [
        ("https://policy.test/slow", "took too long", False, False),
        ("https://dead.test/policy", "net::ERR_TUNNEL_CONNECTION_FAILED", True, False),
    ]
    found = [(f.rule, f.case) for f in result[1].findings if f.site == "harm" and f.rule in ("JP-01", "JP-23")]
    assert found == [("JP-23", "dead")]


def test_each_row_has_a_picture_of_its_place(result: tuple[RunFolder, RunResult]) -> None:
    run, told = result
    (disclosure,) = [d for d in cut_places(run, told).disclosures if d.site == "rows"]
    assert [(row.recipient, row.picture) for row in disclosure.rows] == [
        ("株式会社あかつき計測", "rows-001.png"),
        ("株式会社みなと広告", "rows-002.png"),
        ("株式会社かすみ", "rows-003.png"),
    ]
    boxes = [row.box for row in disclosure.rows if row.box is not None]
    assert all(box[1] > 3_000 for box in boxes)
    assert boxes == sorted(boxes, key=lambda box: box[1])
    for row in disclosure.rows:
        assert row.selector.startswith("html > body > table > tbody > tr:nth-of-type(")
        assert row.box is not None
        with Image.open(run.derived / "report" / "places" / row.picture) as picture:
            assert picture.height == row.box[3] + 2 * MARGIN_PX
            plain = picture.convert("RGB")
            left, right = row.box[0], row.box[0] + row.box[2] - 1
            # The frame is around the row, and the table's own green inside it up to both ends, and not beyond.
            seen = [plain.getpixel((x, MARGIN_PX + 3)) for x in (left - 5, left, left + 2, right - 2, right, right + 5)]
            assert seen == [WHITE, FRAME, GREEN, GREEN, FRAME, WHITE]
