"""A scenario: what a person writes to say which visits to make. It expands to the matrix of visits.

Addresses are http or https with a host and no user name; ids are short and safe as folder names; secrets
are never in the file: a step that fills one names an environment variable (`secret_env`). What a person is to be
typed of is the visit's seeded person's (person.py, persons.yaml).
"""

from auditor.scenario.loading import load_scenario
from auditor.scenario.model import (
    ConsentSteps,
    CookieProof,
    DisclosureAt,
    ElementProof,
    Limits,
    Network,
    Persons,
    PlannedVisit,
    Platform,
    Scenario,
    Site,
    matrix,
    person_of_visit,
    resolver_address,
)
from auditor.scenario.person import EMAIL_DOMAIN, SHARED, Person, PersonField, person_of
from auditor.scenario.states import EnvName, SealedState, SealedStates, StateOrStates
from auditor.scenario.steps import (
    Clear,
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
    Submit,
    Wait,
    WebAddress,
)

__all__ = [
    "EMAIL_DOMAIN",
    "SHARED",
    "Clear",
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
    "Person",
    "PersonField",
    "Persons",
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
    "Submit",
    "Wait",
    "WebAddress",
    "load_scenario",
    "matrix",
    "person_of",
    "person_of_visit",
    "resolver_address",
]
