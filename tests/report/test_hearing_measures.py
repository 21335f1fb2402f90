"""The hearing sheet's measures: each figure of a run."""

import json

from auditor.check.finding import Verdict
from auditor.evidence import (
    Consent,
    ConsentResult,
    ConsentStatus,
    CookieMode,
    Outcome,
    Phase,
    Visit,
    VisitEvidence,
    VisitKind,
    Visitor,
)
from auditor.identify.model import Identified, IdentifierKind, Property
from auditor.report.hearing import hearing_of
from auditor.report.hearing.sheet import Figure, Said
from auditor.report.hearing.words import words
from auditor.report.inputs import RunResult

from .declared import scenario, vendors
from .factory import START, exchange, run_result
from .hearing_cells import FILLED, cells, finding, part, row, shown, with_scenario


def test_received_by_state() -> None:
    """3-1: the visits of the other sites in each state towards the platform; one visit is not complete."""
    hearing = hearing_of(run_result())
    assert shown(hearing, "3-1", "Received from others' sites: no account, third-party cookies allowed") == {
        "lycorp": "2 of 2 visits, 2 requests",
        "google": "2 of 2 visits, 2 requests",
        "meta": "2 of 2 visits, 2 requests",
    }
    blocked_out = shown(hearing, "3-1", "Received from others' sites: logged out, third-party cookies blocked")
    assert blocked_out["google"] == "1 of 1 visits, 1 requests"
    # the scenario has no login states for Meta: a visit logged out at Google is none logged out at Meta
    assert blocked_out["meta"] == "no complete visit of this kind"
    assert isinstance(cells(hearing, "3-1", "Received from others' sites: logged out")["meta"], Said)


def test_received_cookies_by_name_never_by_value() -> None:
    hearing = hearing_of(run_result())
    allowed = cells(hearing, "3-1", "Cookies received: logged in, third-party cookies allowed")["google"]
    assert isinstance(allowed, Figure) and allowed.detail is not None
    assert (allowed.shown.en, allowed.detail.en) == ("2 of 2 visits, 2 requests", "NID (2), SID (2)")
    blocked = cells(hearing, "3-1", "Cookies received: logged in, third-party cookies blocked")["google"]
    assert isinstance(blocked, Figure)
    assert (blocked.shown.en, blocked.seen) == ("0 of 2 visits, 0 requests", False)
    # what was looked at and holds nothing is proven by the pages that were looked at
    assert blocked.evidence == (
        "news.google-logged_in.blocked.ignore.1/r00001", "shop.google-logged_in.blocked.ignore.1/r00001",
    )  # fmt: skip


def test_received_kinds_hosts_and_modules() -> None:
    hearing = hearing_of(run_result())
    assert shown(hearing, "3-1", "Kind of data: Hashed e-mail address") == {
        "lycorp": "0 of 11 visits, 0 requests",
        "google": "0 of 11 visits, 0 requests",
        "meta": "11 of 11 visits, 11 requests",
    }
    hosts = cells(hearing, "3-1", "Hosts that received")["google"]
    assert isinstance(hosts, Figure) and hosts.detail is not None
    # the browser's own request to update.google.test is not the page's
    assert (hosts.shown.en, hosts.detail.en) == ("1 hosts", "collect.google.test (11)")
    modules = cells(hearing, "3-1", "Tags and modules")["meta"]
    assert isinstance(modules, Figure) and modules.detail is not None
    assert modules.detail.ja == "Meta ピクセル (11)"


def test_a_request_of_its_form_at_the_sites_own_host_is_told_apart() -> None:
    base = run_result()
    moved = tuple(t._replace(first_party=t.vendor == "meta") for t in base.transmissions)
    hearing = hearing_of(base.model_copy(update={"transmissions": moved}))
    assert shown(hearing, "3-1", "Its form of request at the site's own host")["meta"] == "11 of 11 visits, 11 requests"
    assert shown(hearing, "3-6", "Values fit for matching")["meta"] == "0 of 11 visits, 0 requests"


