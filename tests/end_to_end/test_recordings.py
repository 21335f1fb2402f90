"""`auditor import` on every file recorded by others: tables with exactly what is in the files, or one clear error.

What must be found is counted here with `json` and `urllib` alone. Recorded values are compared, never printed: they
are real people's identifiers (assertions are on booleans, names and numbers).
"""

import hashlib
import json
import os
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pandas as pd
import pytest

REAL = Path(__file__).parents[2] / "../shared/real/har"
pytestmark = [
    pytest.mark.skipif(not REAL.is_dir(), reason="the recorded real traffic (../shared/real/har) is not here"),
]

# file: pages, requests, Meta hits, GA4 requests, GA4 events
HITS = {
    "edtech/loginpage-www.abcmouse.com.har": (1, 32, 2, 2, 2),
    "edtech/teacher-login-www.classdojo.com.har": (1, 32, 3, 0, 0),
    "pagexray/ferguson.har": (1, 174, 2, 3, 1),
    "pagexray/www.nytimes.com.har": (2, 328, 2, 0, 0),
}
DUMPS = {
    "corrupted_gzip_body.mitm": 1,
    "dumpfile-011.mitm": 1,
    "dumpfile-19.mitm": 1,
    "dumpfile-7.mitm": 2,
    "error_log.mitm": 2,
    "event_stream.mitm": 2,
    "incomplete_log.mitm": 4,
    "websocket.mitm": 3,
}
BROKEN = {
    "broken_headers.json": "is JSON but no HAR: it has no log.entries (give it a HAR)",
    "brokenfile.har": "is not valid JSON from byte 22 on: expected ',' or '}' here (record or export it again)",
}
META = {"ev": "event", "dl": "page_url", "rl": "referrer", "fbp": "cookie_id", "fbc": "click_id"}
GA4 = {"en": "event", "dl": "page_url", "dr": "referrer", "cid": "cookie_id", "sid": "session_id", "dt": "page_title"}
IDENTIFIERS = ("fbp", "fbc", "cid", "sid")

Entry = dict[str, Any]


def auditor(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "auditor", *map(str, arguments), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, env={**os.environ, "COLUMNS": "100"})


@dataclass(frozen=True)
class Imported:
    """The one run of all good files."""

    folder: Path
    ended: subprocess.CompletedProcess[str]

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "data" / "derived" / "tables" / f"{name}.parquet")


def good() -> list[Path]:
    kinds = (".har", ".zhar", ".mitm")
    return sorted(p for p in REAL.glob("*/*") if p.suffix in kinds and p.name not in BROKEN)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("import") / "run"
    return Imported(folder, auditor("import", *good(), "--out", folder))


@cache
def entries(file: str) -> list[Entry]:
    """The entries of a HAR in the order of its pages."""
    raw = (REAL / file).read_bytes()
    log = json.loads(zlib.decompress(raw) if file.endswith(".zhar") else raw.decode("utf-8-sig"))["log"]
    pages = [page["id"] for page in log.get("pages", ())]
    rank = {page: number for number, page in enumerate(dict.fromkeys(pages))}
    return sorted(log["entries"], key=lambda e: rank.get(e.get("pageref"), len(rank)))


def hars() -> list[str]:
    return [p.relative_to(REAL).as_posix() for p in good() if p.suffix != ".mitm"]


def numbered(imported: Imported, file: str) -> Iterator[tuple[tuple[str, str], Entry]]:
    """Each entry with the visit and the request it must have become."""
    requests = imported.table("requests")
    visits = imported.table("visits")
    mine = sorted(visits.loc[visits["source_file"] == Path(file).name, "visit"])
    ids = requests.loc[requests["visit"].isin(mine), ["visit", "request"]].sort_values(["visit", "request"])
    yield from zip(ids.itertuples(index=False, name=None), entries(file), strict=True)


def is_cached(entry: Entry) -> bool:
    return "_fromCache" in entry or entry.get("_fetchType") == "Memory Cache"


def is_meta(url: str) -> bool:
    parts = urlsplit(url)
    return (parts.hostname or "").endswith("facebook.com") and parts.path.rstrip("/") == "/tr"


