"""Small invented lists in the formats of the real ones, written and converted."""

import csv
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path

from auditor.vendors import VENDORS_DIR, Vendor, load_taxonomy, load_vendors
from auditor.vendors.lists import Converted, make_vendors, read_lists
from auditor.vendors.lists.open_cookies import COLUMNS

TAXONOMY = load_taxonomy()
SHIPPED = load_vendors([VENDORS_DIR], TAXONOMY)
DAY = date(2026, 11, 20)

FACT = {"mark": "S", "source": "invented, 2026"}
YAML = """vendor: probe
names: [{name: Probe, kind: brand, mark: S, source: "invented, 2026"}]
domains: [{domain: probe.test, mark: S, source: "invented, 2026"}]
"""
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


def vendor(name: str, domain: str, **more: object) -> dict[str, object]:
    names = [{"name": name.title(), "kind": "brand", **FACT}]
    return {"vendor": name, "names": names, "domains": [{"domain": domain, **FACT}], **more}
