"""The steps of a journey, and the texts they are made of: ids, addresses, times."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from auditor.scenario.person import PersonField
from auditor.scenario.states import EnvName
from auditor.specs import Spec

type Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
type Milliseconds = Annotated[int, Field(ge=0, le=3_600_000)]


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"not an address: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https address with a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not carry a user name or password")
    if any(c.isspace() or ord(c) < 32 for c in text) or len(text) > 8192 or port == 0:
        raise ValueError("not an address: white space, control characters, port 0 or too long")
    return text


type WebAddress = Annotated[str, AfterValidator(_web_address)]


class Goto(Spec):
    """Open an address and wait for its load event."""

    goto: WebAddress


class Click(Spec):
    """Click the element a CSS selector (or Playwright's text= selector) names."""

    click: str


class Submit(Spec):
    """Click the element that sends the form: what was typed and goes out earlier went without being sent."""

    submit: str


class Fill(Spec):
    """Type into a field: `value` for what is no secret, `secret_env` for an environment variable's value.

    `person` types that field of the visit's seeded person (person.py), another person in each visit.
    """

    fill: str
    value: str | None = None
    secret_env: EnvName | None = None
    person: PersonField | None = None

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if sum(given is not None for given in (self.value, self.secret_env, self.person)) != 1:
            raise ValueError("needs exactly one of value, secret_env and person")
        return self


class Press(Spec):
    """Press a key, in the focused element or in the one `on` names."""

    press: str
    on: str | None = None


class Select(Spec):
    """Choose an option of a select element by its value."""

    select: str
    option: str


class Scroll(Spec):
    """Scroll with the wheel: a number of pixels down, or to the end."""

    scroll: Literal["end"] | int


class Wait(Spec):
    """Wait for an element to be visible, or for a time."""

    wait: str | Milliseconds


class Shot(Spec):
    """Take a screenshot under this name."""

    screenshot: Id


class Clear(Spec):
    """Delete the cookies of the whole browser, as a person does in its settings; what else it keeps stays."""

    clear: Literal["cookies"]


class PythonStep(Spec):
    """Call `NAME(page)`, an async function of the scenario's `steps` file."""

    python: str


STEP_KEYS = (
    "goto",
    "click",
    "submit",
    "fill",
    "press",
    "select",
    "scroll",
    "wait",
    "clear",
    "screenshot",
    "python",
)


def _step_kind(step: object) -> str | None:
    """Which step it is: told by its key, so that an error speaks of that step only."""
    keys = step.keys() if isinstance(step, dict) else type(step).model_fields if isinstance(step, Spec) else ()
    return next((f"step:{kind}" for kind in STEP_KEYS if kind in keys), None)


type Step = Annotated[
    Annotated[Goto, Tag("step:goto")]
    | Annotated[Click, Tag("step:click")]
    | Annotated[Submit, Tag("step:submit")]
    | Annotated[Fill, Tag("step:fill")]
    | Annotated[Press, Tag("step:press")]
    | Annotated[Select, Tag("step:select")]
    | Annotated[Scroll, Tag("step:scroll")]
    | Annotated[Wait, Tag("step:wait")]
    | Annotated[Clear, Tag("step:clear")]
    | Annotated[Shot, Tag("step:screenshot")]
    | Annotated[PythonStep, Tag("step:python")],
    Discriminator(
        _step_kind,
        custom_error_type="step",
        custom_error_message=f"must be a step: one of {', '.join(STEP_KEYS)}",
    ),
]
