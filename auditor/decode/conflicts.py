"""Patterns of two vendors that claim the same thing: whoever reads such a file first would decide who is accused.

Domains cannot: a name is one vendor's, which loading sees to. What is left are grammars on any host, names that hosts
point to, click ids, and the names of cookies and stored items.
"""

from collections.abc import Iterator

from auditor.decode.examples import request_of_example
from auditor.decode.globs import compile_glob, has_wildcard, host_matches
from auditor.decode.knowledge import Knowledge
from auditor.decode.reading import read_request
from auditor.vendors import Party, Vendor, VendorCookie


def conflicts(knowledge: Knowledge) -> Iterator[str]:
    """Each conflict in a sentence."""
    yield from _grammars(knowledge)
    yield from _aliases(knowledge)
    yield from _click_ids(knowledge)
    yield from _cookies(knowledge)


def _grammars(knowledge: Knowledge) -> Iterator[str]:
    """Examples of one vendor that fit a grammar on any host of another."""
    for vendor in knowledge.vendors:
        for number, example in enumerate(vendor.examples):
            request = request_of_example(example)
            reading = read_request(request, "", knowledge)
            if reading is None:
                continue
            for other in knowledge.grammars_that_fit(request.method, reading.path, reading.params):
                if other.vendor != vendor.vendor:
                    yield f"examples.{number} of {vendor.vendor} fits a grammar of {other.vendor} on any host"


def _aliases(knowledge: Knowledge) -> Iterator[str]:
    aliases = [(vendor, alias.host) for vendor in knowledge.vendors for alias in vendor.aliases]
    for vendor, host in aliases:
        for other, pattern in aliases:
            if vendor.vendor < other.vendor and (
                host_matches(pattern, host.replace("*", "x")) or host_matches(host, pattern.replace("*", "x"))
            ):
                yield f"the aliases {host} of {vendor.vendor} and {pattern} of {other.vendor} meet"


def _click_ids(knowledge: Knowledge) -> Iterator[str]:
    owners: dict[str, str] = {}
    for vendor in knowledge.vendors:
        for click_id in vendor.click_ids:
            if (owner := owners.setdefault(click_id.name, vendor.vendor)) != vendor.vendor:
                yield f"the click id {click_id.name} is {owner}'s and {vendor.vendor}'s"


def _cookies(knowledge: Knowledge) -> Iterator[str]:
    """First-party names: a cookie on a site is told by its name alone."""
    for storage in (False, True):
        named: list[tuple[Vendor, VendorCookie]] = [
            (vendor, cookie)
            for vendor in knowledge.vendors
            for cookie in vendor.cookies
            if cookie.party is Party.first and cookie.storage is storage
        ]
        globs = [(vendor, cookie) for vendor, cookie in named if has_wildcard(cookie.name)]
        exact: dict[str, str] = {}
        for vendor, cookie in named:
            if not has_wildcard(cookie.name):
                if (owner := exact.setdefault(cookie.name, vendor.vendor)) != vendor.vendor:
                    yield f"the name {cookie.name} is {owner}'s and {vendor.vendor}'s"
                continue
            for other, glob in globs:
                meets = compile_glob(glob.name).fullmatch(cookie.example or "")
                # The narrower pattern wins: only equals leave it open.
                if vendor is not other and meets and _narrow(glob.name) == _narrow(cookie.name):
                    yield f"the names {cookie.name} of {vendor.vendor} and {glob.name} of {other.vendor} meet"


def _narrow(glob: str) -> int:
    return len(glob.replace("*", "").replace("?", "").replace("#", ""))