def is_ga4(url: str) -> bool:
    """By what GA4 sends, wherever it goes: a measurement id and a client id."""
    query = dict(parse_qsl(urlsplit(url).query))
    return query.get("tid", "").startswith("G-") and "cid" in query


def pairs(entry: Entry) -> list[tuple[str, str]]:
    """Every parameter of address and body; GA4 sends one event a line."""
    lines = [urlsplit(entry["request"]["url"]).query]
    lines += (entry["request"].get("postData") or {}).get("text", "").splitlines()
    return [pair for line in lines for pair in parse_qsl(line)]


def test_all_files_at_once_end_in_tables(imported: Imported) -> None:
    assert (imported.ended.returncode, imported.ended.stderr) == (0, "")
    derived = imported.folder / "data" / "derived"
    where = ("Report", "report/index.html"), ("Tables (CSV)", "csv"), ("Tables (Parquet)", "tables")
    for name, place in where:
        assert f"{name}: {derived / place}" in imported.ended.stdout.splitlines()
    names = {
        *("visits", "requests", "cookies", "storage", "transmissions", "identifiers"),
        *("disclosures", "findings", "comparison", "coverage", "hosts", "signals", "assessments", "standings"),
        *("identifier_flows", "syncs", "respawns", "leaks", "techniques"),
    }
    assert {p.name for p in (derived / "tables").iterdir()} == {f"{n}.parquet" for n in names}
    assert {p.name for p in (derived / "csv").iterdir()} == {"datapackage.json", *(f"{n}.csv" for n in names)}
    assert {p.name for p in (derived / "report").iterdir()} == {"index.html", "hearing.html", "hearing.xlsx"}
    for name in names:
        csv = pd.read_csv(derived / "csv" / f"{name}.csv", encoding="utf-8-sig", dtype=str)
        assert len(csv) == len(imported.table(name)), name


def test_every_entry_is_a_row(imported: Imported) -> None:
    visits = imported.table("visits")
    rows = visits.groupby("source_file")["requests"].sum().to_dict()
    assert rows == {Path(f).name: len(entries(f)) for f in hars()} | DUMPS
    assert len(imported.table("requests")) == sum(rows.values()) == 1401
    for file in hars():
        told = imported.table("requests").set_index(["visit", "request"])
        for key, entry in numbered(imported, file):
            host = (urlsplit(entry["request"]["url"]).hostname or "").rstrip(".")
            assert (told.at[key, "method"], told.at[key, "host"]) == (entry["request"]["method"], host), key
    importer = imported.table("coverage").query("sensor == 'importer'")
    assert (importer["matched"].sum(), importer["skipped"].sum()) == (1401, 0)
    assert set(visits["outcome"]) == {"complete"}
    assert set(visits["kind"]) == {"imported"}


@pytest.mark.parametrize("file", HITS)
def test_the_recordings_hold_what_was_counted(file: str) -> None:
    meta = [e for e in entries(file) if is_meta(e["request"]["url"])]
    ga4 = [e for e in entries(file) if is_ga4(e["request"]["url"])]
    events = sum(key == "en" for e in ga4 for key, _ in pairs(e))
    pages = len({e.get("pageref") for e in entries(file)})
    assert (pages, len(entries(file)), len(meta), len(ga4), events) == HITS[file]
    assert [e for e in (*meta, *ga4) if is_cached(e)] == []


