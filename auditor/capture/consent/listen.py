"""autoconsent begun in all frames of a page, listened to, and led through one choice."""

import asyncio
import json
from dataclasses import dataclass, field

from auditor.capture.consent.act import Act
from auditor.capture.consent.autoconsent import Heard, beginning
from auditor.capture.consent.rules import Kind, wording
from auditor.capture.consent.worlds import FrameGone, FrameWorld, NotClickable
from auditor.evidence import Consent, ConsentResult, ConsentStatus

RULE_S = 25.0
TEST_S = 8.0
NEXT_S = 5.0
POLL_S = 0.1

type Document = tuple[str, str]
"""Frame id and loader id: one document."""


@dataclass
class Listener:
    """What autoconsent says in each document of a page."""

    act: Act
    wait_s: float
    said: dict[Document, Heard] = field(default_factory=dict)
    spent: str = ""
    """Why the rule that recognised a banner could not make the choice; empty: none tried."""
    _tried: set[Document] = field(default_factory=set)

    async def hear(self, frames: list[FrameWorld]) -> None:
        """Begin in documents that are new, take what was said, answer what was asked."""
        for frame in frames:
            try:
                await self._hear(frame)
            except FrameGone:
                continue

    async def _hear(self, frame: FrameWorld) -> None:
        worlds = self.act.worlds
        heard = self.said.get(key := (frame.frame, frame.loader))
        if heard is None:
            heard = self.said[key] = Heard()
            top = frame.parent is None
            script = beginning(self.act.wanted, frame, top=top, wait_ms=round(self.wait_s * 1000))
            await worlds.run(frame, script)
        news = await worlds.run(frame, "auditorNews()")
        heard.attempts = news["attempts"]
        for message in news["said"]:
            heard.take(message)
        while heard.questions:
            question, script = heard.questions.pop(0)
            answer = await worlds.read(frame, script)
            heard.untold += answer is None
            reply = {"type": "evalResp", "id": question, "result": answer is True}
            await worlds.run(frame, f"autoconsentReceiveMessage({json.dumps(reply)}); 0")

    def attempts(self, frame: FrameWorld) -> int:
        """How often autoconsent began to look in a document."""
        heard = self.said.get((frame.frame, frame.loader))
        return heard.attempts if heard else 0

    def knows_none(self, frame: FrameWorld, since: int) -> bool:
        """Whether autoconsent looked at a document and found no product, once wholly after `since` attempts."""
        heard = self.said.get((frame.frame, frame.loader))
        return heard is not None and not heard.detected and heard.attempts >= since + 2

    def popup(self) -> FrameWorld | None:
        """A frame in which a rule recognised a shown banner, and was not tried yet."""
        for frame in self.act.worlds.frames.values():
            key = (frame.frame, frame.loader)
            if key not in self._tried and key in self.said and self.said[key].popup:
                return frame
        return None

    async def choose(self, frame: FrameWorld) -> ConsentResult | None:
        """Let the rule make the choice; None when it clicked nothing, and stricter or other rules may try."""
        act = self.act
        while True:
            key = (frame.frame, frame.loader)
            self._tried.add(key)
            heard = self.said[key]
            act.recognised(f"autoconsent {heard.popup}", frame)
            await act.begin()
            why = await self._lead(frame, heard)
            if not act.clicks:
                self.spent = f"{act.rule}: {why or 'it clicked nothing'}"
                return None
            if why:
                return act.without(ConsentStatus.not_done, f"{act.rule}: {why}")
            if heard.done or heard.result is None:
                break
            # The rule only opened the way: the choice is made on another frame's banner.
            if (following := await self._next()) is None:
                return act.without(ConsentStatus.not_done, f"{act.rule}: what it opens did not show")
            frame = following
        await self._test(frame, heard)
        return await act.made()

    async def _lead(self, frame: FrameWorld, heard: Heard) -> str:
        """Run the rule to its result, its clicks with the mouse. Returns why it failed; empty: it did not."""
        act, refused = self.act, ""
        verb = {"type": "optIn" if act.wanted is Consent.accept else "optOut"}
        end = asyncio.get_running_loop().time() + RULE_S
        try:
            await act.worlds.run(frame, f"void autoconsentReceiveMessage({json.dumps(verb)}); 0")
            while heard.result is None:
                await self._hear(frame)
                while heard.clicks:
                    n = heard.clicks.pop(0)
                    why = await self._click(frame, n)
                    refused = why or refused
                    await act.worlds.run(frame, f"auditorClicked({n}, {json.dumps(not why)}); 0")
                if asyncio.get_running_loop().time() > end:
                    return "it came to no end"
                if heard.result is None:
                    await asyncio.sleep(POLL_S)
        except FrameGone:
            # The page went on after a click: only what is seen of the new one can tell more.
            return "" if act.clicks else "its document went before the choice"
        return "" if heard.result else refused or "its steps could not be done"

    async def _click(self, frame: FrameWorld, n: int) -> str:
        """Click for the rule, unless that would make the other choice. Returns why it was not clicked."""
        about = await self.act.worlds.about(frame, n)
        kind = wording().kind(about.text)
        if not about.toggle and kind in self._against():
            return f"would click {about.text!r} to {self.act.wanted.value}"
        try:
            await self.act.click(frame, n, mark=not about.toggle)
        except NotClickable as error:
            return str(error)
        return ""

    def _against(self) -> tuple[Kind, ...]:
        """Buttons that are not to be clicked for this choice, whatever a rule says."""
        if self.act.wanted is Consent.accept:
            return (Kind.reject,)
        # Closing is no refusal, nor is "OK"; after one was clicked, closing what thanks for it is harmless.
        return (Kind.accept,) if self.act.clicks else (Kind.accept, Kind.acknowledge, Kind.close)

    async def _next(self) -> FrameWorld | None:
        end = asyncio.get_running_loop().time() + NEXT_S
        while asyncio.get_running_loop().time() < end:
            await self.hear(await self.act.worlds.refresh())
            if (frame := self.popup()) is not None:
                return frame
            await asyncio.sleep(POLL_S)
        return None

    async def _test(self, frame: FrameWorld, heard: Heard) -> None:
        """The product's own account of a refusal, where the rule can read one without changing the page."""
        if not heard.has_test:
            return
        untold = heard.untold
        end = asyncio.get_running_loop().time() + TEST_S
        try:
            await self.act.worlds.run(frame, 'void autoconsentReceiveMessage({type: "selfTest"}); 0')
            while heard.test is None and asyncio.get_running_loop().time() < end:
                await self._hear(frame)
                await asyncio.sleep(POLL_S)
        except FrameGone:
            return
        if heard.untold == untold:
            self.act.self_test = heard.test
