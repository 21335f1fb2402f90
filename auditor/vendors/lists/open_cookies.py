"""Open Cookie Database: open-cookie-database.csv of https://github.com/jkwakman/Open-Cookie-Database.

The column Domain is prose: `x.com (3rd party) or advertiser's website domain (1st party)`, a bare domain, or nothing.
Its lifetimes are unreliable (DOMAIN.md E): the mark says so.
"""

import re

from auditor.errors import InputError
from auditor.vendors.lists.drafts import CookieDraft, Drafts, ListFormat, one_line, source_of
from auditor.vendors.lists.supplied import Supplied, Table
from auditor.vendors.model import NameKind, Party

TITLE, LICENCE = "Open Cookie Database", "Apache-2.0"
_COOKIE = "Cookie / Data Key name"
COLUMNS = (
    *("ID", "Platform", "Category", _COOKIE, "Domain", "Description", "Retention period", "Data Controller"),
    *("User Privacy & GDPR Rights Portals", "Wildcard match"),
)

NO_COLUMNS = "rows with more or fewer cells than columns"
NO_NAME = "rows whose cookie name is no cookie's name"
NO_OWNER = "rows without a platform or controller"
NO_WILDCARD = "rows whose wildcard match is neither 0 nor 1"
TOO_WIDE = "wildcard names too short to tell anything by"
NO_LIFETIME = "retention periods that are no plain time (the cookie is kept)"

_MIN_LITERAL = 3
# RFC 6265 4.1.1: a token, less the signs of our globs.
_NAME = re.compile(r"[!#$%&'+\-.^_`|~0-9A-Za-z]{1,256}")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_FIRST = re.compile(r"1st|first.?part|advertiser|website", re.IGNORECASE)
_NO_COMPANY = re.compile(
    r"#?n/a|-|none|unknown|various|"
    r"(?:the )?(?:advertiser|publisher|website|site)(?:['’]s)?(?: (?:website|owner|domain))*",
    re.IGNORECASE,
)
_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(sec(?:ond)?|min(?:ute)?|hour|day|week|month|year)s?", re.IGNORECASE)
_SESSION = re.compile(r"(?:end of )?session(?: \(browser\)| cookie)?", re.IGNORECASE)
_SECONDS = {"sec": 1, "min": 60, "hou": 3600, "day": 86400, "wee": 7 * 86400, "mon": 30 * 86400, "yea": 365 * 86400}


def _kind_of(content: object) -> str | None:
    return "csv" if isinstance(content, Table) and _COOKIE in content.header else None


def _take(_kind: str, file: Supplied, drafts: Drafts) -> None:
    table = file.content
    assert isinstance(table, Table)
    if missing := [column for column in COLUMNS if column not in table.header]:
        raise InputError(f"lacks the columns {', '.join(missing)}", file=file.path, line=1)
    source = source_of(TITLE, LICENCE, file.dated)
    for _line, cells in table.rows:
        if len(cells) != len(table.header):
            drafts.left_out[NO_COLUMNS] += 1
            continue
        _row({column: cell.strip() for column, cell in zip(table.header, cells, strict=True)}, source, drafts)


def _row(row: dict[str, str], source: str, drafts: Drafts) -> None:
    platform, controller = one_line(row["Platform"]), one_line(row["Data Controller"])
    company = "" if _NO_COMPANY.fullmatch(controller) else controller
    name, wildcard = row[_COOKIE], row["Wildcard match"] or "0"
    if not (company or platform):
        drafts.left_out[NO_OWNER] += 1
    elif not _NAME.fullmatch(name):
        drafts.left_out[NO_NAME] += 1
    elif wildcard not in ("0", "1"):
        drafts.left_out[NO_WILDCARD] += 1
    elif wildcard == "1" and len(name) < _MIN_LITERAL:
        drafts.left_out[TOO_WIDE] += 1
    else:
        owner = drafts.owner((company or platform).casefold())
        owner.add_name(company or platform, NameKind.brand, source)
        owner.add_name(platform, NameKind.brand, source)
        lifetime = lifetime_days(row["Retention period"])
        if lifetime is None and row["Retention period"]:
            drafts.left_out[NO_LIFETIME] += 1
        purpose = one_line(": ".join(part for part in (row["Category"], row["Description"]) if part))
        shown, example = (f"{name}*", f"{name}1") if wildcard == "1" else (name, None)
        hosts = dict.fromkeys(_HOST.findall(row["Domain"]))
        domains = [d for host in hosts if (d := drafts.claim(owner, host, source)) is not None]
        places = [(domain, Party.third) for domain in domains]
        if not hosts or _FIRST.search(row["Domain"]):
            places.append(("", Party.first))
        owner.cookies += (
            CookieDraft(shown, example, domain, party, lifetime, purpose, source) for domain, party in places
        )


def lifetime_days(text: str) -> float | None:
    """`2 years`, `1 day`, `30 secs` in days, 0 for a session; None for whatever says more."""
    plain = text.strip().rstrip(".")
    if _SESSION.fullmatch(plain):
        return 0
    if (match := _TIME.fullmatch(plain)) is None:
        return None
    return round(float(match[1]) * _SECONDS[match[2][:3].lower()] / 86400, 6)


OPEN_COOKIES = ListFormat("ocd", TITLE, LICENCE, _kind_of, _take)
