"""A disclosure as a YAML file that a person corrects and `load_disclosure` reads again."""

import json
import re
from typing import Any

from auditor.disclosures.model import DeclaredRow, Disclosure
from auditor.specs import MAX_BYTES

HEAD = """\
# What was understood of a disclosure. Correct what was misread (`recipient` and the texts are as on the page;
# `entity` is a vendor's id or null, `content` are codes of the taxonomy) and say who did it and when:
# corrections:
# - by: a name
#   at: 2026-01-31T09:00:00+09:00
#   note: what was changed
# What a row leaves out is understood from its texts; what it states is taken as it is.
"""
_ALWAYS = ("recipient", "entity", "service", "content", "content_text", "not_sent", "vague")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFUSED = r"\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"  # by YAML, or a line's end to it
_BLOCK = re.compile(rf"[^\s\x00-\x1f{_REFUSED}\-][^\x00-\x08\x0a-\x1f{_REFUSED}]*")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off"))
MAX_LEFT = 200


def disclosure_yaml(disclosure: Disclosure) -> str:
    """The file's text. Of a very large disclosure the page's text and most unread texts are left out."""
    text = _written(disclosure)
    if len(text.encode()) > MAX_BYTES:
        text = _written(
            disclosure.model_copy(update={"text": "", "not_understood": disclosure.not_understood[:MAX_LEFT]})
        )
    return text


def _written(disclosure: Disclosure) -> str:
    data = disclosure.model_dump(mode="json", exclude_defaults=True, exclude={"rows", "not_understood", "text"})
    data = {"address": disclosure.address, "found": disclosure.found, **data}
    data["rows"] = [_row(row) for row in disclosure.rows]
    data["not_understood"] = list(disclosure.not_understood)
    if disclosure.text:
        data["text"] = disclosure.text
    return HEAD + "\n".join(_lines(data, 0)) + "\n"


def _row(row: DeclaredRow) -> dict[str, Any]:
    said = row.model_dump(mode="json", exclude_defaults=True)
    always = row.model_dump(mode="json", include=set(_ALWAYS))
    return {name: always.get(name, said.get(name)) for name in type(row).model_fields if name in said or name in always}


def _lines(data: dict[str, Any], indent: int) -> list[str]:
    lines = []
    pad = " " * indent
    for key, value in data.items():
        if isinstance(value, dict) and value:
            lines += [f"{pad}{key}:", *_lines(value, indent + 2)]
        elif isinstance(value, list) and value and not _is_flow(value):
            lines.append(f"{pad}{key}:")
            for item in value:
                lines += _item(item, indent)
        else:
            lines.append(f"{pad}{key}: {_value(value, indent)}")
    return lines


def _item(item: Any, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(item, dict) and item:
        first, *rest = _lines(item, indent + 2)
        return [f"{pad}- {first.strip()}", *rest]
    return [f"{pad}- {_value(item, indent)}"]


def _is_flow(items: list[Any]) -> bool:
    return all(isinstance(i, str) and _is_plain(i) for i in items)


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS


def _value(value: Any, indent: int) -> str:
    if isinstance(value, list):
        return f"[{', '.join(value)}]" if value and _is_flow(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        if _is_plain(value):
            return value
        if "\n" in value and all(_BLOCK.fullmatch(line) and line == line.rstrip() for line in value.split("\n")):
            pad = " " * (indent + 2)
            return "|-\n" + "\n".join(pad + line for line in value.split("\n"))
    return _quoted(value)


def _quoted(value: Any) -> str:
    """JSON is YAML, but for characters that YAML takes for line ends or refuses."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(f"[{_REFUSED}]", lambda m: f"\\u{ord(m.group()):04x}", text)
