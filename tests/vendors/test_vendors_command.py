"""`auditor vendors`: lists converted, listed, read back; one's own files held against their examples."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor import cli

from .listed import (
    ENTITIES,
    FACT,
    SERVICES,
    SHIPPED,
    TRACKERDB,
    YAML,
    vendor,
    write,
    write_csv,
)

type Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["auditor", *map(str, arguments)])
        monkeypatch.setattr(os, "umask", lambda _: 0)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return int(str(ended.value.code)), shown.out, shown.err

    return run


def rows_of(out: str) -> dict[str, list[str]]:
    return {line.split("\t")[0]: line.split("\t")[1:] for line in out.splitlines()}


def test_lists_are_converted_listed_and_told(tmp_path: Path, call: Call, radar: Path) -> None:
    out = tmp_path / "mine"
    lists = [write(tmp_path / "trackerdb.json", TRACKERDB), write_csv(tmp_path / "cookies.csv")]
    code, shown, said = call("vendors", "--convert", radar, *lists, "--out", out, "--dated", "2026-11-20")
    assert (code, shown) == (0, "")
    assert [line for line in said.splitlines() if not line.startswith("  left out")] == [
        f"{out}/ddg.json: 3 vendors, 5 domains, 0 modules, 0 cookies of DuckDuckGo Tracker Radar",
        "  DuckDuckGo Tracker Radar is under CC BY-NC-SA 4.0: "
        "what was made of it is for your own use under that licence",
        f"{out}/ghostery.json: 1 vendors, 2 domains, 2 modules, 0 cookies of Ghostery TrackerDB",
        "  Ghostery TrackerDB is under CC BY-NC-SA 4.0: what was made of it is for your own use under that licence",
        f"{out}/ocd.json: 2 vendors, 0 domains, 0 modules, 3 cookies of Open Cookie Database",
        "  Open Cookie Database is under Apache-2.0: what was made of it is for your own use under that licence",
        "1 files of no list known here were passed over",
    ]
    # kazoe.test and ads.kazoe.test are the first list's, yahoo.co.jp a shipped vendor's.
    assert "  left out: 3 cookies on domains that were left out" in said.splitlines()
    assert "  left out: 1 domains without an owner" in said.splitlines()
    assert sorted(p.name for p in out.iterdir()) == ["ddg.json", "ghostery.json", "ocd.json"]

    code, shown, _ = call("vendors", "--extra", out)
    assert code == 0
    rows = rows_of(shown)
    assert rows["ddg-kazoe-inc"] == ["Kazoe, Inc.", "0", "0", "0", "3"]
    assert rows["ghostery-hakaru-gmbh"] == ["Hakaru GmbH", "2", "0", "0", "2"]
    assert rows["ocd-plugin"] == ["Plugin", "0", "0", "1", "0"]
    assert len(rows) == len(SHIPPED) + 6

    code, shown, _ = call("vendors", "ocd-plugin", "--extra", out)
    assert (code, json.loads(shown)["converted"]) == (0, "Open Cookie Database")

    address = "https://stats.hakaru.test/hit?u=https%3A%2F%2Fshop.test%2Fa&v=1"
    code, shown, _ = call("decode", address, "--page", "https://shop.test/a", "--extra", out)
    told = json.loads(shown)
    assert (code, told["vendor"], told["module"]) == (0, "ghostery-hakaru-gmbh", "hakaru-stats")
    # What nobody has described is still recognised by its value.
    assert [(i["parameter"], i["data_type"]) for i in told["items"] if i["data_type"]] == [("u", "page_url")]
    code, shown, _ = call("decode", "https://a.kazoe.test/x", "--extra", out)
    assert json.loads(shown)["vendor"] == "ddg-kazoe-inc"
    code, shown, _ = call("decode", "https://tr.line.me/tag.gif", "--extra", out)
    assert json.loads(shown)["vendor"] == "lycorp"


def test_a_file_is_written_over_only_when_asked(tmp_path: Path, call: Call) -> None:
    out = tmp_path / "mine"
    path = write(tmp_path / "services.json", SERVICES)
    assert call("vendors", "--convert", path, "--out", out)[0] == 0
    before = (out / "disconnect.json").read_bytes()
    write(path, ENTITIES)
    code, _, said = call("vendors", "--convert", path, "--out", out)
    assert (code, said) == (2, f"{out}/disconnect.json: is there already (--force writes it anew)\n")
    assert (out / "disconnect.json").read_bytes() == before
    assert call("vendors", "--convert", path, "--out", out, "--force")[0] == 0
    assert [
        d["domain"] for v in json.loads((out / "disconnect.json").read_text())["vendors"] for d in v["domains"]
    ] == ["naver-home.test"]


def test_what_the_folder_holds_already_wins(tmp_path: Path, call: Call) -> None:
    out = tmp_path / "mine"
    write(out / "own.json", {"vendors": [vendor("own", "naver.test", converted="own list")]})
    code, _, said = call("vendors", "--convert", write(tmp_path / "s.json", SERVICES), "--out", out)
    assert code == 0
    assert f"{out}/disconnect.json: 0 vendors, 0 domains" in said
    assert call("vendors", "--extra", out)[0] == 0


def test_the_umask_is_kept(tmp_path: Path, call: Call) -> None:
    old = os.umask(0o027)
    try:
        call("vendors", "--convert", write(tmp_path / "s.json", SERVICES), "--out", tmp_path / "mine")
    finally:
        os.umask(old)
    assert (tmp_path / "mine/disconnect.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--convert", "none.json", "--out", "x"], "none.json: no such file or folder"),
        (["--convert", "none.json"], "--out: name the folder to write to"),
        (["--convert", "a", "--out", "x", "--dated", "soon"], "--dated: 'soon' is no day (write it as 2026-11-20)"),
        (["--force"], "--out, --dated, --force: go with --convert alone"),
        (["google", "meta"], "NAME: give one vendor"),
    ],
)
def test_wrong_use_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("vendors", *arguments) == (2, "", f"{message}\n")
    assert list(tmp_path.iterdir()) == []


MODULE = {"id": "tag", "name_ja": "タグ", "name_en": "tag", "kind": "tag"}


def test_a_file_of_ones_own_must_hold_its_examples(tmp_path: Path, call: Call) -> None:
    endpoint = {"host": "own.test", "path": "/hit", **FACT}
    module = {**MODULE, "endpoints": [endpoint]}
    path = write(tmp_path / "own.json", {"vendors": [vendor("own", "own.test", modules=[module])]})
    code, shown, said = call("vendors", "--extra", tmp_path)
    assert (code, shown) == (2, "")
    assert said == f"{path}: vendors.0.modules.0.endpoints.0: no example is sent to own.test/hit\n"

    shown_by = {"url": "https://own.test/hit?a=1", "module": "tag"}
    write(path, {"vendors": [vendor("own", "own.test", modules=[module], examples=[shown_by])]})
    code, shown, _ = call("vendors", "--extra", tmp_path)
    assert (code, rows_of(shown)["own"]) == (0, ["Own", "1", "0", "0", "1"])

    path.unlink()
    (tmp_path / "probe.yaml").write_text(YAML + "examples: [{url: 'https://other.test/?id=1', module: tag}]\n")
    code, shown, said = call("vendors", "--extra", tmp_path)
    assert (code, said) == (2, f"{tmp_path}/probe.yaml: examples.0: told as (None, None)\n")
