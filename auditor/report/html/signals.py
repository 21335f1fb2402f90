"""What scripts read of the device and which newer interfaces were used: by who did it, over all audited visits."""

from collections import defaultdict
from dataclasses import dataclass, field

from auditor.decode import Knowledge
from auditor.report.html.parts import Capped, capped, recipient_name
from auditor.report.inputs import RunResult
from auditor.report.texts import Text

MAX_ROWS = 100


@dataclass
class SignalRow:
    """One recipient's or script host's use of one group of functions or headers."""

    who: Text
    domains: set[str]
    kind: str
    group: str
    names: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    at_least: bool = False
    sites: set[str] = field(default_factory=set)
    visits: set[str] = field(default_factory=set)


def signal_rows(result: RunResult) -> Capped[SignalRow]:
    """The rows, surfaces before interfaces before headers; what no script could be named for stands last."""
    knowledge = Knowledge(result.vendors, result.taxonomy)
    found: dict[tuple[str, str, str], SignalRow] = {}
    for evidence in result.audited():
        for s in evidence.signals:
            vendor = knowledge.vendor_of(s.host) if s.host else None
            who = (vendor.vendor if vendor else s.host) or ""
            name = recipient_name(result, vendor.vendor if vendor else None, s.host or "")
            row = found.setdefault((s.kind, who, s.group), SignalRow(name, set(), s.kind.value, s.group))
            row.domains |= {s.host} if vendor and s.host else set()
            row.names[s.name] += s.count
            row.at_least = row.at_least or s.at_least
            row.sites.add(evidence.visit.site)
            row.visits.add(evidence.visit.visit)
    order = {"surface": 0, "api": 1, "header": 2}
    ranked = sorted(found.items(), key=lambda f: (order[f[0][0]], not f[0][1], -len(f[1].visits), f[0]))
    return capped((row for _, row in ranked), MAX_ROWS, "signals.csv")
