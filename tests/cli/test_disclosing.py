"""`auditor disclosure`, in this process."""

import json
import re
import shutil
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import pytest
from rich.console import Console

from auditor.disclosures import load_disclosure
from auditor.pipeline import knowledge_of
from auditor.scenario import load_scenario
from auditor.store.run import RunFolder
from tests.cli.test_cli import call
from tests.disclosures import score

PAGE = score.PAGES / "policy_section.html"
SCENARIO = """\
scenario: declared
cookie_modes: [allowed]
sites:
  - {{id: kondate, operator: 株式会社みんなの献立, url: "https://kondate.test/", disclosure: {{file: {page}}}}}
  - {{id: scan, operator: 株式会社スキャン, url: "https://scan.test/", disclosure: {{file: {scan}}}}}
  - {{id: none, operator: 株式会社ナシ, url: "https://none.test/"}}
"""


known = lru_cache(maxsize=1)(knowledge_of)


@pytest.fixture(autouse=True)
def vendor_files_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor files do not change between these tests."""
    monkeypatch.setattr("auditor.cli.disclosing.knowledge_of", known)
    monkeypatch.setattr(import_module("auditor.pipeline.derive"), "knowledge_of", lambda *_: known())


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run's folder whose sites name disclosure files; it has no visits yet."""
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7\n")
    path = tmp_path / "declared.yaml"
    path.write_text(SCENARIO.format(page=PAGE, scan=scan), encoding="utf-8")
    scenario = load_scenario(path)
    folder = RunFolder.create(tmp_path / "run")
    folder.release()
    (folder.data / "run.json").write_text(json.dumps({"scenario": scenario.model_dump_json()}), encoding="utf-8")
    (folder.data / "disclosures").mkdir()
    shutil.copy(PAGE, folder.data / "disclosures" / "kondate.html")
    shutil.copy(scan, folder.data / "disclosures" / "scan.pdf")
    return folder.path


def test_a_file_as_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("auditor.cli.disclosing.out", Console(width=200))
    assert call(monkeypatch, "disclosure", str(PAGE), "--lang", "ja") == 0
    shown = capsys.readouterr()
    for text in (
        "株式会社プレイド",
        "[plaid]",
        "[不明]",
        "[cookie_id, account_id, event]",
        "自社: おすすめ献立の表示",
        "tr[2] (1.0)",
    ):
        assert text in shown.out
    assert shown.err.strip() == "3 行、理解できなかった文言 10 件"


@pytest.mark.parametrize(
    ("lang", "said"), [("ja", "外部送信についての記載は見当たりません"), ("en", "nothing declared")]
)
def test_a_page_that_declares_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    assert call(monkeypatch, "disclosure", str(score.PAGES / "nothing_shop.html"), "--lang", lang) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err.strip()) == ("", said)


def test_a_page_that_could_not_be_read_is_not_called_empty(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "disclosure", str(score.PAGES / "picture_only.html"), "--lang", "en") == 0
    assert capsys.readouterr().err.startswith("no row could be read")


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "disclosure", "--json", str(PAGE)) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(r["recipient"], r["entity"]) for r in told["rows"]] == [
        ("株式会社プレイド", "plaid"),
        ("Braze, Inc.", "braze"),
        ("株式会社だいどころAI", None),
    ]
    assert {"service", "content", "purposes", "opt_out", "where", "confidence"} <= set(told["rows"][0])
    assert told["found"] is True


def test_yaml_is_corrected_and_read_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "corrected.yaml"
    arguments = ("disclosure", "--yaml", str(PAGE), "--by", "監査 花子", "--note", "送信先の表記")
    assert call(monkeypatch, *arguments) == 0
    text = capsys.readouterr().out.replace("株式会社だいどころAI", "株式会社台所AI")
    path.write_text(text, encoding="utf-8")
    vendors, taxonomy = score.known()
    read = load_disclosure(path, vendors=vendors, taxonomy=taxonomy)
    assert read.rows[:2] == score.read("policy_section").rows[:2]
    assert read.rows[2].recipient == "株式会社台所AI"
    assert [(c.by, c.note, c.at.tzinfo is not None) for c in read.corrections] == [("監査 花子", "送信先の表記", True)]
    assert call(monkeypatch, "disclosure", str(path), "--lang", "en") == 0
    assert "corrected by 監査 花子 on " in capsys.readouterr().err


