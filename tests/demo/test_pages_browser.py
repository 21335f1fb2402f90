"""The demo web seen by a real Chromium, without the auditor: what its answer file claims must be true of it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import BrowserContext

from auditor.demo import hosts
from auditor.demo.answers import Answers, ThirdPartyCookie, load_answers
from auditor.demo.web import VENDORS, DemoWeb
from auditor.domains import registrable_domain, site_of
from auditor.scenario import Scenario, Site, load_scenario
from auditor.vendors import load_taxonomy, load_vendors

from . import driving
from .asking import all_lines, port_of

pytestmark = pytest.mark.browser

EXPECTED = {101, 200, 204, 302, 303, 304}


@dataclass
class Seen:
    """The server log of one site's visit."""

    site: Site
    lines: list[dict[str, Any]] = field(default_factory=list)

    def foreign(self) -> list[dict[str, Any]]:
        """Requests to others than the site's operator."""
        own = {site_of(self.site.url), *self.site.own_domains}
        return [line for line in self.lines if registrable_domain(line["host"]) not in own]

    def cookies(self) -> set[tuple[str, str]]:
        """(name, registrable domain) of each cookie sent to others."""
        return {
            (pair.partition("=")[0], registrable_domain(line["host"]))
            for line in self.foreign()
            for name, value in line["headers"]
            if name == "cookie"
            for pair in value.split("; ")
        }

    def parameters(self) -> set[tuple[str, str]]:
        """(name, registrable domain) of each query parameter sent to others."""
        found = set()
        for line in self.foreign():
            for name in parse_qs(urlsplit(line["url"]).query):
                found.add((name, registrable_domain(line["host"])))
        return found

    def recipients(self) -> set[str]:
        return {registrable_domain(line["host"]) for line in self.foreign()}


def ours(web: DemoWeb) -> list[dict[str, Any]]:
    """The log without what the browser asks on its own account."""
    return [line for line in all_lines(web) if line["host"].partition(":")[0].endswith(".test")]


async def see(context: BrowserContext, web: DemoWeb, scenario: Scenario, site: Site) -> Seen:
    before = len(ours(web))
    await driving.visit(context, site, scenario.steps)
    return Seen(site, ours(web)[before:])


async def see_all(web: DemoWeb, scenario: Scenario, profile: Path, *, block: bool) -> dict[str, Seen]:
    """Every site, by a visitor who is logged in at all platforms."""
    async with driving.browser(profile, port_of(web), block=block) as context:
        page = await context.new_page()
        for platform in scenario.platforms.values():
            await driving.run_steps(page, platform.login)
        return {site.id: await see(context, web, scenario, site) for site in scenario.sites}


def of_site(cookies: tuple[ThirdPartyCookie, ...], site: str) -> set[tuple[str, str]]:
    return {(c.cookie, c.domain) for c in cookies if c.site == site}


async def test_what_the_answers_claim_is_sent(web: DemoWeb, tmp_path: Path) -> None:
    answers, scenario = load_answers(), load_scenario(web.scenario(tmp_path))
    allowed = await see_all(web, scenario, tmp_path / "allowed", block=False)
    blocked = await see_all(web, scenario, tmp_path / "blocked", block=True)
    for site in answers.sites:
        odd = [line["url"] for s in (allowed, blocked) for line in s[site].lines if line["status"] not in EXPECTED]
        assert odd == []
        partitioned = of_site(answers.partitioned, site)
        assert allowed[site].cookies() == of_site(answers.only_allowed, site) | partitioned
        assert blocked[site].cookies() == partitioned
        assert allowed[site].recipients() == blocked[site].recipients()
    check_techniques(answers, allowed, blocked)
    check_kinds(allowed)


def check_techniques(answers: Answers, allowed: dict[str, Seen], blocked: dict[str, Seen]) -> None:
    domains = {v.vendor: {d.domain for d in v.domains} for v in load_vendors([VENDORS], load_taxonomy())}
    for taken in answers.takes_over:
        carrier, _, name = taken.item.partition(" ")
        if carrier != "query":
            continue
        wanted = {(name, domain) for domain in domains[taken.vendor]}
        assert wanted & blocked[taken.site].parameters(), taken
        assert bool(wanted & allowed[taken.site].parameters()) is not taken.only_blocked, taken


