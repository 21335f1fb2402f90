import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from auditor import cli
from tests.compare.two_runs import write


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["auditor", *map(str, arguments)])
    with pytest.raises(SystemExit) as ending:
        cli.main()
    assert isinstance(ending.value.code, int)
    return ending.value.code


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two imports of one site, a month apart."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("october", "november"):
            recording, scenario = write(folder, name, later=name == "november")
            code = call(
                monkeypatch,
                "import",
                recording,
                "--scenario",
                scenario,
                "--out",
                folder / "runs" / name,
                "--lang",
                "en",
            )
            assert code in (0, 1)
    return folder / "runs" / "october", folder / "runs" / "november"


EXPECTED = [
    (
        "disclosure",
        "changed",
        "株式会社タグヤ",
        "タグヤ計測",
        "purposes: 利用状況の分析",
        "purposes: 利用状況の分析と広告の配信",
    ),
    ("recipient", "new", "atarashii.test", "", "", "parameters: query k, query site"),
    ("parameter", "new", "tagya.test", "query rank", "", ""),
    (
        "script",
        "changed",
        "tagya.test",
        "cdn.tagya.test/tag.js",
        "version: 1.2.0; sha256: 763341c3a284…; query v: 1.2.0",
        "version: 1.3.0; sha256: e958fee44e8c…; query v: 1.3.0",
    ),
]


def test_a_script_a_parameter_a_recipient_and_a_row_are_exactly_four_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path]
) -> None:
    assert call(monkeypatch, "compare", *runs, "--json", "--lang", "en") == 0
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    columns = ("kind", "change", "recipient", "name", "before", "after")
    assert [tuple(line[c] for c in columns) for line in lines] == EXPECTED
    assert [(line["before_of"], line["after_of"], line["sites"]) for line in lines] == [(1, 1, ["mise"])] * 4
    assert lines[2]["evidence"] == ["november:november/r00003"]
    assert lines[3]["evidence"] == ["october:october/r00002", "november:november/r00002"]
    assert told.err == ""


def test_table_csv_and_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    assert call(monkeypatch, "compare", *runs, "--out", tmp_path / "drift", "--lang", "ja") == 0
    told = capsys.readouterr()
    for text in ("公表の記載", "atarashii.test", "query rank", "版: 1.2.0 → 1.3.0"):
        assert text in told.out
    assert told.err.splitlines() == [
        "比較した訪問: 以前 1 回、今回 1 回（サイト: mise）",
        "違い 4 件（うち確立 0 件、公表の記載 1 件）",
        f"一覧: {tmp_path / 'drift'}",
    ]
    raw = (tmp_path / "drift" / "drift.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    columns = ("kind", "change", "recipient", "name", "before", "after")
    assert [tuple(row[c] for c in columns) for row in rows] == EXPECTED
    assert rows[1]["line"] == "2"
    assert rows[1]["escaped_columns"] == ""
    page = (tmp_path / "drift" / "drift.html").read_text("utf-8")
    for text in (
        '<html lang="ja">',
        "<del>1.2.0</del> → <ins>1.3.0</ins>",
        "october:october/r00002",
        "one visit of each",
    ):
        assert text in page
    assert "<script" not in page


def test_a_copy_of_a_run_has_changed_in_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.copytree(runs[0], tmp_path / "copy")
    assert call(monkeypatch, "compare", runs[0], tmp_path / "copy", "--lang", "en") == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[-1] == "no difference in what could be compared"


def test_one_run_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path]
) -> None:
    assert call(monkeypatch, "compare", runs[0], "--json", "--lang", "en") == 0
    assert capsys.readouterr() == ("", "0 changes (0 established)\n")


def test_bad_input_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    october = runs[0]
    other = tmp_path / "other"
    shutil.copytree(october, other)
    facts = json.loads((other / "data" / "run.json").read_text("utf-8"))
    site = json.loads(facts["site"])
    facts["site"] = json.dumps({**site, "id": "yoso"})
    (other / "data" / "run.json").write_text(json.dumps(facts), "utf-8")
    cases: list[tuple[tuple[object, ...], str]] = [
        (
            (october, tmp_path / "none"),
            f"{tmp_path / 'none'}: is not a run's folder (name a folder that `auditor run` made)",
        ),
        ((october, october), f"{october}: is named twice (name two runs, or one alone)"),
        ((october, other), f"{other}: has no site in common with {october}"),
        (
            (october, "--out", tmp_path / "x"),
            "--out: goes with two runs (`auditor report RUN` writes one run's tables)",
        ),
    ]
    for arguments, message in cases:
        assert call(monkeypatch, "compare", *arguments) == 2
        assert capsys.readouterr() == ("", f"{message}\n")


def test_a_damaged_run_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(runs[1], broken)
    record = next((broken / "data" / "visits").glob("*/visit.json"))
    record.write_text("{", "utf-8")
    assert call(monkeypatch, "compare", runs[0], broken) == 2
    assert capsys.readouterr().err.startswith(f"{record}: ")
