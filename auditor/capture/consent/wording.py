"""The generic rule: a box before the page that speaks of consent, and what its buttons say."""

import asyncio
from dataclasses import dataclass
from typing import Any

from auditor.capture.consent.act import Act
from auditor.capture.consent.product import switch
from auditor.capture.consent.rules import Kind, wording
from auditor.capture.consent.worlds import FrameGone, FrameWorld, NotClickable
from auditor.evidence import Consent, ConsentResult, ConsentStatus

MAX_TEXT = 5000
PANEL_S = 4.0
POLL_S = 0.15
TELLING = (Kind.accept, Kind.reject, Kind.settings, Kind.acknowledge, Kind.close)


@dataclass(frozen=True)
class Banner:
    """A box with buttons: number in its frame's world, buttons by kind, toggles that are on."""

    frame: FrameWorld
    n: int
    buttons: tuple[tuple[int, Kind], ...]
    toggles: tuple[int, ...]

    def button(self, *kinds: Kind) -> int | None:
        """The first button of the first of these kinds that is there."""
        return next((n for kind in kinds for n, found in self.buttons if found is kind), None)


async def banner_in(act: Act, frame: FrameWorld) -> Banner | None:
    """The consent banner of a frame: the innermost box that speaks of consent and has a button we know."""
    boxes = [box for box in await _boxes(act, frame) if wording().is_about_consent(box["text"])]
    banners = {b.n: b for b in (_banner(frame, box) for box in boxes) if any(k in TELLING for _, k in b.buttons)}
    return next(
        (b for box in boxes if (b := banners.get(box["n"])) and not any(n in banners for n in box["holds"])), None
    )


async def by_wording(act: Act, banner: Banner) -> ConsentResult:
    """Make the choice by what the buttons say; a refusal may stand behind the settings."""
    act.recognised("wording", banner.frame)
    await act.begin()
    kinds = (Kind.accept, Kind.acknowledge) if act.wanted is Consent.accept else (Kind.reject,)
    act.marks.append((banner.frame, banner.n))
    try:
        why = await _choose(act, banner, kinds)
    except NotClickable as error:
        return act.without(ConsentStatus.not_done, str(error))
    except FrameGone as error:
        return act.without(ConsentStatus.not_done, f"the banner went before the choice was made: {error}")
    return act.without(ConsentStatus.no_way, why) if why else await act.made()


async def _choose(act: Act, banner: Banner, kinds: tuple[Kind, ...]) -> str:
    """Click what makes the choice. Returns why there is nothing to click; empty: it was. Raises what a click does."""
    if (button := banner.button(*kinds)) is not None:
        await act.click(banner.frame, button)
        return ""
    opener = banner.button(Kind.settings)
    if act.wanted is Consent.accept or opener is None:
        return f"no button to {act.wanted.value}"
    await act.click(banner.frame, opener, mark=False)
    if (panel := await _panel(act)) is None:
        return "no refusal behind its settings"
    act.marks.append((panel.frame, panel.n))
    if (button := panel.button(Kind.reject)) is None:
        for toggle in panel.toggles:
            await switch(act, panel.frame, toggle, on=False)
        button = panel.button(Kind.save)
    assert button is not None, "a panel has one of them"
    await act.click(panel.frame, button)
    return ""


async def _panel(act: Act) -> Banner | None:
    """The settings, once opened: a box with a refusal, or with toggles and a button that stores them."""
    end = asyncio.get_running_loop().time() + PANEL_S
    while True:
        for frame in await act.worlds.refresh():
            try:
                boxes = await _boxes(act, frame)
            except FrameGone:
                continue
            panels = [(box, _banner(frame, box)) for box in boxes]
            fit = [b for box, b in panels if b.button(Kind.reject) or (box["toggles"] and b.button(Kind.save))]
            if fit:
                return next((b for b in fit if b.button(Kind.reject)), fit[-1])
        if asyncio.get_running_loop().time() > end:
            return None
        await asyncio.sleep(POLL_S)


async def _boxes(act: Act, frame: FrameWorld) -> list[dict[str, Any]]:
    boxes: list[dict[str, Any]] = await act.worlds.call(frame, "boxes", frame.stands)
    return [box for box in boxes if not box["fields"] and len(box["text"]) <= MAX_TEXT]


def _banner(frame: FrameWorld, box: dict[str, Any]) -> Banner:
    buttons = tuple((b["n"], wording().kind(b["text"])) for b in box["buttons"])
    return Banner(frame, box["n"], buttons, tuple(t["n"] for t in box["toggles"] if t["on"]))
