"""What is done when a step of a journey begins, and the step that deletes the cookies: both go into the record."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from auditor.capture.browser.cdp import CdpClient
from auditor.capture.browser.guards import Guards
from auditor.capture.browser.sensor import Sensor
from auditor.capture.browser.snapshot import jar
from auditor.capture.equipment import canary_proof, plant
from auditor.scenario import Fill, Goto, Press, Step
from auditor.store.jar import CANARY_DOMAIN


def told(sensor: Sensor, guards: Guards) -> Callable[[str, Step], None]:
    """What is done when a step begins: it goes into the record, and the page's own doings count anew.

    Of what is typed only the person's field is told, never the text.
    """

    def begins(name: str, step: Step) -> None:
        guards.step()
        kind, target = next(iter(step.model_dump().items()))
        line: dict[str, Any] = {"step": name, "kind": kind, "asked": step.goto if isinstance(step, Goto) else None}
        if isinstance(step, Fill):
            line |= {"target": target, "field": step.person.value if step.person else ""}
        elif isinstance(step, Press):
            line |= {"target": step.on, "key": step.press}
        sensor.note("Auditor.step", line)

    return begins


def cleared(client: CdpClient, sensor: Sensor, planted: str) -> Callable[[str], Awaitable[None]]:
    """What deletes all cookies of the browser and notes which they were; `planted` is the value of our own.

    Our own cookie is set anew, so that it goes on proving that the jar is not lost; where it was not there any
    more, it is not: the jar was lost before, and the visit's end says so.
    """

    async def clear(name: str) -> None:
        # Asked for at once, so that nothing is set between the list and the deletion.
        listed, deleted = jar(client), client.send("Storage.clearCookies")
        before: list[dict[str, Any]] = (await asyncio.gather(listed, deleted))[0]["cookies"]
        if canary_proof(before, planted).holds:
            await plant(client, planted)
        keys = ("name", "path", "value")
        gone = [
            {"domain": domain, **{key: cookie[key] for key in keys}}
            for cookie in before
            if (domain := cookie["domain"].lstrip(".")) != CANARY_DOMAIN
        ]
        sensor.note("Auditor.cleared", {"step": name, "cookies": gone})

    return clear
