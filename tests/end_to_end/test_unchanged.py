"""The chain does not change what the demo's sites send: the servers' log of a visit and of a browser alone agree."""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.capture.journey import Journey, load_steps
from auditor.demo.web import DemoWeb, demo_web
from auditor.evidence import Outcome
from auditor.scenario import Scenario, Site, load_scenario

from ..capture.alone import alone
from ..capture.chain import Chain, Loop
from ..capture.web import spki_of

pytestmark = [pytest.mark.browser]

QUIET_S = 1.0
RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{8,}|\d+")
"""Ids and times differ from visit to visit: times by a digit in length, ids in how small they can be compressed."""
SLACK_BYTES = 10


class Ground:
    """The demo web, the chain on it, and a browser without the chain."""

    def __init__(self, loop: Loop, folder: Path, web: DemoWeb) -> None:
        self.loop, self.folder, self.web = loop, folder, web
        self.scenario: Scenario = load_scenario(web.scenario(folder / "scenario"))
        self.steps = load_steps(self.scenario)
        self.spki = spki_of(web.ca.with_name("server.pem"))
        (folder / "chain").mkdir()
        self.chain = Chain(loop, folder / "chain", web.names, web.ca)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.web.log.read_text("utf-8").splitlines()]

    def plainly(self, site: Site) -> None:
        """The site's journey in the browser alone, driven by Playwright and heard by nobody."""
        self.loop.run(self._plainly(site))

    async def _plainly(self, site: Site) -> None:
        async with alone(self.folder, self.web.names, self.spki) as browser:
            connected = await self.chain.playwright.chromium.connect_over_cdp(browser.endpoint)
            page = await connected.contexts[0].new_page()
            journey = Journey(self.scenario.limits, self.folder, self.steps)
            await journey.open(page, site.url)
            await journey.run(page, site.journey, "journey")
            await self._quiet()
            await page.close()
            await self._quiet()

    async def _quiet(self) -> None:
        size = -1
        while size != (size := self.web.log.stat().st_size):  # noqa: ASYNC110 - a file tells nobody that it grows
            await asyncio.sleep(QUIET_S)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("unchanged")
    with demo_web(folder / "web") as web, Loop() as loop:
        yield Ground(loop, folder, web)


@pytest.mark.parametrize("name", ["shop", "news", "travel"])
def test_the_sites_send_the_same_with_and_without_the_chain(ground: Ground, name: str) -> None:
    site = next(s for s in ground.scenario.sites if s.id == name)
    begun = len(ground.log())
    ground.plainly(site)
    between = len(ground.log())
    evidence = ground.chain.visit(site.url, site.journey, steps=ground.steps, limits=ground.scenario.limits)
    assert evidence.visit.outcome is Outcome.complete
    log = ground.log()
    plain, through = sent(log[begun:between]), sent(log[between:])
    assert Counter({k: len(v) for k, v in through.items()}) == Counter({k: len(v) for k, v in plain.items()})
    for key, sizes in plain.items():
        pairs = zip(sizes, through[key], strict=True)
        assert all(abs(one - other) <= SLACK_BYTES for one, other in pairs), (key, sizes, through[key])
    assert {line["http_version"] for line in log[between:]} == {line["http_version"] for line in log[begun:between]}


def sent(log: list[dict[str, Any]]) -> dict[tuple[str, str], list[int]]:
    """Sizes of the bodies sent, in order, by method and address with ids and times taken out."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line in log:
        found[line["method"], RANDOM.sub("0", line["url"])].append(line["body_bytes"])
    return {key: sorted(sizes) for key, sizes in found.items()}
