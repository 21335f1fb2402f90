"""The steps of a visit's journey, back from the record."""

from pathlib import Path
from typing import Any

from auditor.evidence import ClearedCookie, StepDone
from auditor.store.browser_events import read_events

ENTER = frozenset({"Enter", "NumpadEnter"})
QUIET = frozenset({"wait", "scroll", "screenshot"})
"""Steps that leave the focus where it is."""
MAY_SEND = frozenset({"click", "python"})


def read_steps(events: Path) -> tuple[StepDone, ...]:
    """Every step that was begun, in order."""
    lines: list[dict[str, Any]] = []
    gone: dict[int, list[dict[str, Any]]] = {}
    for line in read_events(events):
        if line["method"] == "Auditor.step":
            lines.append({**line["params"], "at": line["t"]})
        elif line["method"] == "Auditor.cleared" and lines and lines[-1]["step"] == line["params"]["step"]:
            gone[len(lines) - 1] = line["params"]["cookies"]
    return tuple(
        StepDone(
            name=line["step"],
            kind=_kind(line),
            at=line["at"],
            field=line.get("field", ""),
            cleared=tuple(ClearedCookie.model_validate(cookie) for cookie in gone.get(number, ())),
            sends=_sends(lines[:number], line),
        )
        for number, line in enumerate(lines)
    )


def _kind(line: dict[str, Any]) -> str:
    return line.get("kind") or str(line["step"]).rpartition(".")[2]


def _sends(before: list[dict[str, Any]], line: dict[str, Any]) -> bool | None:
    """Whether a step sends a form: `submit` does, and Enter in a field the same steps filled (HTML 4.10.21.2)."""
    kind = _kind(line)
    if kind != "press":
        return True if kind == "submit" else None if kind in MAY_SEND else False
    if (key := line.get("key")) not in ENTER:
        # A space presses the button that has the focus. Records of earlier versions do not tell the key.
        return None if key in (None, " ", "Space") else False
    own = [one for one in before if _list(one) == _list(line)]
    if (target := line.get("target")) is not None:
        filled = any(_kind(one) == "fill" and one.get("target") == target for one in own)
    else:
        acts = [one for one in own if _kind(one) not in QUIET]
        filled = bool(acts) and _kind(acts[-1]) == "fill"
    return True if filled else None


def _list(line: dict[str, Any]) -> str:
    """Which steps it is one of: journey, before, login, ..."""
    return str(line["step"]).partition(".")[0]
