"""Lists a user supplies: each format read, made into vendors, read back by --extra; the shipped files win."""

import csv
import hashlib
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from auditor import cli
from auditor.errors import InputError
from auditor.vendors import VENDORS_DIR, Mark, Vendor, load_described, load_taxonomy, load_vendors
from auditor.vendors.lists import Converted, make_vendors, read_lists
from auditor.vendors.lists.known import company
from auditor.vendors.lists.open_cookies import COLUMNS, lifetime_days

TAXONOMY = load_taxonomy()
SHIPPED = load_vendors([VENDORS_DIR], TAXONOMY)
DAY = date(2026, 11, 20)

ENTITY = {
    "name": "Kazoe, Inc.",
    "displayName": "Kazoe",
    "properties": ["kazoe.test", "KAZOE-cdn.test.", "yimg.jp", "b.line.me", "8.8.8.8", "*.kazoe.test", "co.jp"],
    "prevalence": {"total": 0.1},
}
ENTITY_MAP = {
    "Google LLC": {"aliases": ["Google LLC"], "properties": ["guuguru.test", "google.co.jp"], "displayName": "Google"},
    "Kazoe, Inc.": {"aliases": ["Kazoe, Inc.", "Kazoe Holdings"], "properties": [], "displayName": "Kazoe"},
    "Hitori": {"aliases": ["Hitori"], "properties": ["shared.test"], "displayName": "Hitori"},
    "Futari": {"aliases": ["Futari"], "properties": ["shared.test", "futari.test"], "displayName": "Futari"},
}
DOMAIN = {
    "domain": "kazoe-stats.test",
    "owner": {"name": "Kazoe, Inc.", "displayName": "Kazoe"},
    "categories": ["Audience Measurement", "Analytics"],
    "cookies": 0.01,
    "resources": [{"rule": r"kazoe-stats\.test\/a\.js"}],
}
SERVICES = {
    "license": "Licensed under the Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International license",
    "categories": {
        "Advertising": [{"Naver": {"https://naver.test/": ["naver.test", "line.me", "yahoo.co.jp"], "dnt": "eff"}}],
        "Analytics": [
            {"Naver": {"https://naver.test/": ["stat.naver.test"]}},
            {"LINE": {"https://line.me/": ["tr.line.me"]}},
        ],
    },
}
ENTITIES = {"license": "", "entities": {"Naver": {"properties": ["naver-home.test"], "resources": ["yimg.jp"]}}}
TRACKERDB = {
    "categories": {"site_analytics": {"name": "Site Analytics", "color": "#000", "description": ""}},
    "organizations": {
        "hakaru": {"name": "Hakaru GmbH", "country": "DE", "website_url": None},
        "nobody": {"name": "Nobody", "country": "XXL"},
    },
    "patterns": {
        "hakaru_all": {
            "name": "Hakaru",
            "category": "misc",
            "organization": "hakaru",
            "domains": ["hakaru.test"],
            "filters": [],
        },
        "hakaru_stats": {
            "name": "Hakaru Stats",
            "category": "site_analytics",
            "organization": "hakaru",
            "domains": [],
            "filters": [
                "||stats.hakaru.test^$3p",
                "||hakaru.test/pixel^",
                "||hakaru.test/js/*",
                "||elsewhere.test/x.js",
                "||hakaru.test/a?b=",
                "||hakaru.test^$script",
                "/regex/",
            ],
        },
        "lost": {"name": "Lost", "category": "misc", "organization": None, "domains": ["lost.test"], "filters": []},
    },
    "domains": {},
    "filters": {},
}
SITE = "Advertiser's website domain (1st party)"
ROWS = [
    [
        "1",
        "Kazoe Stats",
        "Analytics",
        "kz_id",
        f"kazoe.test (3rd party) or {SITE.lower()}",
        "Tells\nusers",
        "2 years",
        "Kazoe",
    ],
    ["2", "Kazoe Ads", "Marketing", "kz_ad_", "", "Counts", "Session", "KAZOE", "", "1"],
    ["3", "Kazoe Ads", "Marketing", "kz_sync", "ads.kazoe.test", "", "180 days after last activity", "Kazoe"],
    ["4", "Plugin", "Functional", "plugin_lang", SITE, "Language", "1 Year", "Advertiser's website"],
    ["5", "Google Analytics", "Analytics", "_ga", SITE, "ID", "2 years", "Google"],
    ["6", "Plugin", "Functional", "lang [x2]", SITE, "", "", "#N/A"],
    ["7", "Plugin", "Functional", "p_", SITE, "", "", "#N/A", "", "1"],
    ["8", "Plugin", "Functional", "shared_name", "", "", "", ""],
    ["9", "Other", "Functional", "shared_name", "", "", "", ""],
    ["10", "Yahoo", "Marketing", "other_id", "yahoo.co.jp (3rd party)", "", "1 day", "Yahoo"],
]


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_csv(path: Path, rows: list[list[str]] = ROWS, columns: tuple[str, ...] = COLUMNS) -> Path:
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(columns)
    lines.writerows([*row, "", "0"] if len(row) == 8 else row for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def convert(*paths: Path, dated: date | None = DAY) -> tuple[Converted, ...]:
    return make_vendors(read_lists(paths, dated), SHIPPED)


def one(*paths: Path) -> tuple[dict[str, Vendor], Counter[str]]:
    [made] = convert(*paths)
    return {v.vendor: v for v in made.vendors}, made.left_out


@pytest.fixture
def radar(tmp_path: Path) -> Path:
    write(tmp_path / "radar/entities/Kazoe, Inc..json", ENTITY)
    write(tmp_path / "radar/build-data/generated/entity_map.json", ENTITY_MAP)
    write(tmp_path / "radar/domains/JP/kazoe-stats.test.json", DOMAIN)
    write(tmp_path / "radar/domains/JP/nobody.test.json", {**DOMAIN, "domain": "nobody.test", "owner": {}})
    write(tmp_path / "radar/package.json", {"name": "radar"})
    return tmp_path / "radar"


def test_tracker_radar(radar: Path) -> None:
    lists = read_lists([radar], DAY)
    assert lists.other_files == 1
    [made] = make_vendors(lists, SHIPPED)
    vendors = {v.vendor: v for v in made.vendors}
    assert list(vendors) == ["ddg-futari", "ddg-google-llc", "ddg-kazoe-inc"]
    kazoe = vendors["ddg-kazoe-inc"]
    assert [(n.name, n.kind.value) for n in kazoe.names] == [
        ("Kazoe, Inc.", "legal"),
        ("Kazoe", "brand"),
        ("Kazoe Holdings", "brand"),
    ]
    assert [(d.domain, d.use, d.source) for d in kazoe.domains] == [
        ("kazoe-cdn.test", "", "DuckDuckGo Tracker Radar entities (CC BY-NC-SA 4.0), supplied by the user, 2026-11-20"),
        (
            "kazoe-stats.test",
            "Analytics, Audience Measurement, sets cookies",
            "DuckDuckGo Tracker Radar domains (CC BY-NC-SA 4.0), supplied by the user, 2026-11-20",
        ),
        ("kazoe.test", "", "DuckDuckGo Tracker Radar entities (CC BY-NC-SA 4.0), supplied by the user, 2026-11-20"),
    ]
    assert (kazoe.converted, kazoe.modules, kazoe.cookies) == ("DuckDuckGo Tracker Radar", (), ())
    assert {f.mark for f in (*kazoe.names, *kazoe.domains)} == {Mark.secondary}
    # A disclosure that says "Google" means the company of the shipped file.
    assert [n.name for n in vendors["ddg-google-llc"].names] == ["Google LLC (DuckDuckGo Tracker Radar)"]
    assert [d.domain for d in vendors["ddg-google-llc"].domains] == ["guuguru.test"]
    assert [d.domain for d in vendors["ddg-futari"].domains] == ["futari.test"]
    assert made.left_out == {
        "domains that vendor files describe already": 3,
        "domains that are no domain names": 2,
        "domains under which anyone may register a name": 1,
        "domains the list gives to two owners": 2,
        "domains without an owner": 1,
        "names that vendor files have: the list's name stands behind them, or they are left out": 2,
        "owners of whom nothing is left": 1,
    }


def test_disconnect_does_not_give_line_to_naver(tmp_path: Path) -> None:
    vendors, left_out = one(write(tmp_path / "services.json", SERVICES), write(tmp_path / "entities.json", ENTITIES))
    assert list(vendors) == ["disconnect-naver"]
    source = "Disconnect services.json (CC BY-NC-SA 4.0), supplied by the user, 2026-11-20"
    assert [(d.domain, d.use) for d in vendors["disconnect-naver"].domains] == [
        ("naver-home.test", ""),
        ("naver.test", "Advertising"),
        ("stat.naver.test", "Analytics"),
    ]
    assert vendors["disconnect-naver"].domains[1].source == source
    assert [(n.name, n.kind.value) for n in vendors["disconnect-naver"].names] == [("Naver", "brand")]
    assert left_out == {"domains that vendor files describe already": 4, "owners of whom nothing is left": 1}


def test_old_disconnect_files_are_under_their_old_licence(tmp_path: Path) -> None:
    vendors, _ = one(write(tmp_path / "entities.json", ENTITIES["entities"]))
    [domain] = vendors["disconnect-naver"].domains
    assert domain.source == "Disconnect entities.json (GPL-3.0-or-later), supplied by the user, 2026-11-20"


def test_ghostery(tmp_path: Path) -> None:
    vendors, left_out = one(write(tmp_path / "trackerdb.json", TRACKERDB))
    assert list(vendors) == ["ghostery-hakaru-gmbh"]
    hakaru = vendors["ghostery-hakaru-gmbh"]
    assert [(n.name, n.kind.value, n.country) for n in hakaru.names] == [("Hakaru GmbH", "brand", "DE")]
    assert [(d.domain, d.use) for d in hakaru.domains] == [
        ("hakaru.test", "misc"),
        ("stats.hakaru.test", "site analytics"),
    ]
    # The module for a host below comes first: the first that fits is told.
    assert [(m.id, m.name_ja, m.kind.value, [(e.host, e.path) for e in m.endpoints]) for m in hakaru.modules] == [
        (
            "hakaru-stats",
            "Hakaru Stats",
            "analytics",
            [
                ("*.stats.hakaru.test", "/*"),
                ("*.hakaru.test", "/pixel"),
                ("*.hakaru.test", "/pixel/*"),
                ("*.hakaru.test", "/js/*"),
            ],
        ),
        ("hakaru-all", "Hakaru", "tag", [("*.hakaru.test", "/*")]),
    ]
    assert left_out == {
        "filters that are no host with a path": 3,
        "patterns on domains that were left out": 1,
        "patterns without an organization": 1,
        "owners of whom nothing is left": 1,
    }


def test_open_cookie_database(tmp_path: Path) -> None:
    vendors, left_out = one(write_csv(tmp_path / "cookies.csv"))
    assert list(vendors) == ["ocd-kazoe", "ocd-plugin"]
    kazoe = vendors["ocd-kazoe"]
    assert [n.name for n in kazoe.names] == ["Kazoe", "Kazoe Stats", "Kazoe Ads"]
    assert [d.domain for d in kazoe.domains] == ["ads.kazoe.test", "kazoe.test"]
    assert [
        (c.name, c.example, c.party.value, c.domain, c.lifetime_days, c.data_type, c.purpose) for c in kazoe.cookies
    ] == [
        ("kz_id", None, "third", "kazoe.test", 730, None, "Analytics: Tells users"),
        ("kz_id", None, "first", "", 730, None, "Analytics: Tells users"),
        ("kz_ad_*", "kz_ad_1", "first", "", 0, None, "Marketing: Counts"),
        ("kz_sync", None, "third", "ads.kazoe.test", None, None, "Marketing"),
    ]
    assert {c.source for c in kazoe.cookies} == {"Open Cookie Database (Apache-2.0), supplied by the user, 2026-11-20"}
    # A list may name cookies of the visited site alone.
    assert [(c.name, c.lifetime_days) for c in vendors["ocd-plugin"].cookies] == [("plugin_lang", 365)]
    assert vendors["ocd-plugin"].domains == ()
    assert left_out == {
        "cookies on domains that were left out": 1,
        "cookies of the visited site that the list gives to two owners": 2,
        "cookies that vendor files describe already": 1,
        "domains that vendor files describe already": 1,
        "owners of whom nothing is left": 3,
        "retention periods that are no plain time (the cookie is kept)": 1,
        "rows whose cookie name is no cookie's name": 1,
        "wildcard names too short to tell anything by": 1,
    }


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2 years", 730),
        ("1 Day", 1),
        ("24 hours", 1),
        ("18 months", 540),
        ("30 secs", 0.000347),
        ("session", 0),
        ("End of session (browser)", 0),
        ("2 years after last activity", None),
        ("60 days till 3650 days", None),
        ("persistent", None),
        ("", None),
        ("9" * 400 + " years", None),
    ],
)
def test_only_plain_times_are_lifetimes(text: str, days: float | None) -> None:
    assert lifetime_days(text) == days