def test_account_bound_identifiers_accompany_and_nothing_is_said_of_joining() -> None:
    hearing = hearing_of(run_result())
    assert (
        shown(hearing, "1-6", "Requests with its account cookie: logged in, third-party cookies allowed")["google"]
        == "2 of 2 visits, 2 requests"
    )
    for state in ("no account", "logged out"):
        cell = cells(hearing, "1-6", f"Requests with its account cookie: {state}, third-party cookies allowed")[
            "google"
        ]
        assert isinstance(cell, Figure) and not cell.seen
    beyond = row(hearing, "1-6").beyond
    assert beyond is not None and "確認できない" in beyond.ja and "cannot be seen" in beyond.en
    said = json.dumps([line.label.ja for line in row(hearing, "1-6").lines], ensure_ascii=False)
    assert "結び付けた" not in said


def test_an_identifier_that_outlives_the_logout() -> None:
    """The cookie's value was sent to the platform while the visit was prepared, and goes along logged out."""
    base = run_result()
    name = "shop.google-logged_out.allowed.ignore.1"
    visits = tuple(
        v
        if v.visit.visit != name
        else v.model_copy(
            update={
                "exchanges": (
                    *v.exchanges,
                    exchange(
                        name, 9, "https://accounts.google.test/", phase=Phase.prepare, cookies="NID=nid-value-00001"
                    ),
                )
            }
        )
        for v in base.visits
    )
    held = cells(hearing_of(base.model_copy(update={"visits": visits})), "1-6", "Logged out")["google"]
    assert isinstance(held, Figure)
    assert (held.shown.en, held.evidence) == ("1 of 3 visits, 1 requests", (f"{name}/r00002",))
    assert shown(hearing_of(base), "1-6", "Logged out")["google"] == "0 of 3 visits, 0 requests"


def test_notice_site_by_site() -> None:
    hearing = hearing_of(run_result(findings=(finding("JP-03", "shop", "meta", item="3-2"),)))
    shop = cells(hearing, "3-2", "Disclosure of shop")
    told = {v: (c.shown.en, c.detail.en if c.detail else "") for v, c in shop.items() if isinstance(c, Figure)}
    assert told == {
        "lycorp": ("6 requests; 1 rows: no kind of data was understood", "no findings"),
        "google": ("6 requests; 1 rows: Cookie identifier, Page address", "no findings"),
        "meta": ("6 requests; no row was read for it", "Fail: 1 (JP-03)"),
    }
    news = cells(hearing, "3-2", "Disclosure of news")["google"]
    assert isinstance(news, Figure) and news.shown.en == "5 requests; no disclosure was found"


def test_tag_owners() -> None:
    hearing = hearing_of(run_result(findings=(finding("JP-28", "news", "google", verdict=Verdict.warn),)))
    assert shown(hearing, "3-3", "Others' sites that send to it")["lycorp"] == "2 of 2 sites, 11 requests"
    judged = cells(hearing, "3-3", "Whether tag owners' pages")["google"]
    assert isinstance(judged, Figure) and judged.shown.en == "Warning: 1 (JP-28)"


def test_the_same_identifier_from_several_sites() -> None:
    hearing = hearing_of(run_result())
    assert shown(hearing, "3-5", "The same identifier from several sites (proven to be a browser's)") == {
        "lycorp": "1 values, 2 sites",
        "google": "1 values, 2 sites",
        "meta": "0 of 11 visits, 0 requests",
    }
    assert shown(hearing, "3-5", "The same identifier from several sites (proven to be an account's)")["google"] == (
        "1 values, 2 sites"
    )
    assert shown(hearing, "3-5", "The same value from several sites (named an")["google"] == "1 values, 2 sites"
    assert row(hearing, "3-5").beyond is not None


def test_a_value_that_all_profiles_have_is_no_identifier() -> None:
    base = run_result()
    shared = tuple(
        i.model_copy(update={"kind": IdentifierKind.unproven, "differs": Property(holds=False, shown="")})
        for i in base.identified.identifiers
    )
    hearing = hearing_of(base.model_copy(update={"identified": Identified(identifiers=shared)}))
    assert [line.label.en for line in row(hearing, "3-5").lines] == [
        "The same identifier from several sites (proven to be a browser's)"
    ]
    assert set(shown(hearing, "3-5", "The same").values()) == {"0 of 11 visits, 0 requests"}


