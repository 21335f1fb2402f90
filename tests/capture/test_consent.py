"""The choice on a banner, made through the real chain on pages built like the products' own banners."""

import pytest

from auditor.evidence import Consent, ConsentResult, ConsentStatus, VisitEvidence
from auditor.scenario import Click, ConsentSteps, Goto
from auditor.store.browser_events import read_events
from auditor.store.run import EVENTS_FILE

from .chain import LIMITS, WebChain

pytestmark = [pytest.mark.browser]

ACCEPT, REJECT = Consent.accept, Consent.reject
TOLD = "https://third.test/told?"


def choose(chain: WebChain, page: str, consent: Consent, **more: object) -> tuple[VisitEvidence, dict[str, str]]:
    """Visit a page with this wish; what its scripts told third.test in this visit, each with its side of the choice.

    The servers' own log says the same, and the visit is complete whatever came of the choice.
    """
    begun = len(chain.web.seen)
    evidence = chain.visit(f"https://one.test/consent/{page}", consent=consent, **more)  # type: ignore[arg-type]
    arrived = sorted(s.url.removeprefix(TOLD) for s in chain.web.seen[begun:] if s.url.startswith(TOLD))
    told = {x.url.removeprefix(TOLD): x.consent_choice for x in evidence.exchanges if x.url.startswith(TOLD)}
    assert sorted(told) == arrived
    assert (evidence.visit.outcome.value, evidence.visit.reason) == ("complete", "")
    return evidence, told


def result_of(evidence: VisitEvidence) -> ConsentResult:
    assert evidence.visit.consent_result is not None
    return evidence.visit.consent_result


def coverage_of(evidence: VisitEvidence) -> list[str]:
    return [row.reason for row in evidence.coverage if row.sensor == "consent"]


# page, choice, rule, what was clicked, the product's own account
PRODUCTS = [
    ("onetrust", ACCEPT, "autoconsent Onetrust", ["すべてのクッキーを受け入れる"], None),
    ("onetrust", REJECT, "autoconsent Onetrust", ["すべて拒否する"], True),
    # autoconsent's rule knows older accept buttons only: it clicks nothing, and the words decide.
    ("cookiebot", ACCEPT, "wording", ["すべて許可する"], None),
    ("cookiebot", REJECT, "autoconsent Cybotcookiebot", ["拒否する"], True),
    ("usercentrics", ACCEPT, "product usercentrics", ["すべて同意"], None),
    ("usercentrics", REJECT, "product usercentrics", ["すべて拒否"], None),
    ("didomi", ACCEPT, "autoconsent didomi", ["同意して閉じる"], None),
    ("didomi", REJECT, "autoconsent didomi", ["同意しない"], True),
    ("trustarc", ACCEPT, "autoconsent TrustArc-top", ["同意する"], None),
    ("trustarc", REJECT, "autoconsent TrustArc-top", ["必須クッキーのみ"], True),
    ("quantcast", ACCEPT, "autoconsent quantcast", ["同意します"], None),
    ("quantcast", REJECT, "autoconsent quantcast", ["同意しません"], None),
    ("webtru", ACCEPT, "product webtru", ["設定", "広告", "設定を保存"], None),
    ("webtru", REJECT, "product webtru", ["設定", "アクセス解析", "設定を保存"], None),
    ("trust360", ACCEPT, "product trust360", ["同意する"], None),
    ("trust360", REJECT, "product trust360", ["同意しない"], None),
    ("stright", ACCEPT, "product stright", ["全て許可"], None),
    ("stright", REJECT, "product stright", ["全て拒否"], None),
    ("stright-settings", REJECT, "product stright-settings", ["設定する", "全て拒否"], None),
    ("ecbeing", ACCEPT, "product ecbeing", ["同意する"], None),
    ("iframe", ACCEPT, "wording", ["同意する"], None),
    ("iframe", REJECT, "wording", ["拒否する"], None),
    ("late", ACCEPT, "wording", ["OK"], None),
    ("late", REJECT, "wording", ["必要なクッキーのみ許可"], None),
    ("shadow", REJECT, "wording", ["すべて拒否"], None),
    ("closed", ACCEPT, "wording", ["すべて許可"], None),
    ("settings", REJECT, "wording", ["設定する", "解析", "広告", "設定を保存する"], None),
]


@pytest.mark.parametrize(
    ("page", "choice", "rule", "clicked", "tested"), PRODUCTS, ids=[f"{p[0]}-{p[1]}" for p in PRODUCTS]
)
def test_the_choice_is_made_and_what_follows_is_after_it(
    chain: WebChain, page: str, choice: Consent, rule: str, clicked: list[str], tested: bool | None
) -> None:
    evidence, told = choose(chain, page, choice)
    result = result_of(evidence)
    assert (result.status, result.reason, result.rule) == (ConsentStatus.made, "", rule)
    assert [click.text for click in result.clicks] == clicked
    assert {click.how for click in result.clicks} == {"mouse"}
    assert (result.banner_gone, result.self_test) == (True, tested)
    expected = {f"{page}-before": "before", f"{page}-{choice.value}": "after"}
    if page == "onetrust":
        # The page watched itself: no new global, no change of the document, no value of its own read.
        expected["onetrust-noticed-0-0-0"] = "after"
    assert told == expected
    assert result.at == (result.clicks[0].at if choice is ACCEPT else result.clicks[-1].released_at)
    assert result.page == f"https://one.test/consent/{page}"
    assert result.frame_url == ("https://third.test/consent/framed" if page == "iframe" else result.page)
    shots = {shot.name: shot for shot in evidence.visit.screenshots}
    assert [name for name, shot in shots.items() if shot.file] == ["consent-before", "consent-after", "end"]
    assert shots["consent-before"].at < result.at <= shots["consent-after"].at
    assert (evidence.visit.choice, coverage_of(evidence)) == (choice, [])


