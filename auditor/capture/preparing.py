"""What comes before the audited page: the visitor's state is reached and proven, an opt-out may be made."""

from typing import Any

from playwright.async_api import BrowserContext

from auditor.capture.browser.cdp import CdpClient
from auditor.capture.browser.sensor import Sensor
from auditor.capture.browser.snapshot import jar
from auditor.capture.ground import Attempt, Ground
from auditor.capture.journey import Journey
from auditor.capture.states.drift import Watched
from auditor.capture.states.visitor_state import StateNotReached, leave_no_trace, prove, prove_no_account, reach_state
from auditor.evidence import Visitor
from auditor.scenario import CookieProof, PlannedVisit, Platform, Site


async def prepare(
    plan: PlannedVisit,
    site: Site,
    ground: Ground,
    run: Attempt,
    journey: Journey,
    sensor: Sensor,
    context: BrowserContext,
    client: CdpClient,
) -> None:
    """Reach the visitor's state and prove it; what must hold until the end is remembered.

    Raises StateNotReached, StepFailed.
    """
    scenario, platform = ground.scenario, platform_of(plan, ground)
    if platform is not None:
        run.proofs += await reach_state(platform, plan.visitor, context, client, ground.proxy, journey)
        proofs = [await prove(platform, plan.visitor, context, client, ground.proxy, "state_before")]
    else:
        proofs = await prove_no_account(scenario, client, "no_account_before")
    run.proofs += proofs
    if failed := [proof for proof in proofs if not proof.holds]:
        raise StateNotReached(failed[0].seen)
    if site.before:
        await _before(site, context, ground, journey)
    if platform is not None or site.before:
        await leave_no_trace(context, client, sensor, ground.proxy)
    there: list[dict[str, Any]] = (await jar(client))["cookies"]
    run.state["prepared"] = there
    wanted = plan.visitor is Visitor.logged_in
    for one in [platform] if platform else scenario.platforms.values():
        if isinstance(one.proof, CookieProof):
            run.watched.append(Watched(one.proof, wanted, there))


async def prove_after(
    plan: PlannedVisit, ground: Ground, run: Attempt, context: BrowserContext, client: CdpClient
) -> None:
    """Prove the state again; looking for it may load a page of the platform, which is not the audited page's doing."""
    if (platform := platform_of(plan, ground)) is not None:
        run.proofs.append(await prove(platform, plan.visitor, context, client, ground.proxy, "state_after"))
    else:
        run.proofs += await prove_no_account(ground.scenario, client, "no_account_after")


def platform_of(plan: PlannedVisit, ground: Ground) -> Platform | None:
    """The platform whose visitor makes the visit; None for a visitor without an account."""
    return ground.scenario.platforms[plan.platform] if plan.platform else None


async def _before(site: Site, context: BrowserContext, ground: Ground, journey: Journey) -> None:
    """What the visitor did before the visit, such as a platform's opt-out page. Raises StepFailed."""
    limits = ground.scenario.limits
    page = await context.new_page()
    await journey.run(page, site.before, "before")
    await page.close()
    await ground.proxy.settle(limits.settle_quiet_ms, limits.settle_max_ms)
