"""A browser's state at rest: only the passphrase opens it, and opened it logs a visitor in."""

import copy
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
import pytest
from playwright.async_api import Page

from auditor.capture.browser.cdp import CdpClient
from auditor.capture.browser.chromium import Chromium
from auditor.capture.states.sealed import Key, as_cdp_cookies, seal, unseal
from auditor.demo.web import demo_web
from auditor.errors import InputError
from auditor.evidence import CookieMode, Outcome, Phase, VisitEvidence
from auditor.scenario import ElementProof, Platform, PythonStep, load_scenario
from auditor.scenario.states import SealedState
from auditor.store.jar import CANARY_DOMAIN

from .chain import Chain, Loop

pytestmark = [pytest.mark.browser]

PASSPHRASE = "正しい馬 電池"
VARIABLE = "STATE_PASSPHRASE"
NEWS = "https://www.asahina-news.test/"


@dataclass(frozen=True)
class LoggedIn:
    """What one login left: the visit that made it, the browser's state then, and the state sealed."""

    chain: Chain
    platform: Platform
    first: VisitEvidence
    state: dict[str, Any]
    file: Path


@pytest.fixture(scope="module")
def logged_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggedIn]:
    folder = tmp_path_factory.mktemp("sealed")
    with demo_web(folder / "web") as web, Loop() as loop:
        chain = Chain(loop, folder, web.names, web.ca)
        platform = load_scenario(web.scenario(folder / "scenario")).platforms["tomodachi"]
        taken: dict[str, Any] = {}

        async def export(page: Page) -> None:
            taken.update(await page.context.storage_state())

        first = chain.visit(
            NEWS, (PythonStep(python="export"),), steps={"export": export}, platforms={"tomodachi": platform}
        )
        (folder / "rest").mkdir()
        seal(taken, folder / "rest" / "state.age", PASSPHRASE)
        yield LoggedIn(chain, platform, first, taken, folder / "rest" / "state.age")


def by_state(logged_in: LoggedIn) -> Platform:
    """The platform reached by the sealed state alone, and proven by what its own server says."""
    proof = ElementProof(goto="https://www.tomodachi.test/account", element="#signed-in")
    state = SealedState(file=logged_in.file, passphrase_env=VARIABLE)
    return Platform(vendor="tomodachi", state=state, proof=proof, visitors=("logged_in",))


def test_a_state_is_sealed_for_its_owner_only(logged_in: LoggedIn) -> None:
    assert oct(logged_in.file.stat().st_mode & 0o777) == "0o600"
    assert [p.name for p in logged_in.file.parent.iterdir()] == ["state.age"]
    sealed = logged_in.file.read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert [c["name"] for c in logged_in.state["cookies"] if c["name"] == "tm_user"] == ["tm_user"]
    for cookie in logged_in.state["cookies"]:
        assert cookie["name"].encode() not in sealed
        assert cookie["value"] == "" or len(cookie["value"]) < 4 or cookie["value"].encode() not in sealed


