"""`auditor login`: a person's login becomes a sealed state, and the state a visitor who is logged in.

The person is played by a second DevTools connection that clicks in the very browser the command opened; the command
runs as a process of its own. With a window where Xvfb is there, without one (`--remote`) everywhere.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyrage
import pytest
from playwright.async_api import Page, async_playwright

from auditor.capture.states.sealed import Key, origin_of, unseal
from auditor.evidence import Outcome, Phase, Visitor
from auditor.scenario import CookieProof, Goto, Platform, Wait
from auditor.scenario.states import SealedState, SealedStates

from .account_web import AccountWeb, account_web
from .chain import Chain, Loop

pytestmark = [pytest.mark.browser]

FULL = "full.plat.test"
PASSPHRASE = "correct horse 電池"
SCENARIO = """\
scenario: login
platforms:
  full:
    vendor: google
    login: [{goto: "https://full.plat.test/login"}]
    logout: [{goto: "https://full.plat.test/logout"}]
    proof: {cookie: sid, domain: full.plat.test}
sites: [{id: site, operator: x, url: "https://www.site.test/"}]
"""


@dataclass(frozen=True)
class Ground:
    chain: Chain
    web: AccountWeb
    folder: Path
    scenario: Path


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("login")
    (folder / "web").mkdir()
    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(account_web(folder / "web")))
        scenario = folder / "login.yaml"
        names = "".join(f'    "{name}": {address}\n' for name, address in web.names.items())
        scenario.write_text(f"{SCENARIO}network:\n  ca: {web.ca}\n  names:\n{names}")
        yield Ground(Chain(loop, folder, web.names, web.ca), web, folder, scenario)


class Command:
    """A running `auditor login`, its temporary files in a folder of their own."""

    def __init__(self, folder: Path, *arguments: str, display: str = "") -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        base = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment = {**base, "TMPDIR": str(self.temporary), "STATE_KEY": PASSPHRASE}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "auditor", "login", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment | ({"DISPLAY": display} if display else {}),
            # Whoever runs the tests under nohup must not have the command ignore a closed terminal, too.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it, when a test has failed before its end."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=60)

    def said(self, text: str) -> None:
        """Wait until the command has said this."""
        assert self.process.stderr
        while not self.errors or text not in self.errors[-1]:
            line = self.process.stderr.readline().decode()
            assert line, self.errors
            self.errors.append(line.strip())

    def enter(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def end(self) -> tuple[int, str]:
        """Wait for its end; its exit code and last line. Nothing of it is left."""
        out, errors = self.process.communicate(timeout=60)
        assert out == b""
        self.errors += errors.decode().splitlines()
        assert list(self.temporary.iterdir()) == []
        return self.process.returncode, self.errors[-1]

    @contextlib.asynccontextmanager
    async def browser(self) -> AsyncIterator[Page]:
        """The page the person sees."""
        (place,) = self.temporary.glob("auditor-login-*/profile-*/DevToolsActivePort")
        port, path = place.read_text().split("\n")[:2]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(f"ws://127.0.0.1:{port}{path}")
            (page,) = [page for page in browser.contexts[0].pages if page.url != "about:blank"]
            yield page


async def log_in(command: Command) -> None:
    async with command.browser() as page:
        await page.wait_for_selector("#go")
        await page.click("#go")
        await page.wait_for_selector("body[data-done]")


async def log_out(command: Command) -> None:
    async with command.browser() as page:
        await page.goto(f"https://{FULL}/logout")
        await page.click("#go")
        await page.wait_for_url("**/bye")


async def close_window(command: Command) -> None:
    async with command.browser() as page:
        await page.close()


@pytest.fixture(scope="module")
def sealed(ground: Ground) -> Path:
    """The state after a login in a browser without a window, ended with Enter, sealed under a passphrase."""
    out = ground.folder / "full.age"
    options = ["--scenario", str(ground.scenario), "--out", str(out), "--passphrase-env", "STATE_KEY", "--remote"]
    with Command(ground.folder / "remote", "full", *options) as command:
        command.said("log in, then press Enter here or close the window")
        command.enter()
        command.said("full: not logged_in yet: cookie sid of full.plat.test absent; go on, then press Enter again")
        ground.chain.loop.run(log_in(command))
        command.enter()
        code, line = command.end()
    assert (code, line) == (
        0,
        f"full: logged_in, 3 cookies, storage of 1 origins, sealed in {out} (cookie sid of full.plat.test present)",
    )
    assert PASSPHRASE not in "".join(command.errors)
    return out


def test_the_state_is_sealed_with_all_of_it(sealed: Path) -> None:
    assert oct(sealed.stat().st_mode & 0o777) == "0o600"
    assert b"secret" not in sealed.read_bytes()
    state = unseal(sealed, Key(PASSPHRASE))
    cookies = {c["name"]: c for c in state["cookies"]}
    assert cookies.keys() == {"sid", "chip", "device"}
    assert cookies["chip"]["partitionKey"] == "https://plat.test"
    (origin,) = state["origins"]
    assert (origin["origin"], origin["localStorage"]) == (
        f"https://{FULL}",
        [{"name": "token", "value": f"local-{FULL}"}],
    )
    assert origin["indexedDB"][0]["stores"][0]["records"] == [{"key": "mine", "value": {"refresh": f"indexed-{FULL}"}}]
    known = origin_of(state)
    assert (known.platform, known.visitor, known.proof) == (
        "full",
        Visitor.logged_in,
        "cookie sid of full.plat.test present",
    )


def by_state(file: Path, visitor: Visitor = Visitor.logged_in) -> Platform:
    sealed = SealedState(file=file, passphrase_env="STATE_KEY")
    state = SealedStates(logged_out=sealed) if visitor is Visitor.logged_out else sealed
    proof = CookieProof(cookie="sid", domain=FULL)
    return Platform(vendor="google", state=state, proof=proof, visitors=(visitor.value,))  # type: ignore[arg-type]  # a StrEnum's value


def test_the_state_comes_back_into_a_visit_without_any_request(
    ground: Ground, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """localStorage, IndexedDB, session and partitioned cookies; the platform's own script finds them."""
    monkeypatch.setenv("STATE_KEY", PASSPHRASE)
    before, found = len(ground.web.asked), len(ground.web.found)
    evidence = ground.chain.visit(
        f"https://www.site.test/?p={FULL}",
        (Wait(wait="html[data-done]"), Goto(goto=f"https://{FULL}/found.html"), Wait(wait="html[data-done]")),
        platforms={"full": by_state(sealed)},
    )
    assert (evidence.visit.outcome, evidence.visit.reason) == (Outcome.complete, "")
    assert [e.url for e in evidence.exchanges if e.phase is Phase.prepare] == []
    paths = [path for _, path, _ in ground.web.asked[before:] if path != "/favicon.ico"]
    assert paths == ["/", *["/widget"] * 4, "/found.html", "/found"]
    assert [e.response_header("x-state") for e in evidence.exchanges if "/widget" in e.url] == ["in"] * 4
    assert ground.web.found[found:] == [f'{{"local":"local-{FULL}","indexed":"indexed-{FULL}","version":3}}'.encode()]
    sent = {c.name: c for c in evidence.cookies if c.domain == FULL}
    assert {name: (c.set_by, c.partition_key) for name, c in sent.items()} == {
        "sid": ("prepare", None),
        "device": ("prepare", None),
        "chip": ("prepare", "https://plat.test"),
    }
    proofs = {p.name: (p.holds, p.seen) for p in evidence.visit.proofs}
    assert proofs["state_restored"][1].startswith("3 cookies, storage of 1 origins, sealed 20")
    assert proofs["state_kept"] == (True, f"no answer took away the cookie sid of {FULL}")
    assert proofs["state_before"] == proofs["state_after"] == (True, f"cookie sid of {FULL} present")


