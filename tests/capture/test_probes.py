"""What scripts do in the page: told with its place, and not to be noticed by the page."""

import json
from typing import Any

import pytest

from auditor.evidence import Outcome

from .alone import browse_alone
from .chain import WebChain

pytestmark = [pytest.mark.browser]


def noticed(chain: WebChain) -> dict[str, Any]:
    (seen,) = chain.web.got("https://one.test/noticed")[-1:]
    found: dict[str, Any] = json.loads(seen.body)
    return found


def test_a_page_cannot_notice(chain: WebChain, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = chain.visit("https://one.test/notice")
    watched = noticed(chain)
    assert evidence.visit.outcome is Outcome.complete
    browse_alone(chain, monkeypatch, "https://one.test/notice", "https://one.test/noticed")
    alone = noticed(chain)
    assert watched == alone
