"""What of a run fills an item: one pure function a measure, from the view of the run to lines of figures."""

from collections.abc import Callable, Mapping

from auditor.report.hearing.measures.accounts import account_bound
from auditor.report.hearing.measures.carriers import external_services
from auditor.report.hearing.measures.declared import notice, own_disclosure, tag_owners
from auditor.report.hearing.measures.identifiers import across_sites, match_keys
from auditor.report.hearing.measures.opt_out import opt_out
from auditor.report.hearing.measures.own_services import consent, own_services
from auditor.report.hearing.measures.received import by_place, identifying, kept, received
from auditor.report.hearing.measures.techniques import techniques
from auditor.report.hearing.sheet import Column, Line
from auditor.report.hearing.view import View

type Measure = Callable[[View, tuple[Column, ...]], tuple[Line, ...]]

MEASURES: Mapping[str, Measure] = {
    "account_bound": account_bound,
    "across_sites": across_sites,
    "by_place": by_place,
    "consent": consent,
    "external_services": external_services,
    "identifying": identifying,
    "kept": kept,
    "match_keys": match_keys,
    "notice": notice,
    "opt_out": opt_out,
    "own_disclosure": own_disclosure,
    "own_services": own_services,
    "received": received,
    "tag_owners": tag_owners,
    "techniques": techniques,
}
