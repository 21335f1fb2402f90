"""The same site before and after an opt-out: what still goes is told, and that one visit establishes nothing."""

from pathlib import Path

import pytest

from auditor.demo.web import VENDORS, demo_web
from auditor.evidence import Outcome, VisitKind
from auditor.pipeline import audit
from auditor.pipeline.derive import derive
from auditor.report import RunResult

from .small import scenario

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

SITES = """
- id: blog
  operator: 合同会社やまびこ舎
  url: https://www.yamabiko-blog.test/
- id: blog-out
  operator: 合同会社やまびこ舎
  url: https://www.yamabiko-blog.test/
  compare_with: blog
  before:
    - goto: https://www.sagasu.test/optout
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder: Path = tmp_path_factory.mktemp("out")
    with demo_web(folder / "web") as web:
        path = scenario(web, folder, SITES, f"vendors: [{VENDORS}]\n")
        return derive(audit(path, folder / "run", 2, lambda _total: lambda _visit: None, lambda _scenario: None))


def test_every_visit_is_complete(result: RunResult) -> None:
    audits = [v.visit for v in result.visits if v.visit.kind is VisitKind.audit]
    assert {v.site: v.outcome for v in audits} == {"blog": Outcome.complete, "blog-out": Outcome.complete}


def test_what_still_goes_is_told_by_item(result: RunResult) -> None:
    changes = [c for c in result.changes if c.kind == "opt_out"]
    assert changes != []
    assert {(c.site, c.before_visit, c.after_visit) for c in changes} == {
        ("blog", "blog.no_account.allowed.ignore.1", "blog-out.no_account.allowed.ignore.1")
    }

    assert {(c.vendor, c.item, c.change, c.word, c.established) for c in changes} == {
        (vendor, item, "kept", "once/once", False)
        for vendor, item in (
            (None, "cookie nz"),
            ("eizo", "cookie eizo_vid"),
            ("renraku", "cookie RB"),
            ("sagasu", "query cid"),
            ("sagasu", "query sid"),
            ("tomodachi", "body lsid"),
            ("tomodachi", "cookie tmr"),
        )
    }
