"""What a visit stands on, and what is known of it while it goes on."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Playwright

from auditor.capture.journey import PythonSteps
from auditor.capture.network.authority import Authority
from auditor.capture.network.cnames import Cnames
from auditor.capture.network.proxy_process import ProxyProcess
from auditor.capture.states.drift import Watched
from auditor.evidence import ConsentResult, Coverage, Proof
from auditor.scenario import Scenario


@dataclass(frozen=True)
class Ground:
    """What all visits of one worker share."""

    scenario: Scenario
    authority: Authority
    proxy: ProxyProcess
    playwright: Playwright
    python_steps: PythonSteps
    work: Path
    cnames: Cnames | None = None


@dataclass
class Attempt:
    """What is known of a visit while it goes on."""

    begun: float = field(default_factory=time.monotonic)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    proofs: list[Proof] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    counters: dict[str, Any] = field(default_factory=dict)
    final_url: str = ""
    title: str = ""
    consent: ConsentResult | None = None
    state: dict[str, Any] = field(default_factory=dict)