@pytest.mark.parametrize("file", HITS)
@pytest.mark.parametrize(
    ("is_hit", "vendor", "module", "types"), [(is_meta, "meta", "pixel", META), (is_ga4, "google", "ga4", GA4)]
)
def test_every_hit_is_decoded(
    imported: Imported, file: str, is_hit: Callable[[str], bool], vendor: str, module: str, types: dict[str, str]
) -> None:
    hits = {key: e for key, e in numbered(imported, file) if is_hit(e["request"]["url"])}
    rows = imported.table("transmissions").set_index(["visit", "request"])
    rows = rows.loc[rows.index.isin(list(hits))]
    assert set(rows.index) == set(hits)
    assert set(zip(rows["vendor"], rows["module"], strict=True)) == ({(vendor, module)} if hits else set())

    rows = rows[rows["carrier"].isin(["query", "body"])]
    expected = [(key, name, value) for key, e in hits.items() for name, value in pairs(e) if name in types and value]
    told = rows[rows["parameter"].isin(types) & rows["mark"].notna() & rows["data_type"].notna()]
    found = list(zip(told.index, told["parameter"], told["value"], strict=True))
    assert Counter((key, name) for key, name, _ in found) == Counter((key, name) for key, name, _ in expected)
    assert set(zip(told["parameter"], told["data_type"], strict=True)) == {(n, types[n]) for _, n, _ in expected}
    # Events are told in clear; an identifier as a token, the same one wherever it was the same, and no other's.
    events = [("ev", "en")[module == "ga4"]]
    same = Counter(f for f in found if f[1] in events) == Counter(e for e in expected if e[1] in events)
    assert same, "events differ"
    tokens: dict[tuple[str, str], set[str]] = {}
    for (key, name, value), (_, _, token) in zip(ordered(expected), ordered(found), strict=True):
        if name in IDENTIFIERS:
            assert (value != token) is True, (key, name)
            tokens.setdefault((name, value), set()).add(token)
    assert {len(of_one) for of_one in tokens.values()} <= {1}
    assert len({next(iter(of_one)) for of_one in tokens.values()}) == len(tokens)


def ordered(rows: list[tuple[Any, str, str]]) -> list[tuple[Any, str, str]]:
    """By request and parameter, which identifiers have once a request."""
    return sorted(rows, key=lambda row: row[:2])


@pytest.mark.parametrize("file", HITS)
def test_the_page_addresses_are_told(imported: Imported, file: str) -> None:
    """Host and path of every page address, and its query's names; values of the query may be masked."""
    hits = {
        key: e for key, e in numbered(imported, file) if is_meta(e["request"]["url"]) or is_ga4(e["request"]["url"])
    }
    rows = imported.table("transmissions").set_index(["visit", "request"]).query("parameter == 'dl'")
    told = Counter((k, *where(v)) for k, v in rows["value"].items() if k in hits)
    assert (told == Counter((k, *where(v)) for k, e in hits.items() for n, v in pairs(e) if n == "dl" and v)) is True


def where(url: str) -> tuple[str | None, str, tuple[str, ...]]:
    parts = urlsplit(url)
    return parts.hostname, parts.path, tuple(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))


def test_what_came_from_the_cache_was_sent_to_nobody(imported: Imported) -> None:
    cached = [key for file in hars() for key, entry in numbered(imported, file) if is_cached(entry)]
    assert len(cached) == 65
    sent = imported.table("transmissions").set_index(["visit", "request"]).index
    assert [key for key in cached if key in sent] == []
    requests = imported.table("requests").set_index(["visit", "request"])
    assert set(requests["source"].loc[cached]) == {"browser_only"}
    decoder = imported.table("coverage").query("sensor == 'decoder'")
    assert (decoder["matched"].sum(), decoder["skipped"].sum()) == (1401 - 65, 65)


def test_no_identifier_is_in_clear_in_what_is_written_for_people(imported: Imported) -> None:
    derived = imported.folder / "data" / "derived"
    texts = {p.name: p.read_text("utf-8-sig") for p in derived.rglob("*") if p.suffix in (".csv", ".html", ".json")}
    texts |= {f"{p.stem}.parquet": all_text(pd.read_parquet(p)) for p in (derived / "tables").iterdir()}
    assert len(texts) == 41
    secrets = {(name, text) for file in hars() for e in entries(file) for name, text in identifiers(e)}
    long = {(name, text) for name, value in secrets for text in (value, unquote(value)) if len(text) >= 12}
    assert len({text for _, text in long}) > 500
    found = {(name, file) for name, text in long for file, content in texts.items() if text in content}
    assert found == set()


def all_text(table: pd.DataFrame) -> str:
    return "\n".join(str(value) for column in table for value in table[column])