def check_kinds(seen: dict[str, Seen]) -> None:
    """Requests of every kind are among them, told by method, destination and headers."""
    lines = [line for s in seen.values() for line in s.lines]
    headers = [dict(line["headers"]) for line in lines]
    destinations = {h.get("sec-fetch-dest", "") for h in headers}
    assert {"document", "iframe", "image", "script", "style", "font", "empty", "serviceworker"} <= destinations
    types = {h.get("content-type", "").partition(";")[0] for h in headers}
    assert {
        *("application/x-www-form-urlencoded", "multipart/form-data"),
        *("application/json", "text/plain"),
    } <= types
    assert "gzip" in {h.get("content-encoding", "") for h in headers}
    assert "OPTIONS" in {line["method"] for line in lines}
    assert any(line.get("messages") for line in lines)
    assert {302, 303, 304} <= {line["status"] for line in lines}


async def test_after_logout_the_browser_ids_stay_and_the_account_is_gone(web: DemoWeb, tmp_path: Path) -> None:
    answers, scenario = load_answers(), load_scenario(web.scenario(tmp_path))
    (site,) = [s for s in scenario.sites if s.id == "blog"]
    async with driving.browser(tmp_path / "profile", port_of(web), block=False) as context:
        page = await context.new_page()
        for platform in scenario.platforms.values():
            await driving.run_steps(page, (*platform.login, *platform.logout))
        seen = await see(context, web, scenario, site)
    stay = tuple(c for c in answers.only_allowed if c.visitors == "all")
    assert seen.cookies() == of_site(stay, "blog")


async def test_two_visits_of_the_same_visitor_are_alike(web: DemoWeb, tmp_path: Path) -> None:
    scenario = load_scenario(web.scenario(tmp_path))
    for site in (s for s in scenario.sites if s.id in ("shop", "news")):
        counts = []
        for turn in ("first", "second"):
            async with driving.browser(tmp_path / f"{site.id}-{turn}", port_of(web), block=False) as context:
                seen = await see(context, web, scenario, site)
            counts.append(Counter((line["method"], line["url"].partition("?")[0]) for line in seen.lines))
        assert counts[0] == counts[1]


async def test_the_consent_banner_does_what_the_answers_say(web: DemoWeb, tmp_path: Path) -> None:
    facts, scenario = load_answers().consent, load_scenario(web.scenario(tmp_path))
    (site,) = [s for s in scenario.sites if s.id == facts.site]
    address = f"https://{hosts.TRAVEL}/"
    for choice in ("accept", "reject"):
        async with driving.browser(tmp_path / choice, port_of(web), block=False) as context:
            page = await context.new_page()
            before = len(ours(web))
            await page.goto(address)
            await asyncio.sleep(1)
            seen = Seen(site, ours(web)[before:])
            own_scripts = {"sagasu-tag.test", "tomodachi-net.test"}
            assert seen.recipients() - own_scripts == set(facts.before_choice)

            before = len(ours(web))
            await page.click(f"#{choice}")
            await asyncio.sleep(1)
            added = {line["host"] for line in ours(web)[before:]} - {hosts.SAGASU_COLLECT}
            assert added == (set(facts.added_by_accept) if choice == "accept" else set())

            before = len(ours(web))
            await page.goto("about:blank")
            await page.goto(address)
            await asyncio.sleep(1)
            after = Seen(site, ours(web)[before:]).recipients() - own_scripts
            if choice == "reject":
                assert after == set(facts.after_reject)


async def test_an_ad_adds_a_click_id_to_the_landing_address(web: DemoWeb, tmp_path: Path) -> None:
    async with driving.browser(tmp_path / "profile", port_of(web), block=True) as context:
        page = await context.new_page()
        await page.goto(f"https://{hosts.NEWS}/")
        await page.frame_locator("iframe[title=広告]").locator("#ad").click()
        await page.wait_for_url(f"https://{hosts.TRAVEL}/?sgclid=*")
        await page.locator("html[data-sagasu=idle]").wait_for()
        names = {cookie.get("name") for cookie in await context.cookies(f"https://{hosts.TRAVEL}/")}
        assert "_sg_aw" in names
