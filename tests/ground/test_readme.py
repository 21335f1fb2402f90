"""The README's references hold: every key and step of a scenario, every exit code, every table of a run."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from auditor.scenario import Limits, Network, Platform, Scenario, Site
from auditor.scenario.states import SealedState, SealedStates
from auditor.scenario.steps import STEP_KEYS

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(scope="module")
def text() -> str:
    return README.read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [Scenario, Site, Platform, SealedState, SealedStates, Limits, Network])
def test_every_key_is_explained(text: str, model: type[BaseModel]) -> None:
    words = set(re.findall(r"[a-z_]+", text.partition("| key | means |")[2].partition("## What a run leaves")[0]))
    assert [name for name in model.model_fields if name not in words] == []


def test_every_step_is_explained(text: str) -> None:
    assert [key for key in STEP_KEYS if f"\n| `{key}: " not in text] == []


def test_every_limit_default_is_right(text: str) -> None:
    row = next(line for line in text.splitlines() if line.startswith("| `limits`"))
    times = {name: ms / 1000 for name, ms in Limits().model_dump().items() if name.endswith("_ms")}
    names = re.findall(r"`([a-z_]+_ms)`", row)
    seconds = [float(n) for n in re.findall(r"([\d.]+) s", row)]
    assert dict(zip(names, seconds, strict=True)) == times
    limits = Limits().model_dump()
    assert limits.pop("body_kept_bytes") == 16 << 20
    counts = next(line for line in text.splitlines() if line.startswith("| `limits` (counts)")).split("|")
    told = dict(zip(re.findall(r"`([a-z_]+)`", counts[2]), counts[3].strip().split(", "), strict=True))
    assert told == {n: f"{v:,}" for n, v in limits.items() if not n.endswith("_ms")}


def test_the_example_scenario_is_valid(text: str, tmp_path: Path) -> None:
    from auditor.specs import parse

    example = text.partition("```yaml\n")[2].partition("```")[0]
    scenario = parse(example, Scenario, file="README.md")
    assert [site.id for site in scenario.sites] == ["shop"]


def test_exit_codes_are_those_of_the_errors(text: str) -> None:
    from auditor.errors import AuditorError, CannotFinish, InputError, Interrupted

    rows = {int(n) for n in re.findall(r"\n\| (\d+) \|", text.partition("| exit code | means |")[2])}
    codes = {e.exit_code for e in (AuditorError, InputError, CannotFinish, Interrupted)}
    assert rows == codes | {0, 1}
