"""A scenario read from its file: strict, and every error names file, line and field."""

from collections.abc import Iterator
from pathlib import Path

from auditor.errors import InputError
from auditor.scenario.model import Scenario
from auditor.scenario.states import SealedState, SealedStates
from auditor.specs import load


def load_scenario(path: Path, *, states_later: bool = False) -> Scenario:
    """Read a scenario; relative paths in it are from its own folder. Raises InputError.

    With `states_later` sealed states need not be there yet: they are about to be made.

    Checks that the files it names exist and that each platform's vendor id is asked of the caller: vendor
    knowledge is not known here.
    """
    scenario = load(path, Scenario)
    base = path.resolve().parent
    for field, file in _files(scenario):
        if not (base / file).exists() and not (states_later and ".state." in field):
            raise InputError(f"no such file: {file}", file=path, line=_line_of(path, str(file)), field=field)
    return _with_base(scenario, base)


def _files(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    for number, site in enumerate(scenario.sites):
        if site.disclosure and site.disclosure.file:
            yield f"sites.{number}.disclosure.file", site.disclosure.file
        if site.replay:
            yield f"sites.{number}.replay", site.replay
    for name, platform in scenario.platforms.items():
        for state in platform.states():
            yield f"platforms.{name}.state.file", state.file
            if state.identity_file:
                yield f"platforms.{name}.state.identity_file", state.identity_file
    if scenario.steps:
        yield "steps", scenario.steps
    if scenario.network.ca:
        yield "network.ca", scenario.network.ca
    for number, folder in enumerate(scenario.vendors):
        yield f"vendors.{number}", folder


def _line_of(path: Path, text: str) -> int | None:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text in line), None)


def _with_base(scenario: Scenario, base: Path) -> Scenario:
    """The same scenario with its paths made absolute."""

    def absolute(path: Path | None) -> Path | None:
        return None if path is None else base / path

    sites = tuple(
        site.model_copy(
            update={
                "replay": absolute(site.replay),
                "disclosure": site.disclosure
                and site.disclosure.model_copy(update={"file": absolute(site.disclosure.file)}),
            }
        )
        for site in scenario.sites
    )

    def sealed(state: SealedState | None) -> SealedState | None:
        paths = {"file": absolute(state.file), "identity_file": absolute(state.identity_file)} if state else {}
        return state and state.model_copy(update=paths)

    def states(state: SealedState | SealedStates | None) -> SealedState | SealedStates | None:
        if isinstance(state, SealedStates):
            update = {"logged_in": sealed(state.logged_in), "logged_out": sealed(state.logged_out)}
            return state.model_copy(update=update)
        return sealed(state)

    platforms = {name: p.model_copy(update={"state": states(p.state)}) for name, p in scenario.platforms.items()}
    network = scenario.network.model_copy(update={"ca": absolute(scenario.network.ca)})
    return scenario.model_copy(
        update={
            "sites": sites,
            "platforms": platforms,
            "network": network,
            "steps": absolute(scenario.steps),
            "vendors": tuple(base / v for v in scenario.vendors),
        }
    )