@pytest.mark.parametrize(("page", "choice"), [("none", REJECT), ("form", ACCEPT)])
def test_no_banner_is_a_result_and_nothing_is_clicked(chain: WebChain, page: str, choice: Consent) -> None:
    evidence, told = choose(chain, page, choice)
    result = result_of(evidence)
    assert (result.status, result.clicks, result.at, result.reason) == (ConsentStatus.no_banner, (), None, "")
    assert told == {f"{page}-before": ""}
    assert (evidence.visit.choice, coverage_of(evidence)) == (Consent.ignore, [])


@pytest.mark.parametrize(
    ("page", "rule", "reason"),
    [
        ("no-reject", "wording", "no button to reject"),
        ("ecbeing", "product ecbeing", "ecbeing (shop software) has no button to reject"),
    ],
)
def test_a_banner_without_a_refusal_is_not_accepted_instead(chain: WebChain, page: str, rule: str, reason: str) -> None:
    evidence, told = choose(chain, page, REJECT)
    result = result_of(evidence)
    assert (result.status, result.rule, result.reason) == (ConsentStatus.no_way, rule, reason)
    assert (result.clicks, told) == ((), {f"{page}-before": ""})
    assert evidence.visit.choice is Consent.ignore
    assert coverage_of(evidence) == [f"reject wanted, not made (no_way): {reason}"]


def test_a_banner_that_stays_was_clicked_without_effect(chain: WebChain) -> None:
    evidence, told = choose(chain, "stays", REJECT)
    result = result_of(evidence)
    assert (result.status, result.reason, result.banner_gone) == (ConsentStatus.not_done, "the banner stayed", False)
    assert ([click.text for click in result.clicks], result.at) == (["拒否する"], None)
    assert told == {"stays-before": "", "stays-reject": ""}
    lines = list(read_events(chain.folder / evidence.visit.visit / EVENTS_FILE))
    told_of = [line["params"].get("text", "") for line in lines if line["method"] == "Auditor.consentClick"]
    ended = [line["params"]["status"] for line in lines if line["method"] == "Auditor.consent"]
    assert (told_of, ended) == (["拒否する"], ["not_done"])
    assert coverage_of(evidence) == ["reject wanted, not made (not_done): the banner stayed"]


def test_a_banner_that_asks_again_was_not_answered(chain: WebChain) -> None:
    """The site forgets the choice: what its next page sends is not sent in spite of a refusal."""
    journey = (Goto(goto="https://one.test/consent/again?2"),)
    evidence, told = choose(chain, "again", REJECT, journey=journey)
    result = result_of(evidence)
    assert (result.status, result.reason, result.at) == (ConsentStatus.not_done, "the banner asked again", None)
    assert told == {"again-before": "", "again-reject": "", "again?2-before": ""}
    assert coverage_of(evidence) == ["reject wanted, not made (not_done): the banner asked again"]


def test_a_banner_of_a_later_page_is_found_there(chain: WebChain) -> None:
    """No choice on the first page, so the next one is looked at too; a page with a choice behind it is not again."""
    journey = (Click(click="a"), Goto(goto="https://one.test/consent/late"))
    evidence, told = choose(chain, "first", REJECT, journey=journey)
    result = result_of(evidence)
    assert (result.status, result.page) == (ConsentStatus.made, "https://one.test/consent/shadow")
    assert told == {
        "first-before": "before",
        "shadow-before": "before",
        "shadow-reject": "after",
        "late-before": "after",
    }


def test_the_scenario_may_say_how_to_choose(chain: WebChain) -> None:
    steps = ConsentSteps(reject=(Click(click="#own-no"),))
    evidence, told = choose(chain, "own", REJECT, site={"consent": steps})
    result = result_of(evidence)
    assert (result.status, result.rule, result.banner_gone) == (ConsentStatus.made, "scenario", None)
    assert told == {"own-before": "before", "own-reject": "after"}
    assert evidence.visit.choice is REJECT


def test_steps_for_a_banner_that_does_not_show_are_no_choice(chain: WebChain) -> None:
    steps = ConsentSteps(accept=(Click(click="#own-yes"),))
    limits = LIMITS.model_copy(update={"step_ms": 300, "consent_ms": 500})
    result = result_of(choose(chain, "none", ACCEPT, site={"consent": steps}, limits=limits)[0])
    assert (result.status, result.at) == (ConsentStatus.no_banner, None)
    assert result.reason == "consent.last.0.wait: Page.wait_for_selector: Timeout 300ms exceeded."


def test_a_banner_is_left_alone_where_it_is_to_be_ignored(chain: WebChain) -> None:
    evidence, told = choose(chain, "shadow", Consent.ignore)
    assert (evidence.visit.consent_result, told) == (None, {"shadow-before": ""})


def test_what_is_done_before_the_visit_is_no_part_of_it(chain: WebChain) -> None:
    """Such as a platform's opt-out page: in phase prepare, and its cookies remain."""
    before = (Goto(goto="https://third.test/frame"),)
    evidence, _ = choose(chain, "none", Consent.ignore, site={"before": before})
    phases = {x.url: x.phase.value for x in evidence.exchanges if x.cause and x.cause.resource_type == "document"}
    assert phases == {"https://third.test/frame": "prepare", "https://one.test/consent/none": "journey"}
    assert [c.stored for c in evidence.cookies if c.name == "framed"] == [True]
