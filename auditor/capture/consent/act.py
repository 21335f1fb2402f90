"""One attempt at a choice: its clicks, its pictures, and the result it ends in."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from auditor.capture.browser.sensor import Sensor
from auditor.capture.consent.worlds import FrameWorld, Worlds
from auditor.capture.journey import Journey
from auditor.evidence import Consent, ConsentClick, ConsentResult, ConsentStatus

GONE_S = 5.0
POLL_S = 0.1


@dataclass
class Act:
    """What is done about the banner of one page."""

    wanted: Consent
    worlds: Worlds
    journey: Journey
    sensor: Sensor
    page: Page
    rule: str = ""
    frame: FrameWorld | None = None
    clicks: list[ConsentClick] = field(default_factory=list)
    marks: list[tuple[FrameWorld, int]] = field(default_factory=list)
    """Elements that are no more to be seen once the banner has gone."""
    at: datetime | None = None
    self_test: bool | None = None
    _begun: bool = False
    _page_url: str = ""

    def recognised(self, rule: str, frame: FrameWorld | None) -> None:
        """A rule knows the banner."""
        self.rule, self.frame = rule, frame

    async def begin(self) -> None:
        """Take the picture of what is to be chosen on, before the first click."""
        if not self._begun:
            self._begun, self._page_url = True, self.page.url
            await self.journey.shot(self.page, "consent-before")

    async def click(self, frame: FrameWorld, n: int, *, mark: bool = True) -> None:
        """Click an element; `mark`: it goes with the banner. Raises NotClickable, FrameGone."""
        await self.begin()
        click = await self.worlds.click(frame, n)
        self.clicks.append(click)
        # See ConsentResult.at: what is between is not held against the site.
        if self.wanted is Consent.reject:
            self.at = click.released_at
        else:
            self.at = self.at or click.at
        self.sensor.note("Auditor.consentClick", click.model_dump(mode="json"))
        if mark:
            self.marks.append((frame, n))

    def moment(self) -> None:
        """The next act of somebody else's (a scenario's step) makes the choice, or may make it."""
        if self.wanted is Consent.reject or self.at is None:
            self.at = datetime.now(UTC)

    async def made(self) -> ConsentResult:
        """The choice was clicked: made if the banner goes and the product does not say otherwise."""
        gone = await self._gone() if self.marks else None
        with contextlib.suppress(PlaywrightError):
            # Some sites load the page anew after the choice: what follows is for the new one.
            await self.page.wait_for_load_state("load", timeout=self.journey.limits.step_ms)
        await self.journey.shot(self.page, "consent-after")
        if gone is False:
            return self._result(ConsentStatus.not_done, "the banner stayed", gone)
        if self.self_test is False:
            return self._result(ConsentStatus.not_done, "the product's own account does not tell this choice", gone)
        return self._result(ConsentStatus.made, "", gone)

    def without(self, status: ConsentStatus, reason: str = "") -> ConsentResult:
        """The choice was not made."""
        return self._result(status, reason, None)

    def _result(self, status: ConsentStatus, reason: str, gone: bool | None) -> ConsentResult:
        return ConsentResult(
            wanted=self.wanted,
            status=status,
            rule=self.rule,
            page=self._page_url or self.page.url,
            frame_url=self.frame.url if self.frame else "",
            clicks=tuple(self.clicks),
            at=self.at if status is ConsentStatus.made else None,
            banner_gone=gone,
            self_test=self.self_test,
            reason=reason,
        )

    async def _gone(self) -> bool:
        end = asyncio.get_running_loop().time() + GONE_S
        while True:
            shown = [mark for mark in self.marks if await self.worlds.shown(*mark)]
            if not shown or asyncio.get_running_loop().time() > end:
                return not shown
            await asyncio.sleep(POLL_S)
