from random import Random

import pytest

from auditor.compare.drift import Drift, DriftNote, drift
from auditor.decode import Transmission
from auditor.disclosures import DeclaredRow, Disclosure
from auditor.evidence import CookieMode, Outcome, StorageItem
from auditor.vendors import Carrier
from tests.compare.sides import Made, cookie, drifted, script, sent, short, side, tagya

BLOCKED = CookieMode.blocked


def test_a_run_against_itself_is_nothing() -> None:
    visits = [Made(sent(), tagya("v", "1.0.0"), cookies=(cookie("_tg_1"),)) for _ in range(3)]
    told = drifted(visits, visits)
    assert (told.lines, told.notes, told.tested) == ((), (), 0)
    assert (told.sites, told.before_visits, told.after_visits) == (("mise",), 3, 3)


def test_a_new_recipient_is_one_line_with_all_it_brings() -> None:
    new = [
        sent("id", recipient="tagya.test", vendor="tagya", request="r00004"),
        tagya("em", "0" * 64, "hashed_email"),
        tagya("v", "1.0.0"),
    ]
    tag = script("https://cdn.tagya.test/t.js", b"1")
    told = drifted([Made(sent())], [Made(sent(), *new, exchanges=(tag,), cookies=(cookie("_tg_9"),))])
    assert told.lines == (
        Drift.model_validate(
            {
                "kind": "recipient",
                "change": "new",
                "sites": ("mise",),
                "vendor": "tagya",
                "recipient": "tagya.test",
                "after": "domains: tagya.test; modules: measure; data_types: hashed_email; "
                "parameters: query em, query id, query v; cookies: _tg_*; scripts: cdn.tagya.test/t.js",
                "details": [
                    {"field": "domains", "after": "tagya.test"},
                    {"field": "modules", "after": "measure"},
                    {"field": "data_types", "after": "hashed_email"},
                    {"field": "parameters", "after": "query em, query id, query v"},
                    {"field": "cookies", "after": "_tg_*"},
                    {"field": "scripts", "after": "cdn.tagya.test/t.js"},
                ],
                "before_of": 1,
                "after_in": 1,
                "after_of": 1,
                "p_value": 1.0,
                "evidence": ("new:v1/r00001", "new:v1/r00004"),
            }
        ),
    )


def test_a_module_of_a_known_recipient_and_a_parameter_of_a_known_module() -> None:
    old = Made(tagya("v", "1.0.0"))
    module = Made(tagya("v", "1.0.0"), tagya("x", module="ads"), tagya("y", module="ads"))
    assert short(drifted([old], [module])) == [("module", "new", "ads", "", "parameters: query x, query y")]
    assert short(drifted([module], [old])) == [("module", "gone", "ads", "parameters: query x, query y", "")]
    parameter = Made(tagya("v", "1.0.0"), tagya("em", "0" * 64, "hashed_email"))
    assert short(drifted([old], [parameter])) == [("parameter", "new", "query em", "", "data_types: hashed_email")]


def test_a_kind_of_data_in_a_parameter_that_was_empty_before() -> None:
    told = drifted([Made(tagya("em", ""))], [Made(tagya("em", "0" * 64, "hashed_email"))])
    assert short(told) == [("parameter", "changed", "query em", "", "data_types: hashed_email")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (tagya("ep.color", data_type="event"), tagya("ep.size", data_type="event")),
        (sent("items.0.id"), sent("items.7.id")),
        (sent("1761955200"), sent("1764633600")),
        (sent("cb_3f9a2b7c1d"), sent("cb_81be00d2f4")),
        (sent("東京 ホテル", value=""), sent("大阪 ホテル", value="")),
        (sent("u?gclid"), sent("u?yclid")),
        (sent("UID", carrier=Carrier.cookie), sent("sid", carrier=Carrier.cookie)),
    ],
)
def test_names_that_are_values_indexes_or_told_elsewhere_are_no_drift(old: Transmission, new: Transmission) -> None:
    assert short(drifted([Made(sent(), tagya("v"), old)], [Made(sent(), tagya("v"), new)])) == []


def test_what_comes_and_goes_in_both_runs_is_neither_new_nor_gone() -> None:
    with_, without = Made(sent(), sent("k", recipient="auction.test")), Made(sent())
    assert short(drifted([with_, without], [without, with_])) == []
    # In some states only, new in one and gone in another: the page's own variation.
    assert short(drifted([with_, Made(sent(), mode=BLOCKED)], [without, with_blocked()])) == []