def test_what_went_to_a_platform_while_logging_in_is_not_from_the_site() -> None:
    base = run_result()
    one = base.identified.identifiers[0]
    flows = tuple(f.model_copy(update={"request": "r00090", "phase": "prepare"}) for f in one.flows)
    identified = Identified(identifiers=(one.model_copy(update={"flows": flows}),))
    hearing = hearing_of(base.model_copy(update={"identified": identified}))
    assert shown(hearing, "3-5", "The same")["google"] == "0 of 11 visits, 0 requests"


def test_what_is_received_by_state() -> None:
    hearing = hearing_of(run_result())
    proven = cells(hearing, "3-1", "Proven identifiers received: logged in, third-party cookies allowed")["google"]
    assert isinstance(proven, Figure) and proven.detail is not None
    assert (proven.shown.en, proven.detail.en) == (
        "2 of 2 visits (evidence: the first request of each form, 2)",
        "1 of browsers, 1 of accounts",
    )
    kinds = cells(hearing, "3-1", "Kinds of data received (in how many visits): logged in, third-party cookies b")
    google = kinds["google"]
    assert isinstance(google, Figure) and google.detail is not None
    assert google.detail.en == "Cookie identifier (2), Page address (2), Events (2)"


def test_the_same_identifier_before_during_and_after_the_login() -> None:
    hearing = hearing_of(run_result())
    # only who logged out had requests after a logout
    for states, of in (("before the login and", 7), ("logged in and", 3), ("before, during and", 3)):
        tied = cells(hearing, "1-6", f"The same identifier {states}")
        google = tied["google"]
        assert isinstance(google, Figure) and google.shown.en == f"1 identifiers, 1 of {of} visits"
        assert isinstance(tied["meta"], Said) and tied["meta"].text.en == "no complete visit with a login at it"
    assert isinstance(google, Figure) and google.total == 4
    untied = run_result(identified=Identified())
    none = cells(hearing_of(untied), "1-6", "The same identifier before, during")["google"]
    assert isinstance(none, Figure) and (none.shown.en, none.seen) == ("0 of 3 visits, 0 requests", False)


def test_typed_data_and_identifiers_of_others_that_reached_it() -> None:
    base = run_result()
    hearing = hearing_of(base)
    typed = cells(hearing, "3-6", "Requests with contact data typed")
    meta = typed["meta"]
    assert isinstance(meta, Figure) and meta.detail is not None
    assert (meta.shown.en, meta.detail.en) == ("1 of 11 visits, 1 requests", "email (sha256) (1)")
    assert isinstance(typed["google"], Said) and typed["google"].text.en == "no complete visit typed a person's data"
    reached = cells(hearing, "3-6", "Requests with an identifier that another")["lycorp"]
    assert isinstance(reached, Figure) and reached.detail is not None
    assert (reached.shown.en, reached.detail.en) == ("1 of 11 visits, 1 requests", "google (1)")


def test_match_keys() -> None:
    keys = cells(hearing_of(run_result()), "3-6", "Values fit for matching: Hashed e-mail address")["meta"]
    assert isinstance(keys, Figure) and keys.detail is not None
    assert (keys.shown.en, keys.detail.en) == ("11 of 11 visits, 11 requests", "query ud[em], news, shop")
    # an account cookie of the platform's own is no key the site gave
    assert all("account" not in x.label.en for x in row(hearing_of(run_result()), "3-6").lines)


def test_own_services_are_not_measured_where_none_was_visited() -> None:
    hearing = hearing_of(run_result())
    for number, label in (("5-1", "Visits to its own sites"), ("2-1", "What its own"), ("2-2", "Choices on")):
        found = cells(hearing, number, label)
        assert {c.kind for c in found.values() if isinstance(c, Said)} == {"missing"}
        assert set(shown(hearing, number, label).values()) == {"this run did not visit a site of its own"}


