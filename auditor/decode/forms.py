"""The form of a value, not the value: `digits 10`, `uuid`, `hex 64`. For lists that may be shown to anybody."""

import re

_FORMS = (
    ("uuid", re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")),
    ("time in s", re.compile(r"1[5-9]\d{8}|2[0-2]\d{8}")),
    ("time in ms", re.compile(r"1[5-9]\d{11}|2[0-2]\d{11}")),
    ("number", re.compile(r"-?\d{1,18}")),
    ("decimal", re.compile(r"-?\d{1,12}\.\d{1,18}")),
    ("version", re.compile(r"v?\d{1,5}(?:\.\d{1,6}){2,4}")),
    ("address", re.compile(r"(?i)(?:https?:)?//\S+")),
    ("hex", re.compile(r"(?i)(?=[^a-z]*[a-f])(?=[^0-9]*[0-9])[0-9a-f]{8,}")),
    ("size", re.compile(r"\d{2,5}[x*]\d{2,5}")),
    ("language", re.compile(r"[a-z]{2}[-_][A-Za-z]{2}")),
    ("path", re.compile(r"/[\w./%-]*")),
    ("mail address", re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]+")),
    ("query", re.compile(r"[\w.\[\]-]+=[^&]*(?:&[\w.\[\]-]+=[^&]*)+")),
    ("word", re.compile(r"[A-Za-z][A-Za-z_-]{0,30}")),
    ("token", re.compile(r"[\w.~+/=:|!-]+")),
)
_NUMBERED = re.compile(r"\d+")


def form_of(value: str) -> str:
    """What a value looks like, with its length where that tells something."""
    if not value:
        return "empty"
    if value in ("0", "1", "true", "false"):
        return "flag"
    if value[:1] in "{[":
        return "json"
    text = value[:2048]
    for name, pattern in _FORMS:
        if pattern.fullmatch(text):
            return f"{name} {len(value)}" if name in ("number", "hex", "token") else name
    return "text" if text.isprintable() else "binary"


def family_of(name: str) -> str:
    """A parameter's name with its numbers left out: `pr1id` and `pr2id` are one, `events.0.name` is `events.N.name`."""
    return _NUMBERED.sub("N", name)
