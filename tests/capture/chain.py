"""The real chain, Chromium through mitmproxy into a record, driven from tests that have no event loop."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Playwright, async_playwright

from auditor.capture.ground import Ground
from auditor.capture.journey import PythonSteps
from auditor.capture.network.authority import Authority, make_authority
from auditor.capture.network.cnames import Cnames
from auditor.capture.network.proxy_process import ProxyProcess
from auditor.capture.visit import make_visit
from auditor.evidence import Consent, CookieMode, VisitEvidence, VisitKind, Visitor
from auditor.scenario import Limits, Network, PlannedVisit, Platform, Scenario, Site, Step
from auditor.store.read import read_folder

from .web import Web, running_web

LIMITS = Limits(
    navigation_ms=8_000,
    step_ms=4_000,
    settle_quiet_ms=200,
    settle_max_ms=3_000,
    drain_ms=2_000,
    consent_ms=2_500,
    visit_ms=30_000,
)


class Loop:
    """An event loop in a thread of its own; what is begun in it can outlive a test."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.stack = AsyncExitStack()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            self.run(self.stack.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()

    def run[T](self, work: Coroutine[Any, Any, T], seconds: float = 90) -> T:
        """Do this in the loop and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)


class Chain:
    """One proxy and one Playwright for many visits, one after the other."""

    def __init__(self, loop: Loop, folder: Path, names: Mapping[str, str], ca: Path) -> None:
        self.loop, self.folder = loop, folder
        self.network = Network(names=dict(names), ca=ca)
        self.visits = 0
        self.proxy: ProxyProcess
        self.playwright: Playwright
        self.authority: Authority = make_authority(folder / "ca", (ca,))
        loop.run(self._start())

    async def _start(self) -> None:
        self.proxy = await ProxyProcess.start(self.authority, self.network.names, self.folder / "proxy.log")
        self.loop.stack.push_async_callback(self.proxy.stop)
        self.playwright = await self.loop.stack.enter_async_context(async_playwright())

    def visit(
        self,
        url: str,
        journey: tuple[Step, ...] = (),
        *,
        mode: CookieMode = CookieMode.allowed,
        limits: Limits = LIMITS,
        steps: PythonSteps | None = None,
        platforms: dict[str, Platform] | None = None,
        authority: Authority | None = None,
        cnames: Cnames | None = None,
        consent: Consent = Consent.ignore,
        site: dict[str, Any] | None = None,
        visitor: Visitor = Visitor.logged_in,
    ) -> VisitEvidence:
        """Make one visit, as `visitor` of the platform when one is given, and read back what it left on disk."""
        self.visits += 1
        # A blank page is no address a scenario may name: only the run's own control visits it.
        whole = Site.model_construct(id="site", operator="x", url=url, journey=journey, replay=None, **(site or {}))
        scenario = Scenario(
            scenario="test",
            sites=(Site(id="site", operator="x", url="https://one.test/"),),
            platforms=platforms or {},
            limits=limits,
            network=self.network,
        )
        platform = next(iter(platforms or ()), None)
        plan = PlannedVisit(
            visit=f"visit{self.visits}",
            site="site",
            platform=platform,
            visitor=visitor if platform else Visitor.no_account,
            cookie_mode=mode,
            consent=consent,
            repeat=1,
        )
        kind = VisitKind.control if url == "about:blank" else VisitKind.audit
        folder, work = self.folder / plan.visit, self.folder / "work"
        folder.mkdir()
        work.mkdir(exist_ok=True)
        ground = Ground(scenario, authority or self.authority, self.proxy, self.playwright, steps or {}, work, cnames)
        visit = self.loop.run(make_visit(plan, whole, kind, ground, folder, 1))
        assert list(work.iterdir()) == [], "a profile was left behind"
        return read_folder(folder, visit)


class WebChain(Chain):
    """The chain against the test web."""

    def __init__(self, loop: Loop, folder: Path) -> None:
        web = folder / "web"
        web.mkdir()
        self.web: Web = loop.run(loop.stack.enter_async_context(running_web(web)))
        super().__init__(loop, folder, {**self.web.names, "dead.test": "127.0.0.1:1"}, self.web.ca)
