"""The hearing sheet's files: XLSX without formulas, links or clocks, and HTML that is inert."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import html
from openpyxl import Workbook, load_workbook

from auditor.report import write_reports
from auditor.report.hearing import hearing_of
from auditor.report.hearing.page import page
from auditor.report.hearing.workbook import safe, workbook
from auditor.report.inputs import RunResult

from .factory import ACCOUNT_COOKIE, BROWSER_ID, run_result
from .hostile import hostile_result

SOFFICE = shutil.which("soffice")


def made(result: RunResult, lang: str = "ja") -> bytes:
    return workbook(hearing_of(result), result, "ja" if lang == "ja" else "en")


def opened(data: bytes) -> Workbook:
    return load_workbook(BytesIO(data))


def texts(book: Workbook) -> Iterator[str]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    yield cell.value


def parsed(text: str) -> Any:
    return html.fromstring(text)


# --- XLSX ----------------------------------------------------------------------------------------------


def test_both_languages_are_in_the_workbook_the_wanted_one_first() -> None:
    ja = ["この表について", "プラットフォーム事業者", "通信事業者"]
    en = ["About", "Platform operators", "Carriers"]
    assert opened(made(run_result())).sheetnames == [*ja, *en, "根拠 Evidence"]
    assert opened(made(run_result(), "en")).sheetnames == [*en, *ja, "根拠 Evidence"]


def test_the_sheet_has_every_number_and_a_column_a_platform() -> None:
    sheet = opened(made(run_result()))["プラットフォーム事業者"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (
        "番号", "項目(当方の言葉)", "出典と強さ", "測定したもの",
        "LINEヤフー株式会社", "Google LLC", "Meta Platforms, Inc.",
    )  # fmt: skip
    expected = [r.number for r in hearing_of(run_result()).parts[0].rows]
    assert list(dict.fromkeys(r[0] for r in rows[1:])) == expected
    by_number = {r[0]: r for r in reversed(rows)}
    assert by_number["7-1"][4:] == ("トラフィックからは確認できない",) * 3
    assert str(by_number["7-1"][3]).startswith("トラフィックからは確認できない。この番号は")
    assert by_number["3-4"][3] == "3-3 の測定値を参照。"


def test_the_wording_is_never_shown_as_the_ministrys() -> None:
    about = " ".join(
        str(v) for r in opened(made(run_result()))["この表について"].iter_rows(values_only=True) for v in r
    )
    assert "項目の説明は当方の言葉であり、総務省の文言ではありません" in about
    assert "its descriptions" not in about
    english = " ".join(str(v) for r in opened(made(run_result()))["About"].iter_rows(values_only=True) for v in r)
    assert "our own words and not the ministry's text" in english


def test_every_reference_on_the_sheet_has_its_evidence_rows() -> None:
    book = opened(made(run_result()))
    proof = book["根拠 Evidence"]
    numbers = {row[0] for row in proof.iter_rows(min_row=2, values_only=True)}
    told = {
        int(n)
        for name in ("プラットフォーム事業者", "通信事業者")
        for row in book[name].iter_rows(min_row=2, min_col=5, values_only=True)
        for value in row
        for n in re.findall(r" \[(\d+)\]$", str(value).split("\n")[0])
    }
    assert told == numbers == {f.number for f in hearing_of(run_result()).figures()}
    first = next(proof.iter_rows(min_row=2, values_only=True))
    assert first == (
        1, "プラットフォーム事業者", "1-1", "第三者のサイトから届いた情報の種類", "LINEヤフー株式会社",
        "1 種類(11 回の訪問)", 11, "news.google-logged_in.allowed.ignore.1", "r00003", "tr.line.test",
    )  # fmt: skip


def test_it_looks_like_a_table_to_work_with() -> None:
    sheet = opened(made(run_result()))["プラットフォーム事業者"]
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    cell = sheet["D2"]
    assert (cell.alignment.wrap_text, cell.font.name) == (True, "Yu Gothic")
    assert all(30 <= sheet.column_dimensions[c].width <= 44 for c in "DEFG")
    assert all(15 < (sheet.row_dimensions[n].height or 0) <= 409 for n in range(1, sheet.max_row + 1))


def test_no_formula_no_link_no_macro() -> None:
    data = made(hostile_result())
    with ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        parts = {n: archive.read(n).decode() for n in names}
    assert not [n for n in names if "vba" in n.lower() or "external" in n.lower() or "hyperlink" in n.lower()]
    sheets = {n: p for n, p in parts.items() if n.startswith("xl/worksheets/")}
    assert len(sheets) == 7
    for name, text in sheets.items():
        assert not re.search(r"<f[ >]|<hyperlink", text), name
    assert not [n for n, p in parts.items() if 'TargetMode="External"' in p]
    for sheet in opened(data).worksheets:
        assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"inlineStr", "s", "n"}


def test_a_text_that_could_start_a_formula_stays_a_text() -> None:
    result = run_result()
    scenario = result.scenario
    assert scenario is not None
    titled = scenario.model_copy(update={"title": "=1+1"})
    book = opened(made(result.model_copy(update={"title": "", "scenario": titled})))
    cell = next(c for row in book["この表について"].iter_rows() for c in row if c.value == "=1+1")
    assert cell.data_type != "f" and cell.quotePrefix is True
    plain = book["この表について"]["A2"]
    assert (plain.value, plain.quotePrefix) == ("実行", False)


def test_the_bytes_hold_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(run_result())
    with ZipFile(BytesIO(first)) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2000-01-01T00:00:00Z"}
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 0, 0, 0, 0, 0, 0))
    assert made(run_result()) == first


def test_no_value_of_a_cookie_or_identifier_is_shown() -> None:
    result = run_result()
    everything = "\n".join(texts(opened(made(result)))) + page(hearing_of(result), result)
    for secret in (ACCOUNT_COOKIE, BROWSER_ID, "nid-value-00001", "line-browser-id-77", "5f" * 32, "footer-secret"):
        assert secret not in everything
    assert "SID (" in everything


def test_what_no_cell_may_hold_is_made_visible() -> None:
    assert safe("a\u202eb\0c\nd") == "a⟨U+202E⟩b⟨U+0000⟩c\nd"
    assert safe("\ufffe\uffff\ud800") == "���"
    assert safe("_x003D_1") == "_x005F_x003D_1"
    assert safe("長" * 1500) == "長" * 1500
    assert len(safe("長" * 50_000)) == 32_000


@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice (apt-get install libreoffice-calc)")
@pytest.mark.parametrize("result", [run_result(), hostile_result()], ids=["plain", "hostile"])
def test_libreoffice_opens_it_without_a_warning(tmp_path: Path, result: RunResult) -> None:
    assert SOFFICE is not None
    (tmp_path / "hearing.xlsx").write_bytes(made(result))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,,,,,,-1"]
    done = subprocess.run(
        [*command, "--outdir", str(tmp_path / "out"), str(tmp_path / "hearing.xlsx")],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    # it says so of a machine without Java, whatever the file is
    said = [line for line in done.stderr.splitlines() if line.strip() and "javaldx" not in line]
    assert said == []
    written = {p.name.removeprefix("hearing-").removesuffix(".csv") for p in (tmp_path / "out").iterdir()}
    assert written == set(opened(made(result)).sheetnames)
    sheet = (tmp_path / "out" / "hearing-プラットフォーム事業者.csv").read_text(encoding="utf-8")
    assert "トラフィックからは確認できない" in sheet and "#REF!" not in sheet and "Err:" not in sheet


# --- HTML ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", [run_result(), hostile_result()], ids=["plain", "hostile"])
def test_the_page_is_inert_and_every_link_leads_somewhere(result: RunResult) -> None:
    text = page(hearing_of(result), result)
    tree = parsed(text)
    assert tree.xpath("//script | //img | //iframe | //svg | //base | //form | //details[@open] | //*[@style]") == []
    assert [name for e in tree.iter() for name in getattr(e, "attrib", {}) if name.startswith("on")] == []
    ids = [e.get("id") for e in tree.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))
    assert {a.get("href")[0] for a in tree.xpath("//a")} == {"#"}
    assert {a.get("href")[1:] for a in tree.xpath("//a")} <= set(ids)
    assert [e.get("href") for e in tree.xpath("//link")] == ["data:,"]
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search("[\0-\x08\x0b-\x1f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", text)


def test_each_figure_on_the_page_leads_to_its_ids() -> None:
    result = run_result()
    hearing = hearing_of(result)
    tree = parsed(page(hearing, result))
    for each in hearing.figures():
        row = tree.get_element_by_id(f"e{each.number}")
        assert tuple(code.text for code in row.xpath(".//code")) == each.figure.evidence


def test_the_language_asked_for_is_shown_first() -> None:
    result = run_result()
    text = page(hearing_of(result), result, "en")
    assert '<html lang="en">' in text and 'id="lang-en" checked' in text
    assert "当方の言葉" in text and "our own words" in text


def test_both_files_are_written_with_the_reports(tmp_path: Path) -> None:
    reports = write_reports(run_result(), tmp_path)
    assert [p.relative_to(tmp_path).as_posix() for p in reports.hearing] == [
        "report/hearing.html",
        "report/hearing.xlsx",
    ]
    assert all(p.stat().st_size > 10_000 for p in reports.hearing)


def test_an_empty_run_has_both_files(tmp_path: Path) -> None:
    empty = RunResult(run="empty", taxonomy=run_result().taxonomy, key=bytes(16))
    files = write_reports(empty, tmp_path).hearing
    assert "測定なし" in files[0].read_text(encoding="utf-8")
    assert load_workbook(files[1]).sheetnames[1] == "プラットフォーム事業者"
