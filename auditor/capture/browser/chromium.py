"""Chromium on a profile of its own, with flags we own: the stock behaviour of a person's Chrome.

We start the binary ourselves, not through Playwright: its own flags switch storage partitioning and the
popup blocker off (DESIGN.md 4, facts 2 and 13), and its contexts block third-party cookies whatever the mode
(fact 1). Playwright then connects to the running browser for the journey.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from auditor.capture.ending import dies_with_us, how_ended
from auditor.errors import CannotFinish
from auditor.evidence import CookieMode

CANDIDATES = (
    # Debian's /usr/bin/chromium is a script that adds flags and keys: the binary it wraps (fact 14).
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/usr/lib64/chromium-browser/chromium-browser",
)

FLAGS = (
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    # HTTP/3 and WebRTC would go past the proxy (fact 8, RELIABILITY.md B57).
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # The browser's own traffic, silenced as far as it goes (facts 4 and 17).
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-search-engine-choice-screen",
    "--disable-component-extensions-with-background-pages",
    "--disable-extensions",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--gaia-url=http://127.0.0.1:9",
    "--component-updater=url-source=http://127.0.0.1:9/",
    "--disable-features=OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate,AutofillServerCommunication,"
    "CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions,NetworkTimeServiceQuerying,"
    # The address bar's popups are pages of their own: more than half of an idle start's CPU, and no site sees them.
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    # A build without Google's branding turns on trial features that no user's Chrome has.
    "--disable-field-trial-config",
    # A person's Chrome is not told to say that it is driven.
    "--disable-blink-features=AutomationControlled",
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-prompt-on-repost",
    "--disable-hang-monitor",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--mute-audio",
)


LOCAL_STATE = {
    # Nobody is there to answer a prompt for a password, and what asks for one would wait for ever: no scheme is
    # known, so a page gets its 401 as from a person who closed the prompt.
    "auth": {"schemes": "none"},
}
ENDED_S, DYING_S = 5.0, 0.5

SOCKET_PATH = 107
"""Bytes a socket's address may have (unix(7))."""


class BrowserLost(Exception):
    """The browser does not start, has gone, or does not answer."""


@lru_cache
def find_chromium() -> Path:
    """The browser's binary: AUDITOR_CHROMIUM, the system's, or Playwright's own. Raises CannotFinish."""
    named = os.environ.get("AUDITOR_CHROMIUM")
    places = [named] if named else list(CANDIDATES)
    for place in places:
        if Path(place).is_file():
            return Path(place)
    if not named:
        cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
        for binary in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True):
            return binary
    raise CannotFinish(
        f"no Chromium at {named}" if named else "no Chromium found: install the package chromium, or run `make setup`"
    )


@lru_cache
def browser_facts() -> dict[str, Any]:
    """What the run's manifest says of the browser: binary, its hash, version, sandbox."""
    binary = find_chromium()
    with binary.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "binary_sha256": digest,
        "version": browser_version(),
        "sandbox": "none: run as root" if runs_as_root() else "on",
    }


@lru_cache
def browser_version() -> str:
    """The browser's full version, such as 156.0.8078.79."""
    # A home that is not there: the version is told without one, and nothing is left behind.
    out = subprocess.run(
        [find_chromium(), "--version"],
        capture_output=True,
        text=True,
        timeout=30,
        env={"HOME": os.devnull},
        check=False,
    ).stdout
    match = re.search(r"\d+(\.\d+){3}", out)
    if not match:
        raise CannotFinish(f"{find_chromium()} does not say its version")
    return match[0]


def user_agent() -> str:
    """What the same Chrome says with a window (reduced user agent: only the major version is real)."""
    major = browser_version().split(".")[0]
    return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"


def runs_as_root() -> bool:
    """Whether Chromium must do without its sandbox (DESIGN.md 4, fact 11)."""
    return os.geteuid() == 0


def preferences(mode: CookieMode, language: str) -> dict[str, Any]:
    """The profile's Default/Preferences for a cookie mode (DESIGN.md 4, fact 1)."""
    blocked = mode is CookieMode.blocked
    base = language.split("-")[0]
    languages = [language] if base == language else [language, base]
    return {
        "profile": {
            "cookie_controls_mode": int(blocked),
            "block_third_party_cookies": blocked,
            # It would ask Google, with a part of a name's hash, whether a password that was typed has leaked.
            "password_manager_leak_detection": False,
        },
        "intl": {"accept_languages": ",".join(languages), "selected_languages": ",".join(languages)},
        "signin": {"allowed": False},
        "search": {"suggest_enabled": False},
        # A page that fails would have it ask connectivitycheck.gstatic.com for a captive portal.
        "alternate_error_pages": {"enabled": False},
        "safebrowsing": {"enabled": False},
        "translate": {"enabled": False},
        "credentials_enable_service": False,
    }


