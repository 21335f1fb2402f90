"""The command that keeps a visitor's state: login."""

import asyncio
import getpass
import os
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from auditor.capture.states.carried_state import read_state
from auditor.capture.states.login import LoginPlan, Person, person_logs_in
from auditor.capture.states.sealed import Origin, key_of, read_identities, recipient_of, recipients_of, seal
from auditor.capture.states.visitor_state import has_cookie
from auditor.cli.options import err
from auditor.errors import CannotFinish, InputError
from auditor.evidence import Visitor
from auditor.pipeline import knowledge_of
from auditor.scenario import CookieProof, Goto, Network, Platform, Scenario, WebAddress, load_scenario
from auditor.scenario.states import SealedState


@dataclass(frozen=True, repr=False)
class Lock:
    """What the state is sealed with: a passphrase, or age recipients."""

    passphrase: str | None = None
    recipients: tuple[str, ...] = ()


def login(
    platform: Annotated[str, typer.Argument(help="a vendor's id, or a platform of --scenario")],
    scenario: Annotated[Path | None, typer.Option("--scenario", help="its platform, proof, file and key")] = None,
    url: Annotated[str | None, typer.Option("--url", help="the login page")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="the sealed file; default PLATFORM.age")] = None,
    logout: Annotated[bool, typer.Option("--logout", help="log in and out again: the state that remains")] = False,
    import_file: Annotated[
        Path | None, typer.Option("--import", help="seal a Playwright storage_state or cookies.txt instead")
    ] = None,
    passphrase_env: Annotated[str | None, typer.Option(help="variable that holds the passphrase")] = None,
    recipient: Annotated[str | None, typer.Option(help="an age recipient, age1...")] = None,
    identity: Annotated[Path | None, typer.Option(help="an age key file: seal to its own key")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="replace the sealed file that is there")] = False,
    remote: Annotated[bool, typer.Option("--remote", help="no window: log in through DevTools")] = False,
) -> None:
    """Open a browser for a person to log in at a platform, and keep its state sealed."""
    visitor = Visitor.logged_out if logout else Visitor.logged_in
    loaded = load_scenario(scenario, states_later=True) if scenario else None
    described = _described(platform, scenario, loaded)
    sealed = described.sealed(visitor) if described else None
    place = _place(
        out or (sealed.file if sealed else Path(f"{platform}{'-logged_out' if logout else ''}.age")), replace
    )
    # All that can be wrong is found before a person is asked for a passphrase, and that before they log in.
    if import_file is not None:
        state, origin = _imported(import_file, platform, described, visitor)
        lock = _lock(passphrase_env, recipient, identity, sealed)
    else:
        plan = _plan(platform, described, loaded, url, logout, not remote)
        lock = _lock(passphrase_env, recipient, identity, sealed)
        # A terminal that is closed must not leave the browser and its profile behind (nohup asks for just that).
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGINT))
        state, origin = asyncio.run(person_logs_in(plan, Person(_say, _enter)))
    try:
        seal(state | {"auditor": origin.model_dump(mode="json")}, place, lock.passphrase, lock.recipients)
    except OSError as error:
        raise CannotFinish(f"{place}: {error.strerror}") from None
    for loss in origin.losses:
        _say(f"{platform}: {loss}")
    kept = f"{len(state['cookies'])} cookies, storage of {len(state['origins'])} origins"
    _say(f"{platform}: {visitor.value}, {kept}, sealed in {place}{f' ({origin.proof})' if origin.proof else ''}")


def _described(platform: str, file: Path | None, scenario: Scenario | None) -> Platform | None:
    """What the scenario says of the platform; None for a vendor without one. Raises InputError for neither."""
    if scenario is not None:
        if platform not in scenario.platforms:
            cure = f"it has {', '.join(sorted(scenario.platforms)) or 'none'}"
            raise InputError(f"no platform {platform!r}", file=file, field="platforms", cure=cure)
        return scenario.platforms[platform]
    if knowledge_of().vendor(platform) is None:
        cure = "`auditor vendors` lists them; --scenario FILE names a platform of your own"
        raise InputError(f"no vendor {platform!r}", cure=cure)
    return None


