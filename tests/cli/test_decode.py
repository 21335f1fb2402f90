"""`auditor decode`: addresses, lines and recordings in; lines, unknown parts or an explanation out."""

import io
import json
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from auditor.cli import main

LINE_TAG = (
    "https://tr.line.me/tag.gif?c_t=lap&t_id=00000000-0000-4000-8000-000000000000&e=pv"
    "&b_u=https%3A%2F%2Fshop.example.jp%2F&b_id=11111111-1111-4111-8111-111111111111&zz9=1700000000"
)
PIXEL = {
    "url": "https://www.facebook.com/tr/",
    "method": "POST",
    "headers": {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "c_user=100000000000001"},
    "body": "id=1000000000000001&ev=PageView&dl=https%3A%2F%2Fshop.example.jp%2F",
}


class Ran:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Run:
    """Runs `auditor decode ...`; `given` is standard input."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.patch, self.capsys, self.folder = patch, capsys, folder

    def __call__(self, *arguments: str, given: str | bytes = "") -> Ran:
        path = self.folder / "stdin"
        path.write_bytes(given.encode() if isinstance(given, str) else given)
        with path.open("rb") as raw:
            self.patch.setattr(sys, "argv", ["auditor", "decode", *arguments])
            self.patch.setattr(sys, "stdin", io.TextIOWrapper(raw))
            with pytest.raises(SystemExit) as ended:
                main()
        told = self.capsys.readouterr()
        return Ran(int(cast(int, ended.value.code)), told.out, told.err)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    return Run(monkeypatch, capsys, tmp_path)


def test_an_address_is_answered_by_one_line(run: Run) -> None:
    told = run(LINE_TAG)
    [line] = told.lines
    assert (told.code, told.err) == (0, "")
    assert (line["url"], line["vendor"], line["recipient"], line["module"]) == (
        LINE_TAG,
        "lycorp",
        "line.me",
        "line_tag",
    )
    assert [(i["parameter"], i["data_type"], i["value"], i["carrier"]) for i in line["items"]] == [
        ("c_t", None, "lap", "query"),
        ("t_id", None, "00000000-0000-4000-8000-000000000000", "query"),
        ("e", "event", "pv", "query"),
        ("b_u", "page_url", "https://shop.example.jp/", "query"),
        ("b_id", "cookie_id", "11111111-1111-4111-8111-111111111111", "query"),
        ("zz9", None, "1700000000", "query"),
    ]
    assert line["items"][4]["source"] == "LINE Tag lt.js 3.4.1 (2025-01), run in Chromium on loopback"
    assert [set(i) for i in line["items"]] == [{"parameter", "data_type", "value", "carrier", "source", "mark"}] * 6


def test_lines_of_both_kinds_from_standard_input_in_their_order(run: Run) -> None:
    told = run(
        given="\ufeff# a comment\n\n" + LINE_TAG + "\n" + json.dumps(PIXEL) + "\r\nhttps://www.example.jp/a.js\n"
    )
    assert (told.code, told.err) == (0, "")
    assert [(x["vendor"], x["module"]) for x in told.lines] == [
        ("lycorp", "line_tag"),
        ("meta", "pixel"),
        (None, None),
    ]
    pixel = {i["parameter"]: (i["data_type"], i["carrier"]) for i in told.lines[1]["items"]}
    assert pixel == {
        "id": (None, "body"),
        "ev": ("event", "body"),
        "dl": ("page_url", "body"),
        "c_user": ("account_id", "cookie"),
    }


def test_a_page_tells_what_is_its_own(run: Run) -> None:
    own = "https://api.shop.example.jp/log?u=1"
    assert run("--page", "https://www.shop.example.jp/", own).lines == []
    assert [x["recipient"] for x in run(own).lines] == ["example.jp"]


def test_what_cannot_be_read_is_told_with_its_place_and_the_rest_is_answered(run: Run) -> None:
    bad = ["nonsense", '{"method": "GET"}', '{"url": 1}', '{"url": "https://x.test/", "headers": [1]}', "{broken"]
    told = run(given="\n".join([LINE_TAG, *bad, '{"url": "data:text/plain,x"}', LINE_TAG]) + "\n")
    assert told.code == 0
    assert [x.get("vendor", x.get("problem")) for x in told.lines] == [
        "lycorp",
        "neither an address (https://...) nor a JSON object with `url`",
        "has no `url`",
        "`url` is not text",
        "`headers` holds something that is not a name and a value",
        "is not valid JSON",
        "not an address of the web",
        "lycorp",
    ]
    assert [x.get("place") for x in told.lines[1:7]] == [f"line {n}" for n in range(2, 8)]
    assert told.err.splitlines()[0] == (
        "standard input: line 2: neither an address (https://...) nor a JSON object with `url`"
    )


def test_a_file_with_nothing_to_read_is_exit_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    assert run(str(tmp_path / "notes.txt")).code == 2
    missing = run(str(tmp_path / "none.txt"))
    assert (missing.code, "no such file" in missing.err) == (2, True)
    assert run("--unknown", "--explain", LINE_TAG).code == 2


def har(*urls: str) -> str:
    entries = [
        {
            "startedDateTime": "2026-11-01T09:00:00.000Z",
            "time": 1,
            "request": {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": [], "queryString": []},
            "response": {"status": 200, "statusText": "", "httpVersion": "HTTP/1.1", "headers": [], "content": {}},
        }
        for url in urls
    ]
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}})


@pytest.mark.parametrize("how", ["file", "standard input", "over several lines"])
def test_a_har_is_read_by_its_pages(run: Run, tmp_path: Path, how: str) -> None:
    text = har("https://www.shop.example.jp/", LINE_TAG, "https://api.shop.example.jp/own?x=1")
    if how == "over several lines":
        text = json.dumps(json.loads(text), indent=1)
    if how == "standard input":
        told = run("-", given=text)
    else:
        (tmp_path / "a.har").write_text(text)
        told = run(str(tmp_path / "a.har"))
    assert (told.code, [(x["vendor"], x["recipient"]) for x in told.lines]) == (0, [("lycorp", "line.me")])


def test_several_processes_give_the_same_lines_in_the_same_order(run: Run) -> None:
    lines = [LINE_TAG.replace("zz9=1", f"zz9={n}") if n % 3 else json.dumps(PIXEL) for n in range(5_000)]
    text = "\n".join(lines) + "\n"
    one, two = run(given=text), run("--workers", "2", given=text)
    assert (one.code, two.code) == (0, 0)
    assert len(one.lines) == 5_000
    assert one.out == two.out


def test_what_is_unknown_is_listed_by_its_form(run: Run) -> None:
    more = ["https://tr.line.me/new/path7.gif?a=1", "https://px.unknown.example/i?secret=abcdef0123456789"]
    told = run("--unknown", given="\n".join([LINE_TAG, LINE_TAG, *more]) + "\n")
    assert told.code == 0
    assert told.lines == [
        {
            "kind": "parameter",
            "vendor": "lycorp",
            "module": "line_tag",
            "name": "zzN",
            "carrier": "query",
            "times": 2,
            "forms": ["time in s"],
        },
        {
            "kind": "path",
            "vendor": "lycorp",
            "module": "",
            "name": "tr.line.me/new/pathN.gif",
            "carrier": "",
            "times": 1,
            "forms": [],
        },
        {
            "kind": "recipient",
            "vendor": "",
            "module": "",
            "name": "unknown.example",
            "carrier": "",
            "times": 1,
            "forms": ["px.unknown.example"],
        },
    ]
    assert "abcdef0123456789" not in told.out


def test_an_explanation_in_japanese_names_recipient_meaning_and_source(run: Run) -> None:
    told = run("--explain", "--lang", "ja", LINE_TAG)
    lines = told.out.splitlines()
    assert lines[1:5] == [
        "送信先: LINEヤフー株式会社 / LY Corporation [lycorp]",
        "企業グループ: " + lines[2].removeprefix("企業グループ: "),
        "モジュール: LINE Tag [line_tag, tag]",
        "判定の根拠: ホスト tr.line.me は line.me の配下",
    ]
    at = lines.index("  b_u = https://shop.example.jp/  (query)")
    assert lines[at + 1 : at + 3] == [
        "      閲覧したページのURL: full address",
        "      提供元のコードを実行して確認; 出典: LINE Tag lt.js 3.4.1 (2025-01), run in Chromium on loopback",
    ]
    assert lines[lines.index("  zz9 = 1700000000  (query)") + 1] == "      未解読"


def test_an_explanation_in_english_of_somebody_nobody_described(run: Run) -> None:
    told = run("--explain", "--lang", "en", "https://px.unknown.example/i?m=taro%40example.jp")
    assert told.out.splitlines()[1:6] == [
        "Recipient: unknown.example (no file describes it)",
        "Told by: no file describes this domain",
        "What it says:",
        "  m = taro@example.jp  (query)",
        "      e-mail address in clear",
    ]
