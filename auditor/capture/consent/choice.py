"""The choice of one visit: which rule finds the banner, in which order they are asked, and what came of it."""

import asyncio
import contextlib

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from auditor.capture.browser.cdp import CdpClient, CdpError
from auditor.capture.browser.sensor import Sensor
from auditor.capture.consent.act import Act
from auditor.capture.consent.listen import Listener
from auditor.capture.consent.product import by_product
from auditor.capture.consent.rules import Kind, Product, products
from auditor.capture.consent.wording import Banner, banner_in, by_wording
from auditor.capture.consent.worlds import FrameGone, FrameWorld, Worlds
from auditor.capture.journey import Journey, StepFailed
from auditor.evidence import Consent, ConsentResult, ConsentStatus
from auditor.scenario import Click, Site, Step, Wait

POLL_S = 0.15
GRACE_S = 1.5
STRICT_S = 6.0
"""How long a banner told by its wording only waits for a stricter rule: the latter while one knows the product."""
LATER_PART = 3
"""A later page is waited for this many times less than the first one."""


class Chooser:
    """Makes the choice a visit wants; `result` says what came of it so far, None for a visit that ignores banners."""

    def __init__(
        self, wanted: Consent, site: Site, client: CdpClient, sensor: Sensor, journey: Journey, wait_ms: int
    ) -> None:
        self.wanted, self.sensor, self.client, self.journey = wanted, sensor, client, journey
        self.steps: tuple[Step, ...] = site.consent.steps(wanted) if site.consent else ()
        self.wait_s = wait_ms / 1000
        self.result: ConsentResult | None = None
        self._worlds: Worlds | None = None
        self._document = ""

    async def look(self, page: Page, context: BrowserContext) -> None:
        """Look for a banner on a page that is new since the last look, and choose."""
        settled = self.result is not None and self.result.status is not ConsentStatus.no_banner
        if self.wanted is Consent.ignore or settled:
            return
        self._worlds = self._worlds or Worlds(self.client, self.sensor)
        act = Act(self.wanted, self._worlds, self.journey, self.sensor, page)
        try:
            self._worlds.page_target = self._worlds.page_target or await _target(page, context)
            document = (await self._worlds.refresh())[0].loader
            if document == self._document:
                return
            first, self._document = not self._document, document
            self.result = await self._choose(act, self.wait_s if first else self.wait_s / LATER_PART)
        except CdpError as error:
            # A page that is gone or does not answer: whether the visit can go on is for its next step to say.
            self.result = act.without(ConsentStatus.not_done, str(error))
        self.sensor.note("Auditor.consent", self.result.model_dump(mode="json"))

    async def confirm(self, page: Page) -> None:
        """At the end of the visit: a banner that asks again says that the choice did not last.

        What the page sent then it sent to one who had not chosen: nothing of it may count as after a choice.
        """
        if self.result is None or self.result.status is not ConsentStatus.made or self._worlds is None:
            return
        act = Act(self.wanted, self._worlds, self.journey, self.sensor, page)
        try:
            frames = await self._worlds.refresh()
            product = await _known_product(act, frames)
            banner = await _worded(act, frames)
        except CdpError:
            return  # there is no page any more that could ask
        if product or (banner and banner.button(Kind.accept, Kind.reject, Kind.acknowledge) is not None):
            again = {"status": ConsentStatus.not_done, "at": None, "reason": "the banner asked again"}
            self.result = self.result.model_copy(update=again)
            self.sensor.note("Auditor.consent", self.result.model_dump(mode="json"))

    async def _choose(self, act: Act, wait_s: float) -> ConsentResult:
        result = await self._by_rules(act, wait_s)
        if self.steps and not act.clicks and result.status in (ConsentStatus.no_banner, ConsentStatus.no_way):
            return await self._by_steps(act, banner=result.status is ConsentStatus.no_way)
        return result

    async def _by_rules(self, act: Act, wait_s: float) -> ConsentResult:
        listener = Listener(act, wait_s)
        clock = asyncio.get_running_loop().time
        end = clock() + wait_s
        seen: tuple[float, int] | None = None
        everywhere = False
        while True:
            late = clock() >= end
            frames = await act.worlds.refresh()
            if (known := await _known_product(act, frames)) is not None:
                return await by_product(act, *known)
            await listener.hear(frames)
            if (frame := listener.popup()) is not None and (result := await listener.choose(frame)) is not None:
                return result
            if (banner := await _worded(act, frames)) is None:
                if late and everywhere:
                    status = ConsentStatus.no_way if listener.spent else ConsentStatus.no_banner
                    return act.without(status, listener.spent)
                if late:
                    # Closed shadow roots cost a copy of the whole document: they are looked into once, at the end.
                    everywhere = True
                    await act.worlds.open_closed()
                    continue
                seen = None
            else:
                since, attempts = seen = seen or (clock(), listener.attempts(banner.frame))
                waited = clock() - since
                # Its next look may wait for the page to change: after a while one that found nothing is enough.
                none = listener.knows_none(banner.frame, attempts if waited < GRACE_S else 0)
                if listener.spent or none or waited >= STRICT_S:
                    return await self._by_wording(act, banner)
            await asyncio.sleep(POLL_S)

    async def _by_wording(self, act: Act, banner: Banner) -> ConsentResult:
        """What the buttons say; or the scenario's steps, where the site has some."""
        if not self.steps:
            return await by_wording(act, banner)
        act.recognised("wording", banner.frame)
        return act.without(ConsentStatus.no_way)

    async def _by_steps(self, act: Act, *, banner: bool) -> ConsentResult:
        """The scenario's own steps for this site, where no rule of ours makes the choice."""
        act.recognised("scenario", act.frame)
        await act.begin()
        try:
            act.moment()
            await self.journey.run(act.page, self.steps[:-1], "consent")
            if isinstance(last := self.steps[-1], Click):
                await self.journey.run(act.page, (Wait(wait=last.click),), "consent.last")
            act.moment()
            await self.journey.run(act.page, (last,), "consent.last")
        except StepFailed as error:
            # The steps name what is to be clicked: where that is not there, and nothing looks like a banner, none is.
            act.at = None
            return act.without(ConsentStatus.not_done if banner else ConsentStatus.no_banner, str(error))
        return await act.made()


async def _target(page: Page, context: BrowserContext) -> str:
    """The page's target id, which is its main frame's id too. Raises CdpError."""
    try:
        session = await context.new_cdp_session(page)
        info = await session.send("Target.getTargetInfo")
        await session.detach()
    except PlaywrightError as error:
        raise CdpError(error.message) from None
    return str(info["targetInfo"]["targetId"])


async def _known_product(act: Act, frames: list[FrameWorld]) -> tuple[FrameWorld, Product] | None:
    chains = [product.banner for product in products()]
    for frame in frames:
        with contextlib.suppress(FrameGone):
            showing = await act.worlds.call(frame, "showing", chains)
            for product, shown in zip(products(), showing, strict=True):
                if shown:
                    return frame, product
    return None


async def _worded(act: Act, frames: list[FrameWorld]) -> Banner | None:
    for frame in frames:
        with contextlib.suppress(FrameGone):
            if (banner := await banner_in(act, frame)) is not None:
                return banner
    return None