def with_blocked() -> Made:
    return Made(sent(), sent("k", recipient="auction.test"), mode=BLOCKED)


def test_new_where_cookies_are_blocked_only() -> None:
    item = sent("k", recipient="kotei.test")
    told = drifted([Made(item), Made(mode=BLOCKED)], [Made(item), Made(item, mode=BLOCKED)])
    assert [
        (x.recipient, x.change, x.states, x.before_in, x.before_of, x.after_in, x.after_of) for x in told.lines
    ] == [("kotei.test", "new", ("no_account, blocked, ignore",), 0, 1, 1, 1)]


def test_established_by_repetition_only() -> None:
    one = drifted([Made(sent())], [Made(sent(), sent("k"))]).lines[0]
    assert (one.p_value, one.p_adjusted, one.established) == (1.0, None, False)
    four = drifted([Made(sent())] * 4, [Made(sent(), sent("k"))] * 4)
    assert (four.lines[0].p_value, four.lines[0].p_adjusted) == pytest.approx((2 / 70, 2 / 70))
    assert (four.lines[0].established, four.tested) == (True, 1)


def test_a_recipient_that_moves_from_site_to_site_is_not_established() -> None:
    with_ = sent("k", recipient="auction.test")
    sites = [f"s{n}" for n in range(20)]
    before = [Made(*([with_] if n % 2 else []), site=s) for n, s in enumerate(sites)]
    after = [Made(*([] if n % 2 else [with_]), site=s) for n, s in enumerate(sites)]
    told = drifted(before, after)
    assert [(x.change.value, len(x.sites), x.established) for x in told.lines] == [
        ("new", 10, False),
        ("gone", 10, False),
    ]
    assert [x.p_value for x in told.lines] == pytest.approx([1.0, 1.0])
    moved = drifted(before, [Made(with_, site=s) for s in sites])
    assert [(x.change.value, len(x.sites), x.established) for x in moved.lines] == [("new", 10, True)]


def test_the_script_its_version_and_the_version_in_its_hits_are_one_line() -> None:
    url = "https://cdn.tagya.test/t.js?x=1"
    old = Made(tagya("v", "3.1.0"), exchanges=(script(url, b'var t={version:"3.1.0"}'),))
    new = Made(tagya("v", "3.2.0"), exchanges=(script(url, b'var t={version:"3.2.0"}'),))
    told = drifted([old, old], [new, new])
    assert [(x.kind, x.change, x.name) for x in told.lines] == [("script", "changed", "cdn.tagya.test/t.js")]
    line = told.lines[0]
    assert [(d.field, d.before, d.after) for d in line.details] == [
        ("version", "3.1.0", "3.2.0"),
        ("sha256", "a2408c311f83…", "713b8833173a…"),
        ("query v", "3.1.0", "3.2.0"),
    ]
    assert (line.before_in, line.before_of, line.after_in, line.after_of) == (2, 2, 2, 2)
    assert line.evidence == ("old:v1/r00009", "old:v2/r00009", "new:v1/r00009", "new:v2/r00009")


def test_a_script_that_varies_by_itself_is_a_note() -> None:
    def made(number: int) -> Made:
        return Made(sent(), exchanges=(script("https://cdn.koukoku.test/ad.js", b"%d" % number),))

    told = drifted([made(1), made(2)], [made(3), made(4)])
    assert told.lines == ()
    assert told.notes == (DriftNote(code="varies", site="mise", values={"n": "1", "names": "cdn.koukoku.test/ad.js"}),)


def test_the_sites_own_scripts_are_a_note() -> None:
    url = "https://www.mise.test/app.js"
    told = drifted([Made(exchanges=(script(url, b"1"),))], [Made(exchanges=(script(url, b"2"),))])
    assert told.lines == ()
    assert told.notes == (
        DriftNote(code="own_scripts", site="mise", values={"n": "1", "names": "www.mise.test/app.js"}),
    )


def test_a_cookies_attributes() -> None:
    old = cookie("_tg_1", max_age_s=86_400 * 90.0, http_only=False)
    new = cookie("_tg_2", max_age_s=86_400 * 365.0, http_only=False, same_site="None")
    assert short(drifted([Made(tagya("v"), cookies=(old,))], [Made(tagya("v"), cookies=(new,))])) == [
        (
            "cookie",
            "changed",
            "_tg_*",
            "lifetime: up to 93 days; same_site: Lax",
            "lifetime: up to 366 days; same_site: None",
        )
    ]