def test_what_remains_after_a_logout_is_the_logged_out_state(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealed to a key; ended by closing the page; proven logged in before the logout."""
    identity = pyrage.x25519.Identity.generate()
    key = ground.folder / "key.txt"
    key.write_text(f"# created by a test\n{identity}\n")
    out = ground.folder / "out.age"
    options = ["--scenario", str(ground.scenario), "--out", str(out), "--identity", str(key), "--remote", "--logout"]
    with Command(ground.folder / "logout", "full", *options) as command:
        command.said("log in, then press Enter")
        ground.chain.loop.run(log_in(command))
        command.enter()
        command.said("now log out, then press Enter here or close the window")
        ground.chain.loop.run(log_out(command))
        ground.chain.loop.run(close_window(command))
        code, line = command.end()
    assert (code, line) == (
        0,
        f"full: logged_out, 2 cookies, storage of 1 origins, sealed in {out} (cookie sid of full.plat.test absent)",
    )
    state = SealedStates(logged_out=SealedState(file=out, identity_file=key))
    proof = CookieProof(cookie="sid", domain=FULL)
    platform = Platform(vendor="google", state=state, proof=proof, visitors=("logged_out",))
    url = f"https://www.site.test/?p={FULL}"
    evidence = ground.chain.visit(
        url, (Wait(wait="html[data-done]"),), platforms={"full": platform}, visitor=Visitor.logged_out
    )
    assert (evidence.visit.outcome, evidence.visit.reason) == (Outcome.complete, "")
    assert [e.url for e in evidence.exchanges if e.phase is Phase.prepare] == []
    sent = [e.request_header("cookie") for e in evidence.exchanges if "/widget" in e.url]
    assert sent == [f"device=device-{FULL}"] * 4
    proofs = {p.name: (p.holds, p.seen) for p in evidence.visit.proofs}
    assert proofs["state_before_logout"] == (True, "sealed state: cookie sid of full.plat.test present")
    assert proofs["state_after"] == (True, f"cookie sid of {FULL} absent")


def test_a_window_closed_before_the_login_seals_nothing(ground: Ground) -> None:
    out = ground.folder / "none.age"
    options = ["--scenario", str(ground.scenario), "--out", str(out), "--passphrase-env", "STATE_KEY", "--remote"]
    with Command(ground.folder / "closed", "full", *options) as command:
        command.said("log in, then press Enter")
        ground.chain.loop.run(close_window(command))
        assert command.end() == (
            2,
            "full: not logged_in: cookie sid of full.plat.test absent (nothing was sealed)",
        )
    assert not out.exists()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    """A display of its own, in memory."""
    if (xvfb := shutil.which("Xvfb")) is None:
        pytest.skip("Xvfb is not installed (Debian package xvfb): no window can be opened here")
    read, write = os.pipe()
    process = subprocess.Popen(
        [xvfb, "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        process.terminate()
        process.wait(20)


def test_a_person_logs_in_in_a_window_and_closes_it(ground: Ground, screen: str, tmp_path: Path) -> None:
    out = tmp_path / "window.age"
    options = ["--scenario", str(ground.scenario), "--out", str(out), "--passphrase-env", "STATE_KEY"]
    with Command(tmp_path, "full", *options, display=screen) as command:
        command.said("log in, then press Enter")
        line = next(iter(Path(f"/proc/{child}/cmdline").read_text() for child in browsers(command)))
        assert "--headless" not in line and "--disable-quic" in line and PASSPHRASE not in line
        ground.chain.loop.run(log_in(command))
        ground.chain.loop.run(close_window(command))
        code, text = command.end()
    assert (code, text.partition(",")[0]) == (0, "full: logged_in")
    assert {c["name"] for c in unseal(out, Key(PASSPHRASE))["cookies"]} == {"sid", "chip", "device"}


def browsers(command: Command) -> list[int]:
    import psutil

    children = psutil.Process(command.process.pid).children(recursive=True)
    return [c.pid for c in children if any("--remote-debugging-port" in part for part in c.cmdline())]


def test_a_closed_terminal_ends_it_and_leaves_nothing(ground: Ground, tmp_path: Path) -> None:
    options = ["--scenario", str(ground.scenario), "--out", str(tmp_path / "x.age"), "--passphrase-env", "STATE_KEY"]
    with Command(tmp_path, "full", *options, "--remote") as command:
        command.said("log in, then press Enter")
        children = browsers(command)
        command.process.send_signal(signal.SIGHUP)
        assert command.end()[0] == 130
    end = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not (tmp_path / "x.age").exists()
