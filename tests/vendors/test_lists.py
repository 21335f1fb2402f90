"""Lists a user supplies: each format read and made into vendors; the shipped files win."""

import csv
import hashlib
import json
import os
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.vendors import Mark, load_vendors
from auditor.vendors.lists import make_vendors, read_lists
from auditor.vendors.lists.known import company
from auditor.vendors.lists.open_cookies import COLUMNS, lifetime_days

from .listed import (
    DAY,
    ENTITIES,
    ENTITY,
    SERVICES,
    SHIPPED,
    TAXONOMY,
    TRACKERDB,
    convert,
    one,
    write,
    write_csv,
)


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


def test_a_limit_that_others_raised_is_not_ours(tmp_path: Path) -> None:
    before = csv.field_size_limit(1 << 30)
    try:
        (tmp_path / "x.csv").write_text('a\n"' + "x" * 200_000, encoding="utf-8")
        with pytest.raises(InputError, match="field larger than field limit"):
            convert(tmp_path / "x.csv")
        assert csv.field_size_limit() == 1 << 30
    finally:
        csv.field_size_limit(before)


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