def own_site(status: ConsentStatus = ConsentStatus.made) -> RunResult:
    """news belongs to Meta; one visit wanted to accept."""
    sites = json.loads(scenario().model_dump_json())["sites"]
    sites[1]["entity"] = "meta"
    base = run_result(
        scenario=with_scenario(sites=sites),
        findings=(finding("JP-09", "news", None, item="5-1", verdict=Verdict.warn),),
    )
    visits = tuple(
        v
        if v.visit.visit != "news.no_account.allowed.ignore.1"
        else v.model_copy(
            update={
                "visit": v.visit.model_copy(
                    update={
                        "consent": Consent.accept,
                        "consent_result": ConsentResult(wanted=Consent.accept, status=status, at=START),
                    }
                ),
                "exchanges": tuple(x.model_copy(update={"consent_choice": "before"}) for x in v.exchanges),
            }
        )
        for v in base.visits
    )
    return base.model_copy(update={"visits": visits})


def test_own_services() -> None:
    hearing = hearing_of(own_site())
    assert shown(hearing, "5-1", "Visits to its own sites")["meta"] == "5 of 6 visits complete"
    others = cells(hearing, "5-1", "Others that receive")["meta"]
    assert isinstance(others, Figure) and others.detail is not None
    assert others.shown.en == "3 recipients, 15 requests"
    assert others.detail.en == "Google LLC (5), LY Corporation (5), unknown.test (5)"
    judged = cells(hearing, "5-1", "Findings JP-09")["meta"]
    assert isinstance(judged, Figure) and judged.shown.en == "Warning: 1 (JP-09)"
    assert shown(hearing, "3-1", "Kind of data: Hashed")["meta"] == "6 of 6 visits, 6 requests"
    assert shown(hearing, "3-2", "Disclosure of news")["meta"] == "Its own site (5-1)"
    assert shown(hearing, "2-2", "Choices on its own")["meta"] == "1 visits"
    assert shown(hearing, "2-2", "Requests from its own sites")["meta"] == "1 of 1 visits, 3 requests"
    assert shown(hearing, "2-1", "What its own")["meta"] == "news: none found"


def test_a_choice_that_was_not_made_has_no_before() -> None:
    """None seen before a choice nobody could make would be a claim without ground."""
    hearing = hearing_of(own_site(ConsentStatus.no_banner))
    choices = cells(hearing, "2-2", "Choices on its own")["meta"]
    assert isinstance(choices, Figure) and choices.detail is not None
    assert choices.detail.en == "accepted → no banner showed 1"
    assert shown(hearing, "2-2", "Requests from its own sites")["meta"] == "in no visit could a choice be made"


def test_techniques_by_what_shows_them() -> None:
    """5-2: what the traffic shows, what is only a hint, what is gone; each figure with the requests of its uses."""
    hearing = hearing_of(run_result())
    used = cells(hearing, "5-2", "first-party cookie")
    google, meta = used["google"], used["meta"]
    assert isinstance(google, Figure) and google.detail is not None
    assert (google.shown.en, google.detail.en) == ("2 of 2 sites; allowed 6/6 visits → blocked 4/5", "query cid")
    assert google.evidence == ("news.no_account.blocked.ignore.1/r00002", "shop.no_account.blocked.ignore.1/r00002")
    assert isinstance(meta, Figure) and (meta.shown.en, meta.seen) == (
        "0 of 2 sites; allowed – visits → blocked –", False,
    )  # fmt: skip
    hint = cells(hearing, "5-2", "local storage (a hint: it may be something else)")["lycorp"]
    assert isinstance(hint, Figure) and hint.shown.en == "1 of 2 sites; allowed 0/3 visits → blocked 3/3"
    gone = cells(hearing, "5-2", "Gone or replaced")["google"]
    assert isinstance(gone, Figure) and gone.detail is not None
    assert (gone.shown.en, gone.detail.en) == ("2 items (0 established), 2 of 2 sites", "cookie IDE, cookie NID")
    one_mode = tuple(v for v in run_result().visits if v.visit.cookie_mode is CookieMode.allowed)
    cell = cells(hearing_of(run_result(visits=one_mode, changes=())), "5-2", "Gone")["google"]
    assert isinstance(cell, Said) and cell.kind == "missing"
    none = hearing_of(run_result(techniques=(), changes=()))
    assert shown(none, "5-2", "What takes the place")["google"].startswith("0 of 2 sites")


