"""JP-23 delegated links, JP-27 onward sending."""

import pytest

from auditor.disclosures import PageView
from auditor.evidence import Exchange, VisitKind
from tests.check.chain import ADDRESS, GOOD, HIT, STATED, cases_of, judge, line, read, request, result_of, table, went

MATCH = request("https://s.partner.test/hit?id=0123456789abcdef", 3, after=2)
PARTNERED = table(line(theirs="送信先の広告のため。提携する事業者とも照合します。"))
POLICY = "https://adcom.test/privacy"


@pytest.mark.parametrize(
    ("page", "exchanges", "cases", "result"),
    [
        (GOOD, (request(), MATCH), [("undisclosed", "warn")], "warn"),
        (PARTNERED, (request(), MATCH), [], "pass"),
        (table(line(), line("連携広告株式会社", service="レンケイ")), (request(), MATCH), [], "pass"),
        (GOOD, (request(),), [], "n/a"),
        (GOOD, (request(f"{HIT}&config.isExternalTransmission=true"),), [("flag", "review")], "review"),
    ],
)
def test_passed_on(page: str, exchanges: tuple[Exchange, ...], cases: list[tuple[str, str]], result: str) -> None:
    judged = judge(page, went(*exchanges))
    assert (cases_of(judged, "JP-27"), result_of(judged, "JP-27")) == (cases, result)


def test_a_request_of_the_page_itself_is_not_passed_on() -> None:
    direct = MATCH.model_copy(update={"cause": request().cause})
    assert result_of(judge(GOOD, went(request(), direct)), "JP-27") == "n/a"


@pytest.mark.parametrize(
    ("url", "status", "japanese", "cases", "result"),
    [
        (POLICY, 200, 0.9, [], "pass"),
        (POLICY, 200, 0.0, [("foreign", "warn")], "warn"),
        (POLICY, 404, None, [("dead", "warn")], "warn"),
        ("https://partner.test/privacy", 200, 0.9, [("other_company", "warn")], "warn"),
        (POLICY, None, None, [], "not_measured"),
    ],
)
def test_delegated_links(
    url: str, status: int | None, japanese: float | None, cases: list[tuple[str, str]], result: str
) -> None:
    page = read(GOOD)
    rows = tuple(row.model_copy(update={"policy_url": url}) for row in page.rows)
    views = (PageView(address=url, japanese=japanese),) if japanese is not None else ()
    page = page.model_copy(update={"rows": rows, "views": views})
    visits = [went(request())]
    if status is not None:
        opened = (request(ADDRESS, 1), request(url, 2, status=status))
        visits.append(went(*opened, name="shop.disclosure", kind=VisitKind.disclosure))
    judged = judge(page, *visits)
    assert (cases_of(judged, "JP-23"), result_of(judged, "JP-23")) == (cases, result)


def test_rows_without_links() -> None:
    assert result_of(judge(table(line(content=STATED)), went(request())), "JP-23") == "n/a"
