"""What all profiles share is no identifier, however it is kept; broken and hostile values end, and in time."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from auditor.evidence import VisitEvidence, VisitKind

from .build import SCENARIO, SITE, cookie, evidence, exchange, identified, load

CONSTANT = "a8f5x167fQ4tf4964e6k998deR827110c"


def twin(number: int, raw: str) -> VisitEvidence:
    """A visit whose cookie is sent from two page loads."""
    visit = f"v{number}"
    hits = [
        exchange(2, f"https://aite.test/c?k={raw}", 1, visit=visit),
        exchange(4, f"https://aite.test/c?k={raw}", 3, page=f"{SITE}/b", visit=visit),
    ]
    loads = load(1, "/", 0), load(3, "/b", 2)
    return evidence(visit, [loads[0], hits[0], loads[1], hits[1]], cookies=[cookie("conf", raw)], repeat=number)


@pytest.mark.parametrize(
    "kept",
    [
        lambda text: base64.b64encode(json.dumps({"key": text}).encode()).decode(),
        lambda text: quote(f"+{text}/", safe=""),
        lambda text: text,
    ],
    ids=["base64 of JSON", "escaped", "as it is"],
)
def test_a_constant_is_no_identifier_however_it_is_kept(kept: Callable[[str], str]) -> None:
    raw = kept(CONSTANT)
    assert identified(twin(1, raw), twin(2, raw)).identifiers == ()


@pytest.mark.parametrize("kind", [VisitKind.audit, VisitKind.imported])
def test_a_constant_of_a_script_is_no_synchronisation_where_there_is_no_other_profile(kind: VisitKind) -> None:
    exchanges = [
        load(1, "/", 0),
        exchange(2, "https://cdn-a.test/config.js", 0.5, response=f'var siteKey="{CONSTANT}";'.encode()),
        exchange(3, f"https://b.test/x?key={CONSTANT}", 1),
        load(4, "/b", 2),
        exchange(5, f"https://b.test/x?key={CONSTANT}", 3, page=f"{SITE}/b"),
    ]
    found = identified(evidence("v1", exchanges, kind=kind), scenario=None if kind is VisitKind.imported else SCENARIO)
    assert found.syncs == ()


def test_a_broken_byte_in_a_cookie_ends_nothing() -> None:
    header = "a=\udc80q7ZtLw29xKd3mVb8RsT1yHn"
    exchanges = [load(1, "/", 0), exchange(2, "https://aite.test/c", 1, cookie=header), load(3, "/b", 2)]
    assert identified(evidence("v1", exchanges)).syncs == ()
