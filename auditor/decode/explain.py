"""What one request says, line by line, for a person: Japanese or English, with the sources."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from auditor.decode.items import Item
from auditor.decode.knowledge import Knowledge
from auditor.decode.reading import Decoded
from auditor.specs import Spec, load
from auditor.vendors import Mark, NameKind, Vendor

type Lang = Literal["ja", "en"]

_FILE = Path(__file__).with_name("explain.yaml")
_SHOWN = 160


class _Words(Spec):
    recipient: str
    unknown_recipient: str
    module: str
    unknown_module: str
    group: str
    told: str
    by_host: str
    by_nothing: str
    by_grammar: str
    by_cname: str
    own_site: str
    items: str
    technical: str
    not_understood: str
    accompanies: str
    ip: str
    problems: str
    source: str
    marks: dict[Mark, str]


class _Texts(Spec):
    ja: _Words
    en: _Words


@cache
def _texts() -> _Texts:
    return load(_FILE, _Texts)


def explain(decoded: Decoded, knowledge: Knowledge, lang: Lang) -> Iterator[str]:
    """The lines of the explanation, without ends of lines. Values are shown as sent: whoever asks has them already."""
    words = _texts().ja if lang == "ja" else _texts().en
    told, vendor = decoded.told, decoded.told.vendor
    if vendor is None:
        yield f"{words.recipient}: {words.unknown_recipient.format(domain=decoded.recipient)}"
    else:
        yield f"{words.recipient}: {_names(vendor, lang)} [{vendor.vendor}]"
        if vendor.group:
            yield f"{words.group}: {vendor.group.name}"
        if told.module is None:
            yield f"{words.module}: {words.unknown_module}"
        else:
            name = told.module.name_ja if lang == "ja" else told.module.name_en
            yield f"{words.module}: {name} [{told.module.id}, {told.module.kind.value}]"
    yield f"{words.told}: {_told(decoded, words)}"
    if not decoded.items:
        yield words.own_site
        return
    yield f"{words.items}:"
    for item in decoded.items:
        if item.parameter not in ("(request)", "(body)"):
            yield from _item(item, knowledge, words, lang)
    yield f"{words.accompanies}: {words.ip}"
    if decoded.problems:
        yield f"{words.problems}: {', '.join(decoded.problems)}"


def _names(vendor: Vendor, lang: Lang) -> str:
    """The legal names, that of the language first."""
    legal = [n.name for n in vendor.names if n.kind is NameKind.legal] or [vendor.legal_name]
    return " / ".join(sorted(legal, key=lambda name: name.isascii() is (lang == "ja")))


def _told(decoded: Decoded, words: _Words) -> str:
    how, _, what = decoded.told.told_by.partition(": ")
    match how:
        case "grammar":
            return words.by_grammar.format(signs=what)
        case "cname":
            return words.by_cname.format(name=what)
    vendor = decoded.told.vendor
    if vendor is None:
        return words.by_nothing
    host = decoded.host
    domains = [d.domain for d in vendor.domains]
    own = [d for d in domains if host == d or host.endswith(f".{d}")]
    return words.by_host.format(host=host, domain=max(own, key=len, default=decoded.recipient))


def _item(item: Item, knowledge: Knowledge, words: _Words, lang: Lang) -> Iterator[str]:
    value = item.value if len(item.value) <= _SHOWN else f"{item.value[:_SHOWN]}…"
    if item.data_type is not None:
        kind = knowledge.taxonomy.get(item.data_type)
        meaning = kind.name_ja if lang == "ja" else kind.name_en
    else:
        meaning = words.technical if item.mark else words.not_understood
    if item.meaning:
        meaning = f"{meaning}: {item.meaning}"
    yield f"  {item.parameter} = {value}  ({item.carrier.value})"
    yield f"      {meaning}"
    if item.source:
        strength = f"{words.marks[item.mark]}; " if item.mark else ""
        yield f"      {strength}{words.source}: {item.source}"
