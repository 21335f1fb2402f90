"""Nothing that one visit leaves in its browser is there in another, made by the same worker or beside it.

Every visit opens the page twice. The first time it must find nothing; the second time it must find, in every place,
what the first time left: that is what proves that the looking works.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from auditor.capture.runner import Task, run_visits
from auditor.evidence import CookieMode, Outcome, Visit, VisitKind
from auditor.scenario import Goto, Network, PythonStep, Scenario, Site, Wait, matrix
from auditor.store.read import read_visit
from auditor.store.run import RunFolder

from .chain import LIMITS, Loop
from .leak_web import KINDS, PLAIN, SITE, LeakWeb, leak_web

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

STEPS = """
from pathlib import Path

from playwright.async_api import Error


async def again(page):
    # Upgraded, it reaches a server without TLS, and fails.
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        await page.goto("http://plain.hsts.test/again")
    except Error:
        pass
    with Path(__file__).with_name("said.txt").open("a") as file:
        file.write(f"{asked[-1]}\\n")
"""


@dataclass(frozen=True)
class Made:
    web: LeakWeb
    visits: list[Visit]
    urls: dict[str, list[str]]
    said: list[str]


@pytest.fixture(scope="module", params=[1, 2], ids=["one worker", "two workers"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("leaks")
    (folder / "steps.py").write_text(STEPS)
    page = (Goto(goto=f"https://{SITE}/"), Wait(wait="html[data-done]"))
    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(leak_web(folder)))
        site = Site(id="leak", operator="x", url=f"http://{PLAIN}/", journey=(*page, *page, PythonStep(python="again")))
        scenario = Scenario(
            scenario="leaks",
            sites=(site,),
            repeat=3,
            cookie_modes=(CookieMode.allowed,),
            limits=LIMITS,
            steps=folder / "steps.py",
            network=Network(names=web.names, ca=web.ca),
        )
        tasks: list[Task] = [(plan, site, VisitKind.audit) for plan in matrix(scenario)]
        run = RunFolder.create(folder / "run")
        try:
            visits: list[Visit] = []
            asyncio.run(run_visits(run, scenario, tasks, request.param, visits.append))
        finally:
            run.release()
        urls = {v.visit: [e.url for e in read_visit(run, v.visit).exchanges] for v in visits}
        yield Made(web, visits, urls, (folder / "said.txt").read_text().split())


def pairs(made: Made) -> list[tuple[str, str]]:
    """The marks of the two loads of each visit."""
    found = []
    for urls in made.urls.values():
        first, second = [url.partition("?")[2] for url in urls if url.startswith(f"https://{SITE}/found?")]
        found.append((first, second))
    return found


def test_every_visit_is_complete(made: Made) -> None:
    assert [(v.outcome, v.reason) for v in made.visits] == [(Outcome.complete, "")] * 3


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "http_cache"])
def test_a_mark_is_found_in_its_own_visit_and_in_no_other(made: Made, kind: str) -> None:
    for first, second in pairs(made):
        # HTTP authentication is never answered: there is nothing that could be left.
        own = "" if kind == "http_auth" else first
        assert made.web.found[first][kind] == ""
        assert made.web.found[second][kind] == own


def test_an_answer_cached_in_one_visit_is_fetched_anew_in_another(made: Made) -> None:
    firsts = [made.web.found[first]["http_cache"] for first, _ in pairs(made)]
    assert [made.web.found[second]["http_cache"] for _, second in pairs(made)] == firsts
    assert len(set(firsts)) == 3


def test_strict_transport_security_ends_with_its_visit(made: Made) -> None:
    """Within the visit the host is asked for over TLS only, and fails; each visit began with it in the plain."""
    assert made.said == [f"https://{PLAIN}/again"] * 3
    for urls in made.urls.values():
        assert next(url for url in urls if PLAIN in url and "favicon" not in url) == f"http://{PLAIN}/"


def test_no_connection_serves_two_visits(made: Made) -> None:
    ports = [made.web.peers[first] | made.web.peers[second] for first, second in pairs(made)]
    assert all(ports)
    assert sum(map(len, ports)) == len(set().union(*ports))
