"""DuckDuckGo's autoconsent (MPL-2.0) in our isolated world: it finds the banner and leads, the mouse is ours.

The package holds the engine and its rules as they are published; what we change of it we change while loading, and
loading fails when a place is not found: every click is asked of us, nothing is hidden or restyled, the focus stays
where it is. What it would do by calling into the page does not happen (worlds.read); what it asks to know is told.
"""

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from duckduckgo_autoconsent import bundle, rules_json

from auditor.capture.consent.rules import products
from auditor.capture.consent.worlds import FrameWorld
from auditor.evidence import Consent

GLUE = """
globalThis.auditorSaid = [];
globalThis.auditorAsked = new Map();
globalThis.auditorAttempts = 0;
globalThis.autoconsentSendMessage = (message) => {
  if (message.type === "report") auditorAttempts = message.state.findCmpAttempts;
  else auditorSaid.push(JSON.parse(JSON.stringify(message)));
  return Promise.resolve();
};
globalThis.auditorNews = () => ({ said: auditorSaid.splice(0), attempts: auditorAttempts });
globalThis.auditorClick = (el) => new Promise((done) => {
  const n = auditor.keep(el);
  auditorAsked.set(n, done);
  auditorSaid.push({ type: "click", n });
});
globalThis.auditorClicked = (n, worked) => { auditorAsked.get(n)?.(worked); auditorAsked.delete(n); };
HTMLElement.prototype.click = function () { auditorClick(this); };
"""

CHANGES = (
    # Each click waits until the mouse has made it.
    ("            e.click();\n", "            await auditorClick(e);\n"),
    ("          elements[0].click();\n", "          if (!await auditorClick(elements[0])) return false;\n"),
    ("      element.click();\n      return true;", "      return await auditorClick(element);"),
    # Style rules go into an element that is in no document.
    (
        '  function getStyleElement(styleOverrideElementId = "autoconsent-css-rules") {\n',
        '  function getStyleElement() { return document.createElement("style"); }\n'
        "  function unusedStyleElement(styleOverrideElementId) {\n",
    ),
    ("    saveFocus() {\n", "    saveFocus() {\n      return;\n"),
    # An answer from outside takes longer than one from an extension's own process.
    ("constructor(id, timeout = 1e3) {", "constructor(id, timeout = 8e3) {"),
)

LOOKS = ("hide", "removeClass", "setStyle", "addStyle", "stylesheet")
NOTHING = {"wait": 1}


class BundleChanged(Exception):
    """The published engine is not the one these changes are for."""


@lru_cache
def engine() -> str:
    """The engine's script with our changes. Raises BundleChanged."""
    script: str = bundle()
    for old, new in CHANGES:
        if script.count(old) != 1:
            raise BundleChanged(f"autoconsent: {script.count(old)} places instead of one for {old.strip()!r}")
        script = script.replace(old, new)
    return GLUE + script


@lru_cache
def _rules() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(rules_json()))


def rules_for(choice: Consent, url: str, *, top: bool) -> list[dict[str, Any]]:
    """The rules that can make a choice by clicks in a frame of this address.

    Left out: rules without clicks for the choice, those that would refuse by the very clicks that accept, and those
    that a product of ours replaces.
    """
    fitting = []
    replaced = {name for product in products() for name in product.replaces}
    for rule in _rules():
        context = rule.get("runContext") or {}
        here = context.get("main", True) if top else context.get("frame", False)
        if not here or rule["name"] in replaced or not _matches(context.get("urlPattern"), url):
            continue
        own = _clicks(rule.get("optIn" if choice is Consent.accept else "optOut"))
        if not own or (choice is Consent.reject and own <= _clicks(rule.get("optIn"))):
            continue
        acts = {part: [_without_looks(step) for step in rule.get(part, ())] for part in ("optIn", "optOut")}
        # `cosmetic` rules only hide the banner when refusing: their acceptance is a click like any other.
        fitting.append({**rule, **acts, "cosmetic": False})
    return fitting


def _matches(pattern: str | None, url: str) -> bool:
    try:
        return not pattern or re.search(pattern, url) is not None
    except re.error:
        return True  # JavaScript's dialect: the engine looks itself


def _clicks(steps: object) -> set[str]:
    """What the steps click, each as text."""
    found: set[str] = set()
    match steps:
        case list():
            for step in steps:
                found |= _clicks(step)
        case dict():
            found |= {json.dumps(steps[key]) for key in ("click", "waitForThenClick") if key in steps}
            for key in ("then", "else", "any"):
                found |= _clicks(steps.get(key))
    return found


def _without_looks(step: dict[str, Any]) -> dict[str, Any]:
    """A step that changes nothing of the page's looks."""
    if any(key in step for key in LOOKS):
        return NOTHING
    nested: dict[str, Any] = {
        key: [_without_looks(s) for s in step[key]] for key in ("then", "else", "any") if key in step
    }
    return {**step, **nested}


def beginning(choice: Consent, frame: FrameWorld, *, top: bool, wait_ms: int) -> str:
    """The script that begins looking for a banner in a frame. It waits for our word before it acts."""
    config = {
        "autoAction": None,
        "enablePrehide": False,
        "enableCosmeticRules": True,
        "detectRetries": max(1, wait_ms // 500),
        "logs": {"errors": False},
    }
    message = {
        "type": "initResp",
        "config": config,
        "rules": {"autoconsent": rules_for(choice, frame.url, top=top)},
    }
    return f"{engine()}\n;autoconsentReceiveMessage({json.dumps(message)}); 0"


@dataclass
class Heard:
    """What the engine said in one frame so far."""

    attempts: int = 0
    """How often it began to look."""
    detected: bool = False
    """Whether it found a product on the page, with or without a banner."""
    popup: str | None = None
    """The rule whose banner is shown."""
    result: bool | None = None
    has_test: bool = False
    done: bool = False
    """Not so after a result: the rule only opened the way, another frame's banner makes the choice."""
    test: bool | None = None
    untold: int = 0
    """Questions about the page that could not be answered without changing it."""
    clicks: list[int] = field(default_factory=list)
    """Elements it asks us to click, in order."""
    questions: list[tuple[str, str]] = field(default_factory=list)
    """Ids and scripts of what it asks to know."""

    def take(self, message: dict[str, Any]) -> None:
        """Take one message of the engine."""
        match message["type"]:
            case "cmpDetected":
                self.detected = True
            case "popupFound":
                self.popup = self.popup or message["cmp"]
            case "optInResult" | "optOutResult":
                self.result, self.has_test = message["result"] is True, message["scheduleSelfTest"]
            case "autoconsentDone":
                self.done = True
            case "selfTestResult":
                self.test = message["result"] is True
            case "click":
                self.clicks.append(message["n"])
            case "eval":
                self.questions.append((message["id"], message["code"]))