def test_the_passphrase_opens_it(logged_in: LoggedIn) -> None:
    assert unseal(logged_in.file, Key(PASSPHRASE)) == logged_in.state


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "other"])
def test_a_damaged_file_is_not_opened(logged_in: LoggedIn, tmp_path: Path, damage: str) -> None:
    whole = logged_in.file.read_bytes()
    flipped = whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]
    damaged = {"flipped": flipped, "cut": whole[:60], "empty": b"", "other": b'{"cookies": []}'}[damage]
    file = tmp_path / "damaged.age"
    file.write_bytes(damaged)
    with pytest.raises(InputError) as refused:
        unseal(file, Key(PASSPHRASE))
    assert str(refused.value) == f"{file}: cannot be opened (is the passphrase right?)"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        unseal(tmp_path / "none.age", Key(PASSPHRASE))
    assert str(refused.value) == f"{tmp_path / 'none.age'}: cannot be read: No such file or directory"


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"cookies": {}}'])
def test_what_is_no_state_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Opened by a stand-in: the real opening takes over a second by design."""
    file = tmp_path / "state.age"
    file.write_bytes(b"x")
    monkeypatch.setattr("pyrage.passphrase.decrypt", lambda _sealed, _passphrase: content)
    with pytest.raises(InputError, match="holds no browser state"):
        unseal(file, Key(PASSPHRASE))


def test_the_login_is_made_by_its_steps(logged_in: LoggedIn) -> None:
    visit = logged_in.first.visit
    assert (visit.outcome, visit.reason) == (Outcome.complete, "")
    posts = [e for e in logged_in.first.exchanges if e.url.endswith("/signin") and e.method == "POST"]
    assert [(e.phase, e.status) for e in posts] == [(Phase.prepare, 303)]


def test_a_sealed_state_logs_the_visitor_in(logged_in: LoggedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    second = logged_in.chain.visit(NEWS, platforms={"tomodachi": by_state(logged_in)})
    assert (second.visit.outcome, second.visit.reason) == (Outcome.complete, "")
    proofs = {p.name: (p.holds, p.seen) for p in second.visit.proofs}
    assert proofs["state_before"] == proofs["state_after"] == (True, "element visible")
    assert [e.url for e in second.exchanges if e.url.endswith("/signin")] == []
    # The page's third party is told of the same account as after the login itself.
    account = {c["value"] for c in logged_in.state["cookies"] if c["name"] == "tm_user"}
    for evidence in (logged_in.first, second):
        assert {c.value for c in evidence.cookies if c.name == "tm_user" and c.sent_in} == account
    assert len(account) == 1


def test_without_the_passphrase_the_state_is_not_reached(logged_in: LoggedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "間違い")
    visit = logged_in.chain.visit(NEWS, platforms={"tomodachi": by_state(logged_in)}).visit
    assert visit.outcome is Outcome.incomplete
    assert visit.reason.startswith("state_not_reached: ")
    assert visit.reason.endswith("cannot be opened (is the passphrase right?)")
    assert "間違い" not in visit.reason


SOON = round(time.time()) + 1000.5
STATE: dict[str, Any] = {
    "cookies": [
        {"name": "__Host-only", "value": "1", "domain": "www.one.test", "path": "/", "expires": -1},
        {"name": "below", "value": "2", "domain": ".one.test", "path": "/in", "expires": SOON},
        {"name": "framed", "value": "3", "domain": "third.test", "path": "/", "partitionKey": "https://one.test"},
        {"name": "own", "value": "4", "domain": "one.test", "path": "/", "partitionKey": "https://one.test"},
        {"name": "auditor", "value": "old", "domain": CANARY_DOMAIN, "path": "/", "expires": -1},
    ]
}
for _cookie in STATE["cookies"]:
    _cookie.update(httpOnly=True, secure=True, sameSite="None")
STATE["cookies"][2]["_crHasCrossSiteAncestor"] = True
STATE["cookies"][3]["_crHasCrossSiteAncestor"] = False


def test_cookies_come_back_into_the_browser_as_they_were(loop_of_chain: Loop, tmp_path: Path) -> None:
    """Host-only, of a domain, partitioned below another site and below its own; the visit's own is left out."""

    async def restore() -> list[dict[str, Any]]:
        browser = await Chromium.start(
            mode=CookieMode.allowed,
            proxy_port=9,
            spki="",
            language="ja-JP",
            time_zone="Asia/Tokyo",
            window="800x600",
            work=tmp_path,
        )
        try:
            client = await CdpClient.connect(browser.endpoint, lambda *_: None)
            await client.send("Storage.setCookies", {"cookies": as_cdp_cookies(copy.deepcopy(STATE))})
            cookies: list[dict[str, Any]] = (await client.send("Storage.getCookies"))["cookies"]
            await client.close()
            return cookies
        finally:
            await browser.close()

    found = {c["name"]: c for c in loop_of_chain.run(restore())}
    assert found.keys() == {"__Host-only", "below", "framed", "own"}
    assert {c["domain"] for c in found.values()} == {"www.one.test", ".one.test", "third.test", "one.test"}
    assert (found["below"]["path"], found["below"]["expires"]) == ("/in", SOON)
    assert found["__Host-only"]["session"]
    keys = {name: c.get("partitionKey") for name, c in found.items()}
    top = {"topLevelSite": "https://one.test"}
    assert keys == {
        "__Host-only": None,
        "below": None,
        "framed": {**top, "hasCrossSiteAncestor": True},
        "own": {**top, "hasCrossSiteAncestor": False},
    }
    assert all(c["httpOnly"] and c["secure"] and c["sameSite"] == "None" for c in found.values())


@pytest.fixture
def loop_of_chain(logged_in: LoggedIn) -> Loop:
    return logged_in.chain.loop


def forged(work_factor: int) -> bytes:
    """A file whose header asks for more work than age is willing to do."""
    sealed = pyrage.passphrase.encrypt(b"{}", PASSPHRASE)
    return re.sub(rb"(-> scrypt \S+) \d+\n", rb"\1 %d\n" % work_factor, sealed, count=1)


def test_too_much_work_is_not_taken_for_a_wrong_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """age judges by how busy the machine is just now: it is asked again, and then the reason is said."""
    file = tmp_path / "state.age"
    file.write_bytes(forged(30))
    monkeypatch.setattr("auditor.capture.states.sealed.WORK_ATTEMPTS", 2)
    with pytest.raises(InputError) as refused:
        unseal(file, Key(PASSPHRASE))
    assert str(refused.value) == (
        f"{file}: this machine is too slow or too busy for its passphrase "
        "(try again when the machine is less busy, or seal to a key (--recipient))"
    )