def _place(path: Path, replace: bool) -> Path:
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError("is not a folder that can be written to", file=path.parent, field="--out")
    if path.exists() and not replace:
        raise InputError("is there already", file=path, cure="give --replace, or another --out")
    return path


def _plan(
    name: str, platform: Platform | None, scenario: Scenario | None, url: str | None, logout: bool, window: bool
) -> LoginPlan:
    if url is not None:
        try:
            TypeAdapter(WebAddress).validate_python(url)
        except ValidationError as error:
            raise InputError(error.errors()[0]["msg"].removeprefix("Value error, "), field="--url") from None
    elif platform is not None:
        url = next((step.goto for step in platform.login if isinstance(step, Goto)), None)
    if url is None:
        raise InputError("the login page is not known", field=name, cure="name it with --url")
    return LoginPlan(
        name=name,
        url=url,
        platform=platform,
        logout=logout,
        window=window,
        network=scenario.network if scenario else Network(),
        language=scenario.language if scenario else "ja-JP",
        time_zone=scenario.time_zone if scenario else "Asia/Tokyo",
        size=scenario.window if scenario else "1366x768",
    )


def _lock(variable: str | None, recipient: str | None, identity: Path | None, sealed: SealedState | None) -> Lock:
    """The key asked for, else the scenario's, else a passphrase from the terminal. Raises InputError."""
    if sum(option is not None for option in (variable, recipient, identity)) > 1:
        raise InputError("give one of --passphrase-env, --recipient and --identity")
    if recipient is not None:
        recipient_of(recipient)
        return Lock(recipients=(recipient,))
    if identity is not None:
        return Lock(recipients=recipients_of(read_identities(identity)))
    if variable is None and sealed is not None:
        if sealed.identity_env is not None or sealed.identity_file is not None:
            return Lock(recipients=recipients_of(key_of(sealed)))
        variable = sealed.passphrase_env if sealed.passphrase_env in os.environ else None
    if variable is not None:
        if not (passphrase := os.environ.get(variable)):
            raise InputError(f"the environment variable {variable} is not set", field="--passphrase-env")
        return Lock(passphrase=passphrase)
    if not sys.stdin.isatty():
        cure = "give --passphrase-env, --recipient or --identity"
        raise InputError("there is no terminal to ask for a passphrase on", cure=cure)
    passphrase = getpass.getpass("passphrase: ")
    if not passphrase:
        raise InputError("the passphrase is empty")
    if getpass.getpass("the same again: ") != passphrase:
        raise InputError("the two passphrases differ")
    return Lock(passphrase=passphrase)


def _imported(file: Path, name: str, platform: Platform | None, visitor: Visitor) -> tuple[dict[str, Any], Origin]:
    state, origin = read_state(file)
    seen = ""
    if platform is not None and isinstance(proof := platform.proof, CookieProof):
        now = datetime.now(UTC).timestamp()
        found = has_cookie(proof, [c for c in state["cookies"] if not 0 < c["expires"] <= now])
        seen = f"cookie {proof.cookie} of {proof.domain} {'present' if found else 'absent'}"
        if found is not (visitor is Visitor.logged_in):
            raise InputError(f"not {visitor.value}: {seen}", file=file, cure="nothing was sealed")
    sealed_at = datetime.now(UTC).isoformat(timespec="seconds")
    known = {"platform": name, "visitor": visitor, "sealed_at": sealed_at, "proof": seen}
    return state, origin.model_copy(update=known)


def _say(text: str) -> None:
    err.print(text, markup=False, soft_wrap=True)


async def _enter() -> None:
    """Wait for a line on standard input; for ever where there is none to come."""
    loop, pressed = asyncio.get_running_loop(), asyncio.Event()
    try:
        descriptor = sys.stdin.fileno()
    except (OSError, ValueError):
        descriptor = -1

    def ready() -> None:
        byte = os.read(descriptor, 1)
        if byte in (b"", b"\n"):
            loop.remove_reader(descriptor)
        if byte == b"\n":
            pressed.set()

    try:
        loop.add_reader(descriptor, ready)
    except (OSError, ValueError):
        descriptor = -1  # a file or nothing at all: nobody will press Enter
    try:
        await pressed.wait()
    finally:
        if descriptor >= 0:
            loop.remove_reader(descriptor)