@pytest.mark.parametrize(
    ("one_name", "other"),
    [("Kazoe, Inc.", "kazoe"), ("株式会社カゾエ", "カゾエ"), ("Ｋａｚｏｅ Co., Ltd.", "Kazoe B.V.")],
)
def test_names_are_compared_without_their_legal_form(one_name: str, other: str) -> None:
    assert company(one_name) == company(other)
    assert company(one_name) != company(f"{other} Stats")


def test_the_date_is_the_files_where_none_is_given(tmp_path: Path) -> None:
    path = write(tmp_path / "entities.json", ENTITIES)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    [made] = convert(path, dated=None)
    assert made.vendors[0].domains[0].source.endswith(", supplied by the user, 2023-11-14")


def test_what_the_first_list_describes_the_next_leaves_out(tmp_path: Path) -> None:
    entity = write(tmp_path / "a.json", {**ENTITY, "properties": ["naver.test"], "name": "Naver"})
    radar, disconnect = convert(write(tmp_path / "b.json", SERVICES), entity)
    assert [v.vendor for v in radar.vendors] == ["ddg-naver"]
    assert disconnect.vendors == ()
    assert disconnect.left_out["domains that vendor files describe already"] == 5


def test_ids_that_fall_together_are_told_apart(tmp_path: Path) -> None:
    entities = {
        name: {"properties": [f"{n}.test"], "resources": []} for n, name in enumerate(["A-B", "A B", "日本", "x" * 90])
    }
    vendors, _ = one(write(tmp_path / "e.json", {"entities": entities}))
    digests = [hashlib.sha256(name.encode()).hexdigest()[:8] for name in ("A-B", "日本")]
    assert {v: vendors[v].domains[0].domain for v in vendors} == {
        "disconnect-a-b": "1.test",
        f"disconnect-a-b-{digests[0]}": "0.test",
        f"disconnect-{digests[1]}": "2.test",
        "disconnect-" + "x" * 53: "3.test",
    }
    assert not {v.vendor for v in SHIPPED} & set(vendors)