def test_opt_out() -> None:
    result = run_result()
    page = VisitEvidence(
        visit=Visit(
            visit="shop.disclosure", kind=VisitKind.disclosure, site="shop", page="https://shop.test/external",
            outcome=Outcome.complete, started_at=START, duration_ms=1,
        ),
        exchanges=(exchange("shop.disclosure", 1, "https://shop.test/external", document=True),),
    )  # fmt: skip
    sites = json.loads(scenario().model_dump_json())["sites"]
    sites[0]["before"] = [{"goto": "https://optout.google.test/"}, {"click": "#out"}]
    hearing = hearing_of(
        result.model_copy(update={"visits": (*result.visits, page), "scenario": with_scenario(sites=sites)})
    )
    declared = cells(hearing, "2-8-1", "Others' disclosures")["google"]
    assert isinstance(declared, Figure)
    assert (declared.shown.en, declared.evidence) == ("1 of 1 sites", ("shop.disclosure/r00001",))
    assert shown(hearing, "2-8-1", "Others' disclosures")["lycorp"] == "0 of 1 sites"
    after = shown(hearing, "2-8-1", "Identifiers and contact data received after")
    assert after["google"] == "6 of 6 visits, 6 requests"
    assert after["meta"] == "this run did not go through an opt-out (before)"
    assert shown(hearing_of(result), "2-8-1", "Others' disclosures")["google"] == "this run read no disclosure"
    sites[0]["before"] = [{"goto": "https://optout.google.test/"}, {"wait": 100}]
    opened = hearing_of(result.model_copy(update={"scenario": with_scenario(sites=sites)}))
    assert shown(opened, "2-8-1", "Identifiers")["google"] == "this run did not go through an opt-out (before)"


def test_carriers_external_services_are_a_lead() -> None:
    sites = json.loads(scenario().model_dump_json())["sites"]
    sites[0]["entity"] = "kddi"
    hearing = hearing_of(run_result(scenario=with_scenario(sites=sites)))
    services = cells(hearing, "1-1", "Others' services", "carriers")
    kddi = services["kddi"]
    assert isinstance(kddi, Figure) and kddi.detail is not None
    assert kddi.detail.en == "Google LLC (6), LY Corporation (6), Meta Platforms, Inc. (6), unknown.test (6)"
    assert shown(hearing, "1-1", "Others'", "carriers")["docomo"] == "this run did not visit a site of this carrier"
    assert {r.number for r in part(hearing, "carriers").rows if r.status == "unseen"} == {"1-2〜", "2-1", "2-2"}


def test_nothing_is_counted_of_visits_that_are_not_complete() -> None:
    failed = tuple(
        v.model_copy(update={"visit": v.visit.model_copy(update={"outcome": Outcome.failed})})
        for v in run_result().visits
    )
    hearing = hearing_of(run_result(visits=failed, findings=(), changes=()))
    assert list(hearing.figures()) == []


def test_imported_visits_are_in_no_visitor_state() -> None:
    imported = tuple(
        v.model_copy(update={"visit": v.visit.model_copy(update={"kind": VisitKind.imported, "platform": None})})
        for v in run_result().visits
        if v.visit.visitor is Visitor.no_account
    )
    result = run_result(visits=imported, scenario=None, findings=(), changes=(), disclosures=())
    hearing = hearing_of(result)
    assert not any("no account" in line.label.en for line in row(hearing, "3-1").lines)
    assert shown(hearing, "3-1", "Kind of data: Hashed")["meta"] == "4 of 4 visits, 4 requests"


def test_an_empty_run_has_a_sheet_without_figures() -> None:
    empty = run_result(visits=(), transmissions=(), findings=(), changes=(), disclosures=(), scenario=None, vendors=())
    hearing = hearing_of(empty)
    assert list(hearing.figures()) == []
    assert {r.number for r in part(hearing).rows if r.status == "seen"} == FILLED
    assert len(vendors()) == 3 and words("not_measured").ja == "測定なし"