def test_a_site_of_a_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Path) -> None:
    assert call(monkeypatch, "disclosure", "--json", str(run / "kondate")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["site"], len(told["rows"])) == ("kondate", 3)


def test_a_corrected_one_takes_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path
) -> None:
    """The run goes by it from then on, and says who corrected what, also after a second correction."""
    path, place = tmp_path / "mine.yaml", str(run / "kondate")
    for name, by, note in (("株式会社台所AI", "監査 花子", "一"), ("株式会社だいどころ", "監査 次郎", "二")):
        assert call(monkeypatch, "disclosure", "--yaml", place) == 0
        text = capsys.readouterr().out
        path.write_text(re.sub("株式会社(だいどころ|台所)AI", name, text), encoding="utf-8")
        assert call(monkeypatch, "disclosure", place, "--use", str(path), "--by", by, "--note", note) == 0
        capsys.readouterr()
    assert call(monkeypatch, "disclosure", "--json", place) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"][2]["recipient"] == "株式会社だいどころ"
    assert [(c["by"], c["note"]) for c in told["corrections"]] == [
        ("監査 花子", "一"),
        ("監査 次郎", "二"),
    ]
    log = [json.loads(line) for line in (run / "data" / "custody.jsonl").read_text("utf-8").splitlines()]
    assert [(e["action"], e["subject"]["site"], e["subject"]["by"]) for e in log] == [
        ("disclosure_corrected", "kondate", "監査 花子"),
        ("disclosure_corrected", "kondate", "監査 次郎"),
    ]
    assert "data/corrections/kondate.yaml" in (run / "manifest-sha256.txt").read_text("utf-8")


def test_what_has_changed_since_an_earlier_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A row added, one removed, one with other words; against the page itself nothing."""
    head = "送信先,送信される情報,利用目的"
    old = [head, "Google LLC,Cookie,アクセス解析", "株式会社むかし,IPアドレス,広告の配信"]
    new = [head, "Google LLC,Cookie、閲覧したページのURL,アクセス解析", "株式会社いま,IPアドレス,広告の配信"]
    earlier, later = tmp_path / "earlier.csv", tmp_path / "later.csv"
    for path, lines in ((earlier, old), (later, new)):
        path.write_text("\n".join(lines), encoding="utf-8")
    assert call(monkeypatch, "disclosure", str(later), "--since", str(earlier), "--lang", "ja") == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "文言変更: Google LLC",
        "  content_text: Cookie → Cookie、閲覧したページのURL",
        "  増えた情報: page_url",
        "追加: 株式会社いま",
        "  増えた情報: ip",
        "削除: 株式会社むかし",
        "  減った情報: ip",
    ]
    assert told.err.strip() == "3 行に変更"
    assert call(monkeypatch, "disclosure", str(PAGE), "--since", str(PAGE), "--json") == 0
    assert capsys.readouterr().out == ""


def test_what_cannot_take_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("address: x\nrows: [{recipient: 5}]\n", encoding="utf-8")
    assert call(monkeypatch, "disclosure", str(run / "kondate"), "--use", str(bad), "--by", "x") == 2
    assert "bad.yaml:2" in capsys.readouterr().err
    assert call(monkeypatch, "disclosure", str(run / "nobody"), "--use", str(bad), "--by", "x") == 2
    assert "the run has no such site" in capsys.readouterr().err
    assert not (run / "data" / "corrections").exists()


@pytest.mark.parametrize(
    ("site", "problem"),
    [
        ("scan", "is a broken PDF"),
        ("none", "the run has no disclosure of this site (it has: kondate)"),
        ("nobody", "the run has no disclosure of this site"),
    ],
)
def test_a_site_of_a_run_without_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Path, site: str, problem: str
) -> None:
    assert call(monkeypatch, "disclosure", str(run / site)) == 2
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("https://",), "https://: "),
        (("--find", "2", str(PAGE)), "go with an address"),
        (("--use", str(PAGE), "run/kondate"), "say who corrects it"),
        (("nowhere.html",), "no such file"),
        ((".",), "is a folder"),
        (("--yaml", "--json", str(PAGE)), "give one of them"),
        (("--by", "x", str(PAGE)), "go with --yaml"),
        (("--yaml", "--note", "x", str(PAGE)), "go with --yaml"),
    ],
)
def test_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], problem: str
) -> None:
    assert call(monkeypatch, "disclosure", *arguments) == 2
    assert problem in capsys.readouterr().err