BAD: list[tuple[str, str, str]] = [
    ("x.json", '{"entities": {', "x.json:1: not valid JSON: Expecting property name"),
    ("x.json", "[" * 100_000, "x.json: not valid JSON: nested too deep"),
    ("x.json", '{"a": NaN}', "x.json: not valid JSON: NaN is no number"),
    ("x.json", '{"a": 1}', "x.json: is of no list that can be converted"),
    ("x.json", "3", "x.json: is of no list that can be converted"),
    ("x.json", '{"name": "a", "properties": "a.test"}', "x.json: properties: Input should be a valid list"),
    ("x.json", '{"domain": "a.test", "owner": {"name": 7}}', "x.json: owner.name: Input should be a valid string"),
    ("x.json", '{"categories": {"Ads": {}}}', "x.json: categories.Ads: Input should be a valid list"),
    ("x.json", '{"entities": {"A": {"properties": [1]}}}', "x.json: entities.A.properties.0: Input should be a"),
    ("x.json", '{"patterns": [], "organizations": {}}', "x.json: patterns: Input should be a valid dictionary"),
    (
        "x.json",
        '{"patterns": {"p": {"category": "misc"}}, "organizations": {}}',
        "x.json: patterns.p.name: is missing",
    ),
    ("x.csv", "a,b\n1,2\n", "x.csv: is of no list that can be converted"),
    ("x.csv", "Platform,Cookie / Data Key name\na,b\n", "x.csv:1: lacks the columns ID, Category, Domain,"),
    ("x.csv", "", "x.csv: is of no list that can be converted"),
    ("x.csv", 'a\n"' + "x" * 200_000, "x.csv:2: not valid CSV: field larger than field limit"),
]


