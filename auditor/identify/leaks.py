"""Leaks: what a visit's seeded person typed, found in what the page sent, however it was encoded.

Only what was typed in the visit is looked for, in every request of the page; `when` says less against the site where
several moments could be meant:

before_submit    sent after the field was typed, before any act that could have sent its form
after_submit     sent at or after an act that sent the form or, where the journey does not say, may have
never_submitted  sent before any such act, in a visit of which no act is known that sent the form

The act is the step that says so (`submit`, or Enter in a field that was filled) or a navigation that the browser
ascribes to a form, whichever is first; of the latter the moment is the step that brought it about, for scripts send
from the form's own listeners before it. A journey without such a step: its first click, Enter or function after the
field was typed, which may have sent the form by a script.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from auditor.decode import Transmission
from auditor.domains import host_of, registrable_domain, site_of
from auditor.evidence import Body, Coverage, Exchange, Source, StepDone, VisitEvidence
from auditor.identify.model import Leak
from auditor.scenario import SHARED, Person, PersonField
from auditor.search import Found, Searcher, Side
from auditor.search.variants import forms_of

SENSOR = "leaks"

_F = PersonField
WHOLES: Mapping[PersonField, tuple[PersonField, ...]] = {
    _F.name: (_F.family_name, _F.given_name),
    _F.name_kana: (_F.family_kana, _F.given_kana),
    _F.name_romaji: (_F.family_romaji, _F.given_romaji),
    _F.address: (_F.prefecture, _F.city, _F.street),
    _F.birthday: (_F.birth_year, _F.birth_month, _F.birth_day),
}
"""Fields that forms ask for in parts: when all parts were typed, the whole is looked for, too."""


class Typed(NamedTuple):
    """A field that was typed, and when its form was sent."""

    field: PersonField
    at: datetime
    sent_at: datetime | None
    """From when on it was sent, or may have been; None: there is no such moment."""
    sent: bool
    """Whether an act is known that sent it."""

    def when(self, at: datetime) -> str:
        """What a request begun at this moment is to the form."""
        if self.sent_at is not None and at >= self.sent_at:
            return "after_submit"
        return "before_submit" if self.sent else "never_submitted"


class Searched(NamedTuple):
    """The leaks of a visit, and what was not, or could not be, searched."""

    leaks: tuple[Leak, ...] = ()
    coverage: tuple[Coverage, ...] = ()


def find_leaks(
    evidence: VisitEvidence,
    person: Person,
    transmissions: Iterable[Transmission] = (),
    own_domains: Iterable[str] = (),
) -> Searched:
    """All leaks of a visit: one, its first request, for each field, recipient, carrier, name, layers and `when`.

    `person` is the visit's (`person_of_visit`); `transmissions` tell the vendor and module of a request;
    `own_domains` are the site's besides its page's: what they receive is first-party, and told all the same.
    """
    typed = typed_fields(evidence)
    forms = {one.field: forms_of(one.field.value, person.value(one.field)) for one in typed if one.field not in SHARED}
    looked_for = [one for one in typed if forms.get(one.field)]
    weak = sorted(one.field.value for one in typed if one not in looked_for)
    coverage = [Coverage(sensor=SENSOR, skipped=len(weak), reason=f"{WEAK}: {', '.join(weak)}")] if weak else []
    if not looked_for:
        return Searched((), tuple(coverage))
    searcher = Searcher([forms[one.field] for one in looked_for])
    own = {site_of(evidence.visit.page), *map(registrable_domain, own_domains)}
    told = _told(evidence.visit.visit, transmissions)
    leaks: dict[tuple[object, ...], Leak] = {}
    early: list[str] = []
    cut: list[str] = []
    for exchange in evidence.exchanges:
        if not exchange.of_page or exchange.source is Source.browser_only:
            continue
        if exchange.request_body.cut or any(m.from_client and m.body.cut for m in exchange.messages):
            cut.append(exchange.request)
        host = host_of(exchange.url)
        recipient = registrable_domain(host)
        vendor, module = told.get(exchange.request, (None, None))
        for at, field, found in _found(exchange, searcher, looked_for):
            if at < field.at:
                early.append(exchange.request)
                continue
            leak = Leak(
                visit=evidence.visit.visit,
                site=evidence.visit.site,
                request=exchange.request,
                at=at,
                field=field.field.value,
                variant=found.variant,
                layers=found.layers,
                recipient=recipient,
                host=host,
                vendor=vendor,
                module=module,
                first_party=recipient in own,
                carrier=found.place.carrier,
                name=found.place.name,
                when=field.when(at),
            )
            key = (leak.field, recipient, leak.carrier, leak.name, leak.layers, leak.when)
            if key not in leaks or at < leaks[key].at:
                leaks[key] = leak
    coverage += _requests(early, "held what was typed only later: not told as a leak")
    coverage += _requests(cut, "only the beginning of what they sent was kept, and searched for what was typed")
    if searcher.cut_off:
        reason = "more was encoded in it than is decoded at most: deeper was not searched for what was typed"
        coverage.append(Coverage(sensor=SENSOR, skipped=searcher.cut_off, reason=reason))
    return Searched(tuple(sorted(leaks.values(), key=lambda leak: (leak.at, leak.request))), tuple(coverage))


WEAK = "typed, and not searched for because it is short or many people's"


def typed_fields(evidence: VisitEvidence) -> list[Typed]:
    """The fields of the person that were typed, by when first; a whole whose parts were is as late as the last."""
    first: dict[PersonField, int] = {}
    for number, step in enumerate(evidence.steps):
        if step.field:
            first.setdefault(PersonField(step.field), number)
    for whole, parts in WHOLES.items():
        if all(part in first for part in parts):
            first.setdefault(whole, max(first[part] for part in parts))
    forms = sorted(e.started_at for e in evidence.exchanges if _is_form(e))
    return [
        Typed(field, evidence.steps[number].at, *_sending(evidence.steps, number, forms))
        for field, number in sorted(first.items(), key=lambda one: (one[1], one[0].value))
    ]


def _sending(steps: Sequence[StepDone], number: int, forms: list[datetime]) -> tuple[datetime | None, bool]:
    """From when on what step `number` typed counts as sent, and whether it is known to have been.

    `forms`: when the page went elsewhere because of a form.
    """
    own = steps[number].name.partition(".")[0]
    later = [step for step in steps[number + 1 :] if step.name.partition(".")[0] == own and step.sends is not False]
    said = next((step.at for step in later if step.sends), None)
    moments = [said if said is not None else later[0].at] if later else []
    if (went := next((at for at in forms if at >= steps[number].at), None)) is not None:
        moments.append(max((step.at for step in later if step.at <= went), default=went))
    return min(moments, default=None), said is not None or went is not None


def _is_form(exchange: Exchange) -> bool:
    """Whether a form took the page itself elsewhere; in frames, tags send forms of their own."""
    cause = exchange.cause
    form = cause is not None and cause.main_frame and cause.initiator_type == "form"
    return form and exchange.of_page


def _found(
    exchange: Exchange, searcher: Searcher, looked_for: Sequence[Typed]
) -> Iterator[tuple[datetime, Typed, Found]]:
    """What was sent, each with its time; at one place what is a part of something else found is not told again."""
    for at, sent in _sent(exchange):
        hits = [found for found in searcher.exchange(sent) if found.place.side is Side.request]
        there = {(looked_for[found.key].field, found.place, found.layers) for found in hits}
        for found in hits:
            one = looked_for[found.key]
            wholes = (whole for whole, parts in WHOLES.items() if one.field in parts)
            if any((whole, found.place, found.layers) in there for whole in wholes):
                continue
            if not any(_is_part(found, other, searcher.values[found.key]) for other in hits):
                yield at, one, found


def _is_part(found: Found, other: Found, forms: Mapping[str, str]) -> bool:
    """Whether a form was found only because a longer one holds it: +81 90 … holds 81 90 …"""
    if (found.key, found.place) != (other.key, other.place) or _plain(found.layers) != _plain(other.layers):
        return False
    texts = {label: text for text, label in forms.items()}
    return found.variant != other.variant and texts[found.variant] in texts[other.variant]


def _plain(layers: tuple[str, ...]) -> tuple[str, ...]:
    """Escapes come and go with the characters of a form."""
    return tuple(layer for layer in layers if layer != "url")


def _sent(exchange: Exchange) -> Iterator[tuple[datetime, Exchange]]:
    """The request alone, and each WebSocket message of the page's alone, with the time of its own."""
    nothing = {"response_headers": (), "response_body": Body(), "response_trailers": (), "interim": (), "messages": ()}
    yield exchange.started_at, exchange.model_copy(update=nothing)
    for message in exchange.messages:
        if message.from_client:
            alone = {"url": "", "request_headers": (), "request_body": Body(), "messages": (message,)}
            yield message.at, exchange.model_copy(update=nothing | alone)


def _told(visit: str, transmissions: Iterable[Transmission]) -> dict[str, tuple[str | None, str | None]]:
    """Vendor and module of each request of the visit, where something tells them."""
    told: dict[str, tuple[str | None, str | None]] = {}
    for sent in transmissions:
        if sent.visit == visit:
            vendor, module = told.get(sent.request, (None, None))
            told[sent.request] = (vendor or sent.vendor, module or sent.module)
    return told


def _requests(requests: list[str], reason: str) -> list[Coverage]:
    named = tuple(dict.fromkeys(requests))
    return [Coverage(sensor=SENSOR, skipped=len(named), reason=reason, requests=named)] if named else []
