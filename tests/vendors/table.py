"""The README's table of what the vendor files know, by mark: `python -m tests.vendors.table` prints it."""

from collections import Counter
from collections.abc import Iterable

from auditor.vendors import VENDORS_DIR, Fact, Mark, Vendor, load_taxonomy, load_vendors

MARKS = (Mark.vendor, Mark.replayed, Mark.capture, Mark.secondary, Mark.memory)
GROUPS = {
    "LINEヤフー": ("lycorp",),
    "Google": ("google",),
    "Meta": ("meta",),
    "docomo, KDDI, SoftBank, Rakuten, NTT East and West": (
        "docomo",
        "kddi",
        "softbank",
        "rakuten",
        "rakuten_advertising",
        "ntteast",
        "nttwest",
    ),
}


def table() -> list[str]:
    """Its lines, in Markdown."""
    vendors = {v.vendor: v for v in load_vendors([VENDORS_DIR], load_taxonomy())}
    named = {name for group in GROUPS.values() for name in group}
    groups = {title: [vendors[name] for name in names] for title, names in GROUPS.items()}
    others = [v for name, v in vendors.items() if name not in named]
    groups[f"{len(others)} others"] = others
    groups[f"all {len(vendors)}"] = list(vendors.values())
    head = ["recipients", "modules", "endpoints and scripts", "parameters", "cookies and stored items"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for title, members in groups.items():
        cells = [
            str(sum(len(v.modules) for v in members)),
            by_mark(_places(members)),
            by_mark(_parameters(members)),
            by_mark(c for v in members for c in v.cookies),
        ]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def by_mark(facts: Iterable[Fact]) -> str:
    """`234: 100 V, 34 C, 100 M`."""
    counts = Counter(fact.mark for fact in facts)
    parts = [f"{counts[mark]} {mark.value}" for mark in MARKS if counts[mark]]
    return f"{counts.total():,}: {', '.join(parts)}" if parts else "0"


def _places(vendors: Iterable[Vendor]) -> Iterable[Fact]:
    for vendor in vendors:
        for module in vendor.modules:
            yield from module.endpoints
            yield from module.scripts


def _parameters(vendors: Iterable[Vendor]) -> Iterable[Fact]:
    for vendor in vendors:
        for parameters in vendor.parameter_sets.values():
            yield from parameters
        for module in vendor.modules:
            for endpoint in module.endpoints:
                yield from endpoint.parameters


if __name__ == "__main__":
    print("\n".join(table()))