class Chromium:
    """A running browser in a process group of its own; `close` leaves no process and no profile behind."""

    def __init__(self, process: asyncio.subprocess.Process, profile: Path, endpoint: str) -> None:
        self.process, self.profile, self.endpoint = process, profile, endpoint
        self.scratch = profile
        self._port = 0

    @classmethod
    async def start(
        cls,
        *,
        mode: CookieMode,
        proxy_port: int,
        spki: str,
        language: str,
        time_zone: str,
        window: str,
        work: Path,
        headed: bool = False,
    ) -> "Chromium":
        """Start on a fresh profile below `work`, through the proxy on loopback. Raises BrowserLost.

        `headed` opens a window on the display, for a person; everything else is the same.
        """
        profile = Path(tempfile.mkdtemp(prefix="profile-", dir=work))
        (profile / "Default").mkdir()
        (profile / "Default" / "Preferences").write_text(json.dumps(preferences(mode, language)))
        (profile / "Local State").write_text(json.dumps(LOCAL_STATE))
        scratch = _scratch(profile)
        process = await asyncio.create_subprocess_exec(
            *dies_with_us(),
            *arguments(profile, proxy_port=proxy_port, spki=spki, language=language, window=window, headed=headed),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={
                **_environment(os.environ, profile, language, time_zone),
                **(display(os.environ) if headed else {}),
                "TMPDIR": str(scratch),
            },
        )
        browser = cls(process, profile, "")
        browser.scratch = scratch
        try:
            browser.endpoint = await browser._wait_for_endpoint()
        except BaseException:
            await browser.close()
            raise
        return browser

    async def _wait_for_endpoint(self) -> str:
        place = self.profile / "DevToolsActivePort"
        for _ in range(1500):
            if self.process.returncode is not None:
                raise BrowserLost(f"the browser did not start: {how_ended(self.process.returncode)}")
            with contextlib.suppress(OSError, ValueError):
                port, path = place.read_text().split("\n")[:2]
                if path:
                    self._port = int(port)
                    return f"ws://127.0.0.1:{port}{path}"
            await asyncio.sleep(0.02)
        raise BrowserLost("the browser did not start in 30 s")

    @property
    def alive(self) -> bool:
        """Whether the browser's process still runs."""
        return self.process.returncode is None

    async def ended(self) -> str | None:
        """How the browser's process ended, None while it runs: told by its port, which closes with it."""
        if self.process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                pass
            else:
                writer.close()
                # While a process dies its sockets close one after the other: this one may be the last.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DYING_S):
                        return how_ended(await self.process.wait())
                return None
        try:
            async with asyncio.timeout(ENDED_S):
                return how_ended(await self.process.wait())
        except TimeoutError:
            return "it does not listen any more"

    async def close(self) -> None:
        """Kill the whole process group and erase the profile."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        for folder in {self.profile, self.scratch}:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def arguments(
    profile: Path, *, proxy_port: int, spki: str, language: str, window: str, headed: bool = False
) -> list[str]:
    """The whole command line, as the run's manifest records it."""
    return [
        str(find_chromium()),
        *(flag for flag in FLAGS if not (headed and flag.startswith("--headless"))),
        *(["--no-sandbox"] if runs_as_root() else []),
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        "--proxy-bypass-list=<-loopback>",
        f"--ignore-certificate-errors-spki-list={spki}",
        f"--lang={language}",
        f"--user-agent={user_agent()}",
        f"--window-size={window.replace('x', ',')}",
        *([] if headed else [f"--screen-info={{{window}}}"]),
        "about:blank",
    ]


def display(base: Mapping[str, str]) -> dict[str, str]:
    """What a window needs of the environment; empty on a machine without a display."""
    if not (base.get("DISPLAY") or base.get("WAYLAND_DISPLAY")):
        return {}
    names = ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")
    return {name: base[name] for name in names if base.get(name)}


def _scratch(profile: Path) -> Path:
    """Where the browser puts its temporary files, which it leaves behind when killed: into its profile.

    It keeps a socket there: where the profile's path is too long for one, a folder of its own in /tmp.
    """
    socket = profile / f"org.chromium.Chromium.{'x' * 6}" / "SingletonSocket"  # six letters at random (mkdtemp)
    return profile if len(os.fsencode(socket)) <= SOCKET_PATH else Path(tempfile.mkdtemp(prefix="profile-", dir="/tmp"))


def _environment(base: Mapping[str, str], profile: Path, language: str, time_zone: str) -> dict[str, str]:
    """The browser's environment: no secret of ours in it, its home inside the profile."""
    keep = {
        name: base[name] for name in ("PATH", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "XDG_DATA_DIRS") if name in base
    }
    locale = language.replace("-", "_") + ".UTF-8"
    return {**keep, "HOME": str(profile), "TZ": time_zone, "LANG": locale, "LANGUAGE": language.replace("-", "_")}