def identifiers(entry: Entry) -> Iterator[tuple[str, str]]:
    """Every cookie set and sent, and the identifiers of Meta and Google in addresses and bodies."""
    for side in ("request", "response"):
        for header in entry[side]["headers"]:
            kind = header["name"].lower()
            if kind in ("cookie", "set-cookie"):
                lines = header["value"].split(";" if kind == "cookie" else "\n")
                for line in lines:
                    name, _, value = line.partition(";")[0].strip().partition("=")
                    yield name, value
        for cookie in entry[side].get("cookies") or ():
            yield cookie["name"], cookie.get("value") or ""
    for name, value in pairs(entry):
        if name in (*IDENTIFIERS, "_ga", "_gid", "_fbp", "gclid", "fbclid"):
            yield name, value


def test_the_report_speaks_of_the_time_of_the_recording(imported: Imported) -> None:
    facts = json.loads((imported.folder / "data" / "run.json").read_bytes())
    visits = imported.table("visits")
    assert pd.Timestamp(facts["parts"][0]["started_at"]) == visits["started_at"].min()
    assert facts["parts"][0]["started_at"] < facts["parts"][0]["ended_at"] < facts["imported_at"]


def test_the_custody_log_names_every_file_by_its_hash(imported: Imported) -> None:
    lines = [json.loads(line) for line in (imported.folder / "data" / "custody.jsonl").read_text().splitlines()]
    logged = [(line["subject"]["file"], line["subject"]["sha256"]) for line in lines if line["action"] == "import"]
    assert logged == [(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in good()]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_line_and_nothing_else(name: str, tmp_path: Path) -> None:
    file = REAL / "mitmproxy" / name
    ended = auditor("import", file, "--out", tmp_path / "run")
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{file}: {BROKEN[name]}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_among_good_ones_leaves_what_was_there(tmp_path: Path) -> None:
    file = REAL / "mitmproxy" / "brokenfile.har"
    (tmp_path / "run").mkdir()
    (tmp_path / "beside").write_text("mine")
    ended = auditor("import", REAL / "mitmproxy" / "insomnia.har", file, "--out", tmp_path / "run")
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{file}: {BROKEN['brokenfile.har']}\n")
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")) == ["beside", "run"]


def test_a_run_that_is_there_is_not_touched(imported: Imported) -> None:
    before = tree(imported.folder)
    ended = auditor("import", REAL / "mitmproxy" / "insomnia.har", "--out", imported.folder)
    message = "is not an empty folder (name another --out, or --resume this run)"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{imported.folder}: {message}\n")
    assert tree(imported.folder) == before


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    files = ((p.relative_to(folder).as_posix(), p.stat()) for p in folder.rglob("*") if p.is_file())
    return {name: (found.st_size, found.st_mtime_ns) for name, found in files}


def test_a_recording_is_held_against_the_disclosure_of_its_site(tmp_path: Path) -> None:
    """Rows for Google and, by a former name, Meta: the third company in the recording is not listed."""
    (tmp_path / "rules.html").write_text(
        "<title>外部送信について</title><table><tr><th>送信先</th><th>送信される情報</th><th>利用目的</th></tr>"
        "<tr><td>Google LLC</td><td>Cookie、閲覧したページのURL</td><td>当社の分析、送信先の広告</td></tr>"
        "<tr><td>Facebook, Inc.</td><td>Cookie、閲覧したページのURL</td><td>当社の分析、送信先の広告</td></tr></table>",
        encoding="utf-8",
    )
    scenario = tmp_path / "site.yaml"
    scenario.write_text(
        "scenario: dojo\nsites: [{id: dojo, operator: ClassDojo, disclosure: {file: rules.html}, "
        'url: "https://teacher-login.www.classdojo.com/"}]\n'
    )
    recording = REAL / "edtech/teacher-login-www.classdojo.com.har"
    done = auditor("import", recording, "--scenario", scenario, "--out", tmp_path / "run")
    assert (done.returncode, done.stderr) == (1, "")
    found = pd.read_csv(tmp_path / "run/data/derived/csv/findings.csv", encoding="utf-8-sig", keep_default_na=False)
    named = found[found.rule.isin(["JP-03", "JP-05", "JP-06", "JP-26"])]
    assert named[["site", "rule", "verdict", "vendor"]].to_numpy().tolist() == [
        ["dojo", "JP-03", "fail", "bytedance"],
        ["dojo", "JP-06", "warn", "meta"],
    ]
