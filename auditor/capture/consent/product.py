"""The steps of a known product's rule."""

import asyncio

from auditor.capture.consent.act import Act
from auditor.capture.consent.rules import Chain, Product, ProductStep
from auditor.capture.consent.worlds import Found, FrameGone, FrameWorld, NotClickable
from auditor.evidence import ConsentResult, ConsentStatus

STEP_S = 4.0
POLL_S = 0.1


class _Missing(Exception):
    """What a step is about is not there."""


async def by_product(act: Act, frame: FrameWorld, product: Product) -> ConsentResult:
    """Make the choice on a product's banner."""
    act.recognised(f"product {product.product}", frame)
    await act.begin()
    steps = product.steps(act.wanted)
    if not steps:
        return act.without(ConsentStatus.no_way, f"{product.name} has no button to {act.wanted.value}")
    try:
        for banner in await act.worlds.find(frame, product.banner):
            if banner.shown:
                act.marks.append((frame, banner.n))
        for step in steps:
            await _do(act, frame, step)
    except _Missing as error:
        return act.without(ConsentStatus.no_way, str(error))
    except NotClickable as error:
        return act.without(ConsentStatus.not_done, str(error))
    except FrameGone as error:
        return act.without(ConsentStatus.not_done, f"the banner went before the choice was made: {error}")
    return await act.made()


async def _do(act: Act, frame: FrameWorld, step: ProductStep) -> None:
    if step.click is not None:
        shown = [found for found in await _wait(act, frame, step.click, shown=True) if found.shown]
        await act.click(frame, shown[0].n)
        return
    chain, wanted = (step.check, True) if step.check is not None else (step.uncheck, False)
    assert chain is not None
    for toggle in await _wait(act, frame, chain, shown=False):
        await switch(act, frame, toggle.n, on=wanted)


async def switch(act: Act, frame: FrameWorld, n: int, *, on: bool) -> None:
    """Switch a toggle, if it does not stand that way already. Raises NotClickable when it does not move."""
    if bool(await act.worlds.call(frame, "on", n)) is on:
        return
    await act.click(frame, n, mark=False)
    end = asyncio.get_running_loop().time() + STEP_S
    while bool(await act.worlds.call(frame, "on", n)) is not on:
        if asyncio.get_running_loop().time() > end:
            raise NotClickable(f"{act.clicks[-1].selector}: does not switch")
        await asyncio.sleep(POLL_S)


async def _wait(act: Act, frame: FrameWorld, chain: Chain, *, shown: bool) -> list[Found]:
    """The elements a chain names, once one is there (and seen). Raises _Missing."""
    end = asyncio.get_running_loop().time() + STEP_S
    while True:
        found = await act.worlds.find(frame, chain)
        if any(f.shown or not shown for f in found):
            return found
        if asyncio.get_running_loop().time() > end:
            raise _Missing(f"not there: {' >>> '.join(chain)}")
        await asyncio.sleep(POLL_S)
