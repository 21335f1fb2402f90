"""Hand-written YAML to frozen models: strict, and every error names file, line and field.

YAML 1.2 (`on`, `012` and `12:30` stay what they look like): libyaml's parser by PyYAML, twenty times as fast as one in
Python, with the core schema of 1.2 in place of PyYAML's own rules of 1.1. Refused before any model sees the data:
duplicate keys, anchors and aliases (an alias bomb is 200 bytes), explicit tags (they construct objects), files over
1 MiB, nesting over 20, bytes that are not UTF-8.
"""

import difflib
import json
import math
import re
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from yaml import compose
from yaml import parse as parse_events
from yaml.cyaml import CBaseLoader
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.errors import InputError

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
_TAG = "tag:yaml.org,2002:"
PLAIN_TAGS = frozenset(f"{_TAG}{kind}" for kind in ("map", "seq", "str", "int", "float", "bool", "null"))

type Path_ = tuple[str | int, ...]


class _Loader(CBaseLoader):
    """libyaml's parser with the scalars of the core schema (YAML 1.2.2, 10.3.2)."""


for _kind, _pattern, _first in (
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(f"(?:{_pattern})\\Z"), _first)


class Spec(BaseModel):
    """Base of all models read from hand-written files: frozen, strict, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def load[M: BaseModel](path: Path, model: type[M]) -> M:
    """Read one YAML file into `model`. Raises InputError naming file, line and field."""
    return parse(read_text(path), model, file=path)


def read_text(path: Path) -> str:
    """The text of a hand-written file: at most 1 MiB of UTF-8, a byte order mark allowed."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    if len(raw) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES} bytes", file=path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError("is not UTF-8", file=path, line=line, cure="save it as UTF-8") from None


def parse[M: BaseModel](text: str, model: type[M], *, file: Path | str) -> M:
    """Parse YAML text into `model`; `file` is only for the messages."""
    try:
        _refuse(text, file)
        root = compose(text, Loader=_Loader)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context or "not YAML").split())
        line = mark.line + 1 if mark else None
        raise InputError(f"not valid YAML: {problem}", file=file, line=line) from None
    except (YAMLError, RecursionError, ValueError) as error:
        first = str(error).strip().splitlines()[:1]
        raise InputError(f"not valid YAML: {''.join(first)}", file=file) from None
    if root is None:
        raise InputError("is empty", file=file)
    lines: dict[Path_, int] = {}
    data = _plain(root, (), lines, file)
    if not isinstance(data, dict):
        raise InputError("must hold keys and values at its top", file=file, line=1)
    try:
        return model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise _first_problem(error, model, lines, file) from None


def _refuse(text: str, file: Path | str) -> None:
    """What must not even be put together: nesting without end, anchors and aliases."""
    depth = 0
    for event in parse_events(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            raise InputError("anchors and aliases are not allowed", file=file, line=line)
        if depth > MAX_DEPTH + 1:
            raise InputError(f"nested deeper than {MAX_DEPTH}", file=file, line=line)


def _plain(node: Node, path: Path_, lines: dict[Path_, int], file: Path | str) -> Any:
    """The node as plain JSON data, its line noted, everything unsafe refused."""
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    field = dotted(path) or None
    if len(path) > MAX_DEPTH:
        raise InputError(f"nested deeper than {MAX_DEPTH}", file=file, line=line)
    tag = str(node.tag)
    if tag not in PLAIN_TAGS:
        raise InputError(f"the tag {tag} is not allowed", file=file, line=line, field=field)
    if isinstance(node, MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise InputError("a key must be plain text", file=file, line=key_line, field=field)
            key = str(key_node.value)
            if key in result:
                raise InputError("this key is there twice", file=file, line=key_line, field=dotted((*path, key)))
            lines[(*path, key)] = key_line
            result[key] = _plain(value_node, (*path, key), lines, file)
        return result
    if isinstance(node, SequenceNode):
        return [_plain(n, (*path, i), lines, file) for i, n in enumerate(node.value)]
    return _scalar(node, tag.rpartition(":")[2], file, line, field)


def _scalar(node: Node, kind: str, file: Path | str, line: int, field: str | None) -> Any:
    text = str(node.value)
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _int(text)
        case "float":
            if not math.isfinite(value := float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))):
                raise InputError("must be a finite number", file=file, line=line, field=field)
            return value
        case "str":
            return text
    raise InputError(f"the tag {node.tag} is not allowed", file=file, line=line, field=field)


def _int(text: str) -> int:
    """YAML 1.2 integers: 0x and 0o as written, 012 is twelve."""
    return int(text, 0) if text[1:2] in ("x", "o") else int(text)


def dotted(path: Path_) -> str:
    """A path into a file as people write it: `sites.0.url`."""
    return ".".join(str(part) for part in path)


def _first_problem(
    error: ValidationError, model: type[BaseModel], lines: dict[Path_, int], file: Path | str
) -> InputError:
    """The first problem as one line; a union's branch names are no part of the file's path."""
    problems = error.errors(include_url=False, include_context=False)
    # A misspelt key is two problems: the unknown one says more than the missing one.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    path: Path_ = ()
    for part in problem["loc"]:
        named = problem["type"] == "missing" and part == problem["loc"][-1]
        if (*path, part) in lines or named:
            path = (*path, part)
    line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), None)
    message, cure = problem["msg"], None
    if problem["type"] == "extra_forbidden":
        message = "unknown key"
        known = difflib.get_close_matches(str(path[-1]), sorted(_field_names(model, set())), n=1)
        cure = f"did you mean {known[0]}?" if known else None
    elif problem["type"] == "missing":
        message = "is missing"
    return InputError(message.removeprefix("Value error, "), file=file, line=line, field=dotted(path), cure=cure)


def _field_names(model: type[BaseModel], seen: set[type]) -> set[str]:
    """Every key the model or a model inside it may have, as written in the file."""
    if model in seen:
        return set()
    seen.add(model)
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(field.alias or name)
        pending = [field.annotation]
        while pending:
            annotation = getattr(annotation := pending.pop(), "__value__", annotation)
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                names |= _field_names(annotation, seen)
            pending.extend(get_args(annotation))
    return names
