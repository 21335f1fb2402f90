"""Where a scenario keeps the sealed browser states of a platform's visitors, and which key opens each."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from auditor.specs import Spec

type EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


class SealedState(Spec):
    """A sealed browser state (cookies and storage), and where its key is: never in the scenario itself."""

    file: Path
    passphrase_env: EnvName | None = Field(None, description="variable that holds the passphrase")
    identity_env: EnvName | None = Field(None, description="variable that holds an age identity")
    identity_file: Path | None = Field(None, description="age key file")

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if sum(key is not None for key in (self.passphrase_env, self.identity_env, self.identity_file)) != 1:
            raise ValueError("needs exactly one of passphrase_env, identity_env and identity_file")
        return self


class SealedStates(Spec):
    """Sealed states by visitor: one logged in, one left after logging out, or both."""

    logged_in: SealedState | None = None
    logged_out: SealedState | None = None

    @model_validator(mode="after")
    def _any(self) -> Self:
        if self.logged_in is None and self.logged_out is None:
            raise ValueError("needs logged_in, logged_out or both")
        return self


def _states_kind(state: object) -> str:
    """A single file is the state logged in; told apart by its keys, so that an error speaks of one form only."""
    keys = state.keys() if isinstance(state, dict) else type(state).model_fields if isinstance(state, Spec) else ()
    return "state:by_visitor" if {"logged_in", "logged_out"} & set(keys) else "state:one"


type StateOrStates = Annotated[
    Annotated[SealedState, Tag("state:one")] | Annotated[SealedStates, Tag("state:by_visitor")],
    Discriminator(_states_kind),
]
