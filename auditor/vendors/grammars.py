"""What the signs in values of several facts mean: `vendors/_grammars.yaml`."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from auditor.specs import Spec
from auditor.vendors.facts import Fact, write_sources_out


class SignalState(StrEnum):
    """What a sign says of one signal of consent."""

    granted = "granted"
    denied = "denied"
    unset = "unset"


class ConsentGrammar(Fact):
    """Signs in the order of `signals`."""

    signals: tuple[str, ...]
    states: dict[str, SignalState]


class ContactGrammar(Fact):
    """Codes of hashed contact data and their data types; `in_clear` the types of those that are no hash."""

    fields: dict[str, str]
    in_clear: dict[str, str]


class Grammars(Spec):
    """The file."""

    sources: dict[str, str] = {}
    consent_gcs: ConsentGrammar
    consent_gcd: ConsentGrammar
    enhanced: ContactGrammar

    @model_validator(mode="after")
    def _sources_in_full(self) -> Self:
        write_sources_out(self, self.sources)
        return self