@pytest.mark.parametrize(("name", "text", "message"), BAD)
def test_a_bad_file_is_one_error_with_its_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        convert(tmp_path / name)
    assert str(refused.value).startswith(f"{tmp_path}/{message}")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    for name in ("x.json", "x.csv"):
        (tmp_path / name).write_bytes(b"a\n\xff\xfe")
        with pytest.raises(InputError, match=rf"{name}:2: is not UTF-8"):
            convert(tmp_path / name)


def test_rows_and_keys_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    columns = len(COLUMNS)
    rows = [
        ["a"] * (columns - 1),
        ["a"] * (columns + 1),
        ["1", "P", "F", "name_1", "", "", "", "", "", "yes"],
        [""] * 10,
    ]
    [made] = convert(write_csv(tmp_path / "c.csv", rows))
    assert made.vendors == ()
    assert made.left_out == {
        "rows with more or fewer cells than columns": 2,
        "rows whose wildcard match is neither 0 nor 1": 1,
        "rows without a platform or controller": 1,
    }
    (tmp_path / "e.json").write_text('{"entities": {"A": {"properties": []}, "A": {"properties": ["a.test"]}}}')
    [twice] = convert(tmp_path / "e.json")
    assert twice.left_out == {"keys a file has twice": 1}


@pytest.mark.parametrize("count", [5_000])
def test_thousands_of_vendors_are_read(tmp_path: Path, count: int) -> None:
    entities = {f"Owner {n}": {"properties": [f"owner-{n}.test"], "resources": []} for n in range(count)}
    [made] = convert(write(tmp_path / "entities.json", {"entities": entities}))
    assert len(made.vendors) == count
    write(tmp_path / "x/many.json", {"vendors": [json.loads(v.model_dump_json()) for v in made.vendors]})
    assert load_vendors([tmp_path / "x"], TAXONOMY) == made.vendors