def test_a_new_cookie_and_a_new_storage_item() -> None:
    item = StorageItem(
        origin="https://www.mise.test", top_site="mise.test", area="local", key="kago", value="secret-value"
    )
    told = drifted([Made()], [Made(cookies=(cookie("basket", set_by="script"),), storage=(item,))])
    assert short(told) == [
        (
            "cookie",
            "new",
            "basket",
            "",
            "lifetime: session; same_site: Lax; secure: yes; http_only: unknown; partitioned: no",
        ),
        ("storage", "new", "local kago", "", ""),
    ]
    assert told.lines[0].evidence == ("new:v1",)
    assert "secret-value" not in told.model_dump_json()


def test_what_one_run_lacks_is_a_note_and_never_gone() -> None:
    old = [Made(sent()), Made(sent("x"), site="other"), Made(sent("y"), mode=BLOCKED), Made(outcome=Outcome.failed)]
    told = drifted(old, [Made(sent())])
    assert told.lines == ()
    assert [(n.code, n.site, n.values) for n in told.notes] == [
        ("not_complete", "mise", {"run": "old", "n": "1"}),
        ("cells_only", "mise", {"run": "old", "n": "1", "cells": "no_account, blocked, ignore"}),
        ("site_only", "other", {"run": "old"}),
    ]


def test_headers_of_another_browser_are_not_compared() -> None:
    hint = sent("Sec-CH-UA-Model", carrier=Carrier.header)
    told = drifted([Made(sent())], [Made(sent(), hint, user_agent="Test/2")])
    assert told.lines == ()
    assert [n.code for n in told.notes] == ["browser"]
    assert short(drifted([Made(sent())], [Made(sent(), hint)])) == [
        ("parameter", "new", "header sec-ch-ua-model", "", "")
    ]


def disclosure(*rows: DeclaredRow, found: bool = True) -> Disclosure:
    return Disclosure(site="mise", address="policy", found=found, rows=rows, title="外部送信")


def test_disclosures_row_by_row_and_as_a_whole() -> None:
    row = DeclaredRow(recipient="株式会社タグヤ", entity="tagya", purposes=("分析",), where="table[1] > tr[1]")
    other = row.model_copy(update={"purposes": ("分析", "広告")})
    more = DeclaredRow(recipient="株式会社こうこく", where="table[1] > tr[2]")
    told = drift(
        side("old", Made(), disclosures=(disclosure(row),)), side("new", Made(), disclosures=(disclosure(other, more),))
    )
    assert [(x.kind, x.change, x.recipient, x.before, x.after, x.established) for x in told.lines] == [
        ("disclosure", "new", "株式会社こうこく", "", "", True),
        ("disclosure", "changed", "株式会社タグヤ", "purposes: 分析", "purposes: 分析\n広告", True),
    ]
    assert told.lines[1].evidence == ("old:mise: table[1] > tr[1]", "new:mise: table[1] > tr[1]")
    gone = drift(
        side("old", Made(), disclosures=(disclosure(row),)), side("new", Made(), disclosures=(disclosure(found=False),))
    )
    assert [(x.change, x.name, x.before) for x in gone.lines] == [("gone", "外部送信", "rows: 1: 株式会社タグヤ")]
    lacking = drift(side("old", Made(), disclosures=(disclosure(row),)), side("new", Made()))
    assert lacking.lines == ()
    assert lacking.notes == (DriftNote(code="disclosure_only", site="mise", values={"run": "old"}),)


def test_ten_runs_of_a_page_whose_tags_come_and_go_establish_nothing_and_the_real_one_is_found() -> None:
    chance = Random(20261124)

    def run(*more: Transmission) -> list[Made]:
        tags = [sent("k", recipient=f"tag{n}.test", request=f"r{n:05}") for n in range(10)]
        states = [(site, mode) for site in ("a", "b", "c") for mode in CookieMode for _ in range(4)]
        return [Made(*more, *(t for t in tags if chance.random() < 0.5), site=s, mode=m) for s, m in states]

    before = run()
    for _ in range(10):
        after = run()
        assert [x for x in drifted(before, after).lines if x.established] == []
        before = after
    told = drifted(before, run(sent("k", recipient="shin.test"))).lines
    assert [(x.recipient, x.change, x.sites) for x in told if x.established] == [("shin.test", "new", ("a", "b", "c"))]
