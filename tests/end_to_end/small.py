"""A small web to fail on: the demo's servers under names that work and names that do not."""

import textwrap
from pathlib import Path

from auditor.demo.web import DemoWeb

STEPS = """
import os, signal
import psutil

# Loaded when the run begins: what is there already belongs to another test.
OTHERS = {child.pid for child in psutil.Process().children(recursive=True)}


def _kill(word, kind=None):
    for child in psutil.Process().children(recursive=True):
        try:
            line = child.cmdline() if child.pid not in OTHERS else []
        except psutil.Error:
            continue
        kinds = [part for part in line if part.startswith("--type=")]
        if any(word in part for part in line) and kinds == ([f"--type={kind}"] if kind else []):
            os.kill(child.pid, signal.SIGKILL)


async def kill_browser(page):
    _kill("--remote-debugging-port")


async def kill_proxy(page):
    _kill("auditor.capture.network.proxy")


async def crash(page):
    _kill("chromium", "renderer")
    await page.wait_for_timeout(1000)


async def wrong(page):
    raise ValueError("wrong on purpose")
"""


def scenario(web: DemoWeb, folder: Path, sites: str, more: str = "") -> Path:
    """Write a scenario over the demo web: `sites` and `more` are YAML; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    address = next(iter(web.names.values()))
    names = {**web.names, "dead.test": "127.0.0.1:1", "wrong-name.test": address}
    (folder / "steps.py").write_text(STEPS)
    text = f"""\
scenario: small
steps: steps.py
cookie_modes: [allowed]
limits:
  {{settle_quiet_ms: 300, settle_max_ms: 4000, drain_ms: 4000, navigation_ms: 8000, step_ms: 4000, consent_ms: 2000}}
sites:
{textwrap.indent(textwrap.dedent(sites).strip(), "  ")}
network:
  ca: {web.ca}
  names:
{textwrap.indent("\n".join(f"{k}: {v}" for k, v in names.items()), "    ")}
{textwrap.dedent(more)}"""
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path
