"""A recording in place of the web: the recorded tags run in a real browser and send anew.

Values are compared, never printed: the recording holds identifiers of the browser that made it.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest

from auditor.errors import InputError
from auditor.evidence import Exchange, Outcome, Visit, VisitEvidence, VisitKind
from auditor.pipeline import audit, derive_and_write
from auditor.report import RunResult
from auditor.store.run import RunFolder

REAL = Path(__file__).parents[2] / "../shared/real/har"
RECORDING = REAL / "edtech/pageview_xtramath.org.har"
browser = [
    pytest.mark.browser,
    pytest.mark.skipif(not REAL.is_dir(), reason="the recorded real traffic (../shared/real/har) is not here"),
]

# The page with the tags; one whose body the recorder did not keep; one answered 304; one kept as placeholders.
SITES = {
    "tags": (RECORDING, "https://home.xtramath.org/"),
    "not-kept": (RECORDING, "https://xtramath.org/"),
    "from-cache": (REAL / "mitmproxy/chrome.har", "https://mitmproxy.org/"),
    "placeholders": (REAL / "perfcascade/chrome_enorm-magazin.de.har", "http://enorm-magazin.de/"),
}
SCRIPTS = {
    "www.googletagmanager.com/gtag/js",
    "www.googletagmanager.com/gtm.js",
    "connect.facebook.net/en_US/fbevents.js",
    "connect.facebook.net/signals/config/234816549288606",
    "www.google-analytics.com/analytics.js",
    "snap.licdn.com/li.lms-analytics/insight.min.js",
}


@dataclass(frozen=True)
class Replayed:
    """The run of SITES."""

    run: RunFolder
    result: RunResult

    def of(self, site: str) -> VisitEvidence:
        (found,) = (v for v in self.result.visits if v.visit.site == site and v.visit.kind is VisitKind.audit)
        return found


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    folder = tmp_path_factory.mktemp("replay")
    run, _ = replay(folder, SITES)
    result, _ = derive_and_write(run)
    return Replayed(run, result)


def replay(folder: Path, sites: dict[str, tuple[Path, str]]) -> tuple[RunFolder, list[Visit]]:
    rows = "".join(
        f'- {{id: {i}, operator: x, url: "{url}", replay: "{f.resolve()}"}}\n' for i, (f, url) in sites.items()
    )
    scenario = folder / "replay.yaml"
    scenario.write_text(
        "scenario: replay\nvisitors: [no_account]\ncookie_modes: [allowed]\n"
        f"limits: {{settle_quiet_ms: 2000, settle_max_ms: 20000, drain_ms: 3000}}\nsites:\n{rows}"
    )
    ended: list[Visit] = []
    run = audit(scenario, folder / "run", 1, lambda _total: ended.append, lambda _scenario: None)
    return run, ended


@cache
def recorded() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(RECORDING.read_text("utf-8-sig"))["log"]["entries"]
    return entries


def address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}".rstrip("/")


def parameters(exchange: Exchange) -> list[dict[str, str]]:
    """What each event of a beacon says: those of its address, and of a line of its body each."""
    shared = dict(parse_qsl(urlsplit(exchange.url).query))
    lines = exchange.request_body.kept.decode().splitlines() or [""]
    return [shared | dict(parse_qsl(line)) for line in lines]


def is_ga4(exchange: Exchange) -> bool:
    return urlsplit(exchange.url).path == "/g/collect"


def is_meta(exchange: Exchange) -> bool:
    return address(exchange.url) == "www.facebook.com/tr"


class TestInTheBrowser:
    pytestmark = browser

    def test_the_visit_is_complete_and_says_what_answered(self, replayed: Replayed) -> None:
        visit = replayed.of("tags").visit
        assert (visit.outcome, visit.reason) == (Outcome.complete, "")
        assert visit.replayed_from == "pageview_xtramath.org.har"
        assert visit.final_url == "https://home.xtramath.org/"

    def test_nothing_went_to_the_real_web(self, replayed: Replayed) -> None:
        for site in SITES:
            sent = [e for e in replayed.of(site).exchanges if e.source != "browser_only"]
            assert sent != []
            assert {(e.server, e.local_port) for e in sent} == {(None, None)}
            assert {e.answer for e in sent} <= {"recording", "empty"}
            assert {e.answer for e in replayed.of(site).exchanges if e not in sent} <= {None}

    def test_the_recorded_scripts_ran(self, replayed: Replayed) -> None:
        exchanges = replayed.of("tags").exchanges
        answered = [e for e in exchanges if address(e.url) in SCRIPTS]
        assert {address(e.url) for e in answered} == SCRIPTS
        assert {(e.answer, e.status, e.error) for e in answered} == {("recording", 200, None)}
        callers = {address(call.url) for e in exchanges if e.cause for call in e.cause.stack}
        assert {"www.googletagmanager.com/gtag/js", "connect.facebook.net/en_US/fbevents.js"} <= callers

    def test_the_recorded_answers_are_the_recorded_bytes(self, replayed: Replayed) -> None:
        """By the sum of the text as the recording has it; what is encoded as base64 there is bytes."""
        kept: dict[tuple[str, str], str] = {}
        for entry in recorded():
            content = entry["response"]["content"]
            text = content.get("text") or ""
            data = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
            kept.setdefault((entry["request"]["method"], entry["request"]["url"]), hashlib.sha256(data).hexdigest())
        answered = [e for e in replayed.of("tags").exchanges if e.answer == "recording"]
        assert len(answered) > 30
        assert [address(e.url) for e in answered if kept[e.method, e.url] != e.response_body.sha256] == []

    def test_google_analytics_sends_anew(self, replayed: Replayed) -> None:
        """Both page views the page's two tags sent when it was recorded, and the time spent, as the page is left."""
        hits = [e for e in replayed.of("tags").exchanges if is_ga4(e)]
        assert {e.answer for e in hits} == {"empty"}
        said = [(address(e.url), p.get("en"), p.get("dl")) for e in hits for p in parameters(e)]
        page, collector = "https://home.xtramath.org/", "analytics.google.com/g/collect"
        assert Counter(said) == {
            (collector, "page_view", page): 2,
            (collector, "user_engagement", page): 1,
            ("stats.g.doubleclick.net/g/collect", None, None): 1,
        }

    def test_the_meta_pixel_sends_anew(self, replayed: Replayed) -> None:
        hits = [e for e in replayed.of("tags").exchanges if is_meta(e)]
        (said,) = (p for e in hits for p in parameters(e))
        assert (said["ev"], said["dl"]) == ("PageView", "https://home.xtramath.org/")
        assert [e.answer for e in hits] == ["empty"]

    @pytest.mark.parametrize("is_hit", [is_ga4, is_meta])
    def test_the_beacons_are_not_those_of_the_recording(
        self, replayed: Replayed, is_hit: Callable[[Exchange], bool]
    ) -> None:
        """Other bytes, another browser's identifiers, under the identifier of the same property."""
        old = [e["request"] for e in recorded() if address(e["request"]["url"]).endswith(("/g/collect", "com/tr"))]
        assert len(old) == 4
        hits = [e for e in replayed.of("tags").exchanges if is_hit(e)]
        for hit in hits:
            assert hit.url not in {o["url"] for o in old}
        own = ("cid", "fbp", "sid")
        before = {v for o in old for name, v in parse_qsl(urlsplit(o["url"]).query) if name in own}
        now = {p[name] for hit in hits for p in parameters(hit) for name in own if name in p}
        assert (len(now) > 0, before & now == set()) == (True, True)
        properties = {v for o in old for name, v in parse_qsl(urlsplit(o["url"]).query) if name in ("tid", "id")}
        assert {p[name] for hit in hits for p in parameters(hit) for name in ("tid", "id") if name in p} <= properties

    def test_they_are_decoded(self, replayed: Replayed) -> None:
        exchanges = {e.request: e for e in replayed.of("tags").exchanges}
        told = [t for t in replayed.result.transmissions if t.visit == replayed.of("tags").visit.visit]
        for is_hit, names in ((is_ga4, ("google", "ga4")), (is_meta, ("meta", "pixel"))):
            hits = {r for r, e in exchanges.items() if is_hit(e)}
            assert {(t.vendor, t.module) for t in told if t.request in hits} == {names}
            assert {t.request for t in told if t.request in hits} == hits
        events = Counter((t.module, t.parameter, t.value) for t in told if t.data_type == "event")
        assert (events["ga4", "en", "page_view"], events["pixel", "ev", "PageView"]) == (2, 1)

    def test_what_had_no_answer_is_listed(self, replayed: Replayed) -> None:
        evidence = replayed.of("tags")
        answers = Counter(e.answer for e in evidence.exchanges)
        hosts = Counter(urlsplit(e.url).hostname for e in evidence.exchanges if e.answer == "empty")
        (row,) = (c for c in evidence.coverage if c.sensor == "replay")
        assert (row.matched, row.skipped) == (answers["recording"], answers["empty"])
        assert {"analytics.google.com", "www.facebook.com"} <= hosts.keys()
        listed = ", ".join(f"{host} ({n})" for host, n in sorted(hosts.items(), key=str))
        assert row.reason == f"not in the recording, answered empty: {listed}"
        tables = replayed.run.derived / "tables"
        requests = pd.read_parquet(tables / "requests.parquet").query("visit == @evidence.visit.visit")
        assert Counter(requests["answer"]) == answers
        rows = pd.read_parquet(tables / "coverage.parquet").query(
            "sensor == 'replay' and visit == @evidence.visit.visit"
        )
        assert list(rows["skipped"]) == [answers["empty"]]

    @pytest.mark.parametrize("site", ["not-kept", "placeholders"])
    def test_a_page_that_was_not_kept_is_no_page_without_transmissions(self, replayed: Replayed, site: str) -> None:
        visit = replayed.of(site).visit
        assert (visit.outcome, visit.reason) == (Outcome.failed, "no_document: the recording does not hold the page")
        assert {e.answer for e in replayed.of(site).exchanges} <= {"empty", None}

    def test_a_page_revalidated_when_it_was_recorded_is_a_page(self, replayed: Replayed) -> None:
        evidence = replayed.of("from-cache")
        assert (evidence.visit.outcome, evidence.visit.reason) == (Outcome.complete, "")
        assert [(e.url, e.status) for e in evidence.exchanges if e.answer == "recording"] == [
            ("https://mitmproxy.org/", 200)
        ]

    def test_the_custody_log_names_the_recordings(self, replayed: Replayed) -> None:
        lines = [json.loads(line) for line in (replayed.run.data / "custody.jsonl").read_text().splitlines()]
        files = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f, _ in SITES.values()}
        assert {s["file"]: s["sha256"] for s in (x["subject"] for x in lines if x["action"] == "replay")} == files


def test_a_recording_that_cannot_be_read_stops_before_anything_is_made(tmp_path: Path) -> None:
    broken = tmp_path / "broken.har"
    broken.write_text('{"log": {"entries": [')
    with pytest.raises(InputError, match=r"^.*broken\.har: is not valid JSON from byte 21 on"):
        replay(tmp_path, {"site": (broken, "https://shop.test/")})
    assert not (tmp_path / "run").exists()
