"""What the machine needs beside Python: a Chromium and a Japanese font; installs them where it may."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from auditor.capture.browser.chromium import find_chromium
from auditor.errors import CannotFinish

APT_PACKAGES = {
    # chromium-l10n: without it Intl's locale is en-US whatever the language.
    "chromium": ("chromium", "chromium-l10n", "chromium-sandbox"),
    "font": ("fonts-noto-cjk", "fontconfig"),
}


def missing() -> list[str]:
    """Keys of APT_PACKAGES that the machine lacks."""
    lacks = []
    try:
        find_chromium()
    except CannotFinish:
        lacks.append("chromium")
    if not _has_japanese_font():
        lacks.append("font")
    return lacks


def _has_japanese_font() -> bool:
    if (fc_list := shutil.which("fc-list")) is None:
        return False
    out = subprocess.run([fc_list, ":lang=ja", "family"], capture_output=True, text=True, timeout=60, check=False)
    return bool(out.stdout.strip())


def install(say: Callable[[str], None]) -> list[str]:
    """Install what is missing, saying each step; what is still missing afterwards."""
    lacks = missing()
    if not lacks:
        return []
    find_chromium.cache_clear()
    prefix = _apt_prefix()
    if prefix is not None:
        packages = [package for key in lacks for package in APT_PACKAGES[key]]
        say(f"installing with apt: {' '.join(packages)}")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            done = subprocess.run([*prefix, *command], env=env, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                say(f"apt-get {command[0]} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
                break
    else:
        say("apt is not allowed here (not root, no sudo without a password)")
    if "chromium" in (lacks := missing()):
        say("trying Playwright's own Chromium")
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, timeout=900, check=False
        )
        find_chromium.cache_clear()
    return missing()


def _apt_prefix() -> list[str] | None:
    """How apt-get may be called: as root, through sudo without a password, or not at all."""
    if (apt := shutil.which("apt-get")) is None:
        return None
    if os.geteuid() == 0:
        return [apt]
    if (sudo := shutil.which("sudo")) is not None:
        asked = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return [sudo, "-n", apt]
    return None


def cure(lacks: list[str]) -> str:
    """One line that tells a person how to get what is missing."""
    packages = [package for key in lacks for package in APT_PACKAGES[key]]
    return f"missing: {', '.join(lacks)}; ask the machine's owner for: apt-get install {' '.join(packages)}"