# The folder of JSON files.

FACT = {"mark": "S", "source": "invented, 2026"}


def vendor(name: str, domain: str, **more: object) -> dict[str, object]:
    names = [{"name": name.title(), "kind": "brand", **FACT}]
    return {"vendor": name, "names": names, "domains": [{"domain": domain, **FACT}], **more}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"vendors": [vendor("a", "a.test"), vendor("b", "B.test")]},
            "vendors.1.domains.0.domain: String should match",
        ),
        ({"vendors": [vendor("a", "a.test", mdules=[])]}, "vendors.0.mdules: unknown key"),
        ({"vendors": [{"vendor": "a"}]}, "vendors.0.names: is missing"),
        ({"vendors": [vendor("a", "a.test", domains=[])]}, "vendors.0: domains: at least one must be said"),
        ({"vendors": {}}, "vendors: Input should be a valid array"),
        ({}, "vendors: is missing"),
        ([], "Input should be an object"),
        ({"vendors": [vendor("a", "a.test"), vendor("a", "b.test")]}, "vendors.1.vendor: already described in"),
        (
            {"vendors": [vendor("a", "a.test"), vendor("b", "a.test")]},
            "vendors.1.domains.0.domain: a.test is a's already, in",
        ),
        (
            {"vendors": [vendor("a", "a.test", click_ids=[{"name": "c", "data_type": "nonsense", **FACT}])]},
            "vendors.0.click_ids.0: unknown data type 'nonsense'",
        ),
        (
            {"vendors": [vendor("a", "a.test", names=[{"name": "A", "kind": "brand", "mark": "S", "source": "s"}])]},
            "vendors.0.names.0: the source 's' has no date",
        ),
    ],
)
def test_a_careless_json_file_is_refused_by_its_place(tmp_path: Path, content: object, message: str) -> None:
    path = write(tmp_path / "many.json", content)
    with pytest.raises(InputError) as refused:
        load_vendors([tmp_path], TAXONOMY)
    assert str(refused.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"vendors": [], "vendors": []}', "not valid JSON: the key 'vendors' is there twice"),
        ('{"vendors": [1e999]}', "not valid JSON: 1e999 is no finite number"),
        ("{", "not valid JSON"),
    ],
)
def test_json_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "many.json").write_text(text)
    with pytest.raises(InputError, match="many.json:?1?: " + message):
        load_vendors([tmp_path], TAXONOMY)


YAML = """vendor: probe
names: [{name: Probe, kind: brand, mark: S, source: "invented, 2026"}]
domains: [{domain: probe.test, mark: S, source: "invented, 2026"}]
"""


def test_a_domain_of_two_vendors_names_both_files(tmp_path: Path) -> None:
    (tmp_path / "probe.yaml").write_text(YAML)
    path = write(tmp_path / "many.json", {"vendors": [vendor("a", "probe.test")]})
    with pytest.raises(InputError) as refused:
        load_vendors([tmp_path], TAXONOMY)
    expected = f"{path}: vendors.0.domains.0.domain: probe.test is probe's already, in {tmp_path}/probe.yaml"
    assert str(refused.value) == expected


def test_a_host_below_another_vendors_domain_may_be_a_vendors(tmp_path: Path) -> None:
    write(tmp_path / "many.json", {"vendors": [vendor("a", "probe.test"), vendor("b", "b.probe.test")]})
    write(tmp_path / "_notes.json", {"anything": "goes"})
    found = load_described([tmp_path], TAXONOMY)
    assert [(d.vendor.vendor, d.file.name, d.place) for d in found] == [
        ("a", "many.json", ("vendors", 0)),
        ("b", "many.json", ("vendors", 1)),
    ]


def test_a_file_by_hand_does_not_call_itself_converted(tmp_path: Path) -> None:
    (tmp_path / "probe.yaml").write_text(YAML + "converted: Probe list\n")
    with pytest.raises(InputError, match=r"probe\.yaml: converted: is for converted lists"):
        load_vendors([tmp_path], TAXONOMY)


# The command.

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
