"""What is known of the techniques that take a third-party cookie's place: techniques.yaml, each with its source."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from auditor.specs import Spec, load
from auditor.vendors.facts import Fact

type Strength = Literal["shown", "hint"]


class SignalRule(Fact):
    """A signal (evidence/kept.py) that shows the technique, or hints at it."""

    group: str
    name: str = Field("", description="the header or function; '' for any of the group")
    value: str = Field("", description="the header's value; '' for any")
    only_blocked: bool = Field(False, description="says it only where third-party cookies are blocked")
    strength: Strength


class NameRule(Fact):
    """A parameter or first-party cookie by whose name the technique is hinted at."""

    name: str = Field(min_length=1, description="glob")
    carrier: Literal["parameter", "cookie"]
    vendor: str = Field("", description="vendor id that receives it; '' for a parameter to anyone")


class Technique(Fact):
    """One technique; `strength` is the most that traffic can say of it."""

    technique: str
    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)
    shown_ja: str = Field(min_length=1, description="what in the traffic shows it")
    shown_en: str = Field(min_length=1)
    note_ja: str = ""
    note_en: str = ""
    strength: Strength
    signals: tuple[SignalRule, ...] = ()
    names: tuple[NameRule, ...] = ()


class _Techniques(Spec):
    techniques: tuple[Technique, ...] = Field(min_length=1)


@cache
def all_techniques() -> tuple[Technique, ...]:
    """All techniques, in the order they are told in."""
    return load(Path(__file__).with_name("techniques.yaml"), _Techniques).techniques
