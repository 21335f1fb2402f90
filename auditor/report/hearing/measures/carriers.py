"""The carriers' 1-1: the external services seen on a carrier's own sites, as a lead and no more."""

from auditor.report.hearing.measures.counting import in_visits, line, missing
from auditor.report.hearing.measures.own_services import recipients_named, third_parties
from auditor.report.hearing.sheet import Cell, Column, Line, figure
from auditor.report.hearing.view import View, refs
from auditor.report.hearing.words import words


def external_services(view: View, columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """Who else receives requests from the carrier's own sites."""
    return (line(words("carrier.services"), columns, lambda c: _services(view, c)),)


def _services(view: View, column: Column) -> Cell:
    planned = [v for v in view.planned if view.is_own(v, column.vendor)]
    if not planned:
        return missing("missing.carrier")
    within = view.at(column.vendor, own=True)
    if not within:
        return missing("missing.visits")
    found = third_parties(view, within, column.vendor)
    if not found:
        return in_visits(view, (), within)
    every = {ref for requests in found.values() for ref in requests}
    shown = words("count.recipients", n=len(found), requests=len(every))
    return figure(shown, refs(every), recipients_named(view, found))
