"""The functions that are watched (probes.yaml), the condition that tells of a call, and how to read what it tells."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from auditor.specs import Spec, load

MAX_TEXT = 1 << 18
"""Characters of an argument that are told; a longer one is told as not known."""
MAX_FRAMES = 16


class Probe(Spec):
    """One function whose calls are told."""

    id: str
    how: Literal["get", "set", "call", "new", "function"]
    interface: str
    member: str = ""
    kind: Literal["write", "surface", "api", "send"]
    group: str
    argument: Literal["", "first", "pair", "cookie"] = ""
    limit: int = Field(100, ge=1, description="calls told for each process")
    about: str
    mark: Literal["V", "S", "C"]
    source: str

    @property
    def expression(self) -> str:
        """The function, in a realm no script of the page has run in."""
        match self.how:
            case "get" | "set":
                return (
                    f"Object.getOwnPropertyDescriptor({self.interface}.prototype,{json.dumps(self.member)}).{self.how}"
                )
            case "call":
                return f"{self.interface}.prototype.{self.member}"
            case "new" | "function":
                return self.interface


class _Probes(Spec):
    probes: tuple[Probe, ...]


@cache
def probes() -> tuple[Probe, ...]:
    """All probes, in the order of the file."""
    return load(Path(__file__).with_name("probes.yaml"), _Probes).probes


_TEXT = f"typeof %s=='string'&&%s.length<={MAX_TEXT}||typeof %s=='number'||typeof %s=='boolean'"


def condition(probe: Probe, head: str) -> str:
    """The breakpoint's condition: throws an error whose message is `head`, then the arguments as the probe wants them.

    Only syntax is used, no global: the page may have replaced any. Objects are never turned to text, that would
    call the page's code. The class' fields are defined on the error itself, past any setter.
    """
    a, b = (_TEXT % ((name,) * 4) for name in ("a", "b"))
    match probe.argument:
        case "first":
            message, more = f"${{{a}?'='+a:''}}", ""
        case "pair" | "cookie":
            message = f"${{({a})&&({b})?`=${{`${{a}}`.length}},${{a}}${{b}}`:''}}"
            more = ";told=typeof a=='object'?a:0" if probe.argument == "cookie" else ""
        case _:
            message, more = "", ""
    return (
        "const a=arguments[0],b=arguments[1];try{null.x}catch(e){new(class extends function(){return e}"
        f"{{stack='';name='';message=`{head}{message}`{more}}});throw e}}"
    )


def arguments_of(probe: Probe, text: str) -> dict[str, Any]:
    """The arguments out of an error's message: `=text`, or `=length,` and two texts; nothing when not known."""
    if not text.startswith("="):
        return {}
    if probe.argument == "first":
        return {"argument": text[1:]}
    length, _, both = text[1:].partition(",")
    # Lengths of a script's strings are in UTF-16 units.
    units, cut = both.encode("utf-16-le", "surrogatepass"), 2 * int(length)
    first = units[:cut].decode("utf-16-le", "surrogatepass")
    second = units[cut:].decode("utf-16-le", "surrogatepass")
    if probe.argument == "cookie":
        return {"cookie": {"name": first, "value": second}}
    # The value itself is in the browser's own event of the change.
    return {"argument": first, "value_sha256": hashlib.sha256(second.encode("utf-8", "surrogatepass")).hexdigest()}


def trimmed_stack(stack: dict[str, Any]) -> dict[str, Any]:
    """A stack less the condition's own call and what no reader needs, at most MAX_FRAMES calls long."""
    own = stack.get("callFrames") or ()
    skip = 1 if own and own[0].get("functionName") == "eval" and not own[0].get("url") else 0
    trimmed: dict[str, Any] = {}
    calls, left = own[skip:], MAX_FRAMES
    keep = ("functionName", "url", "lineNumber", "columnNumber")
    place = trimmed
    while True:
        place["callFrames"] = [{key: call.get(key) for key in keep} for call in calls[:left]]
        left -= len(place["callFrames"])
        if left <= 0 or not (stack := stack.get("parent") or {}):
            return trimmed
        calls = stack.get("callFrames") or ()
        place["parent"] = {}
        place = place["parent"]
