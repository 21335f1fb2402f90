"""A scenario: what a person writes to say which visits to make. It expands to the matrix of visits.

Addresses are http or https with a host and no user name; ids are short and safe as folder names; secrets
are never in the file: a step that fills one names an environment variable (`secret_env`).
"""

from auditor.scenario.loading import load_scenario
from auditor.scenario.model import (
    ConsentSteps,
    CookieProof,
    DisclosureAt,
    ElementProof,
    Limits,
    Network,
    PlannedVisit,
    Platform,
    Scenario,
    Site,
    matrix,
    resolver_address,
)
from auditor.scenario.states import EnvName, SealedState, SealedStates, StateOrStates
from auditor.scenario.steps import (
    Click,
    Fill,
    Goto,
    Id,
    Milliseconds,
    Press,
    PythonStep,
    Scroll,
    Select,
    Shot,
    Step,
    Wait,
    WebAddress,
)

__all__ = [
    "Click",
    "ConsentSteps",
    "CookieProof",
    "DisclosureAt",
    "ElementProof",
    "EnvName",
    "Fill",
    "Goto",
    "Id",
    "Limits",
    "Milliseconds",
    "Network",
    "PlannedVisit",
    "Platform",
    "Press",
    "PythonStep",
    "Scenario",
    "Scroll",
    "SealedState",
    "SealedStates",
    "Select",
    "Shot",
    "Site",
    "StateOrStates",
    "Step",
    "Wait",
    "WebAddress",
    "load_scenario",
    "matrix",
    "resolver_address",
]
