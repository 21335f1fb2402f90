"""What a visit's invented person typed and where it went: by field and recipient, before the sending first."""

from collections import Counter
from dataclasses import dataclass

from auditor.identify.model import Leak
from auditor.report.html.findings import EvidenceIndex
from auditor.report.html.links import Link, links
from auditor.report.html.parts import Capped, capped, is_complete, module_name, recipient_name, same
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.identified import encoded
from auditor.report.texts import Text, label

MAX_ROWS = 60
WHEN = ("before_submit", "never_submitted", "after_submit")

MAX_FORMS = 24


@dataclass(frozen=True)
class LeakRow:
    """One field sent to one recipient at one time, in so many visits of those that typed it. `early`: before it."""

    field: Text
    recipient: Text
    domain: str
    first_party: bool
    module: Text | None
    forms: tuple[tuple[Text | None, str], ...]
    names: tuple[str, ...]
    when: str
    sites: tuple[str, ...]
    visits: int
    typed: int
    requests: int
    links: tuple[Link, ...]

    @property
    def early(self) -> bool:
        """Whether it was sent although the form was not, or not yet."""
        return self.when != "after_submit"


@dataclass(frozen=True)
class LeaksView:
    """The section. `typed`: fields typed and in how many complete visits, as far as the journeys' steps tell."""

    typed: tuple[tuple[Text, int], ...]
    visits: int
    others: Capped[LeakRow]
    own: Capped[LeakRow]
    early: int


def leaks_view(result: RunResult, masker: Masker, index: EvidenceIndex) -> LeaksView:
    """Everything of the section; what the site itself received stands apart."""
    complete = {v.visit.visit: v for v in result.audited() if is_complete(v)}
    typed: Counter[str] = Counter()
    by_site: Counter[tuple[str, str]] = Counter()
    typing = 0
    for v in complete.values():
        fields = {step.field for step in v.steps if step.field}
        typing += bool(fields)
        typed.update(fields)
        by_site.update((v.visit.site, f) for f in fields)
    found: dict[tuple[object, ...], list[Leak]] = {}
    for each in result.identified.leaks:
        key = (WHEN.index(each.when) if each.when in WHEN else len(WHEN), each.first_party, each.field)
        found.setdefault((*key, each.vendor or each.recipient), []).append(each)
    order = sorted(found.items(), key=lambda f: (f[0][0], -len({x.visit for x in f[1]}), str(f[0])))

    def rows(first_party: bool) -> Capped[LeakRow]:
        cut = capped([own for _, own in order if own[0].first_party is first_party], MAX_ROWS, "leaks.csv")
        made = tuple(_row(result, masker, index, own, by_site) for own in cut.shown)
        return Capped(made, cut.more, cut.file)

    others = rows(first_party=False)
    return LeaksView(
        typed=tuple((label("field", name), n) for name, n in sorted(typed.items())),
        visits=typing,
        others=others,
        own=rows(first_party=True),
        early=sum(own[0].when != "after_submit" and not own[0].first_party for _, own in order),
    )


def _variant(name: str) -> Text:
    """A plain form's name is one word or several: `other_order lower`."""
    words = [label("variant", word) for word in name.split()]
    return Text(ja="・".join(w.ja for w in words), en=", ".join(w.en for w in words))


def _row(
    result: RunResult, masker: Masker, index: EvidenceIndex, own: list[Leak], by_site: Counter[tuple[str, str]]
) -> LeakRow:
    first = own[0]
    sites = sorted({x.site for x in own})
    forms = sorted({(x.variant, encoded(x.layers)) for x in own})
    evidence = dict.fromkeys(f"{x.visit}/{x.request}" for x in own)
    return LeakRow(
        field=label("field", first.field),
        recipient=same(first.recipient) if first.first_party else recipient_name(result, first.vendor, first.recipient),
        domain=", ".join(sorted({x.host for x in own})[:3]),
        first_party=first.first_party,
        module=module_name(result, first.vendor, next((x.module for x in own if x.module), None)),
        forms=tuple((_variant(variant) if variant else None, form) for variant, form in forms[:MAX_FORMS]),
        names=tuple(sorted({f"{x.carrier} {masker.guard(x.name)}".rstrip() for x in own})[:MAX_FORMS]),
        when=first.when,
        sites=tuple(sites),
        visits=len({x.visit for x in own}),
        typed=sum(by_site[site, first.field] for site in sites),
        requests=len(evidence),
        links=links(index, evidence),
    )
