"""The choice on a banner, made through the real chain on pages built like the products' own banners."""

import pytest

from auditor.evidence import Consent, ConsentStatus, Coverage, Exchange, VisitEvidence
from auditor.scenario import Click, ConsentSteps, Goto

from .chain import WebChain

pytestmark = [pytest.mark.browser]

ACCEPT, REJECT = Consent.accept, Consent.reject
TOLD = "https://third.test/told?"


def choose(chain: WebChain, page: str, consent: Consent, **more: object) -> tuple[VisitEvidence, dict[str, str]]:
    """Visit a page with this wish; what its scripts told third.test in this visit, each with its side of the choice.

    The servers' own log must say the same.
    """
    begun = len(chain.web.seen)
    evidence = chain.visit(f"https://one.test/consent/{page}", consent=consent, **more)  # type: ignore[arg-type]
    arrived = sorted(s.url.removeprefix(TOLD) for s in chain.web.seen[begun:] if s.url.startswith(TOLD))
    told = {x.url.removeprefix(TOLD): x.consent_choice for x in evidence.exchanges if x.url.startswith(TOLD)}
    assert sorted(told) == arrived
    assert evidence.visit.outcome.value == "complete", evidence.visit.reason
    return evidence, told


PRODUCTS = [
    ("onetrust", "autoconsent Onetrust", "すべてのクッキーを受け入れる", "すべて拒否する", True),
    ("cookiebot", "autoconsent Cybotcookiebot", "", "拒否する", True),
    ("usercentrics", "product usercentrics", "すべて同意", "すべて拒否", None),
    ("didomi", "autoconsent didomi", "同意して閉じる", "同意しない", True),
    ("trustarc", "autoconsent TrustArc-top", "同意する", "必須クッキーのみ", True),
    ("quantcast", "autoconsent quantcast", "同意します", "同意しません", None),
    ("trust360", "product trust360", "同意する", "同意しない", None),
    ("stright", "product stright", "全て許可", "全て拒否", None),
    ("iframe", "wording", "同意する", "拒否する", None),
    ("late", "wording", "OK", "必要なクッキーのみ許可", None),
    ("shadow", "wording", "すべて許可", "すべて拒否", None),
]


@pytest.mark.parametrize(("page", "rule", "_yes", "no", "tested"), PRODUCTS, ids=[p[0] for p in PRODUCTS])
def test_reject_with_one_click(chain: WebChain, page: str, rule: str, _yes: str, no: str, tested: bool | None) -> None:
    evidence, told = choose(chain, page, REJECT)
    result = evidence.visit.consent_result
    assert result is not None
    print(result.model_dump_json(indent=1))
    assert (result.status, result.rule, result.self_test) == (ConsentStatus.made, rule, tested)


@pytest.mark.parametrize(("page", "rule", "yes", "_no", "tested"), PRODUCTS, ids=[p[0] for p in PRODUCTS])
def test_accept_with_one_click(chain: WebChain, page: str, rule: str, yes: str, _no: str, tested: bool | None) -> None:
    evidence, told = choose(chain, page, ACCEPT)
    result = evidence.visit.consent_result
    assert result is not None
    print(result.model_dump_json(indent=1))
    assert (result.status, result.rule) == (ConsentStatus.made, rule)
