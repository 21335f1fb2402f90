"""JP-23 delegated links, JP-27 onward sending."""

import pytest

from auditor.disclosures import LinkedPage
from auditor.evidence import Exchange
from tests.check.chain import GOOD, HIT, STATED, cases_of, judge, line, read, request, result_of, table, went

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


READ = {"status": 200, "japanese": 0.9, "evidence": "shop.disclosure/r00002"}


@pytest.mark.parametrize(
    ("url", "told", "cases", "result"),
    [
        (POLICY, READ, [], "pass"),
        (POLICY, {**READ, "japanese": 0.0}, [("foreign", "warn")], "warn"),
        (POLICY, {**READ, "status": 404}, [("dead", "warn")], "warn"),
        (POLICY, {"evidence": READ["evidence"], "error": "net::ERR_NAME_NOT_RESOLVED"}, [("dead", "warn")], "warn"),
        # Refused to us, too slow, or never opened: nothing is known of it.
        (POLICY, {**READ, "status": 403}, [], "not_measured"),
        (POLICY, {"evidence": READ["evidence"], "problem": "took too long"}, [], "not_measured"),
        (POLICY, None, [], "not_measured"),
        ("https://partner.test/privacy", READ, [("other_company", "warn")], "warn"),
    ],
)
def test_delegated_links(url: str, told: dict[str, object] | None, cases: list[tuple[str, str]], result: str) -> None:
    page = read(GOOD)
    rows = tuple(row.model_copy(update={"policy_url": url}) for row in page.rows)
    linked = (LinkedPage.model_validate({"url": url, "address": url, **told}),) if told is not None else ()
    judged = judge(page.model_copy(update={"rows": rows, "linked": linked}), went(request()))
    assert (cases_of(judged, "JP-23"), result_of(judged, "JP-23")) == (cases, result)
    dead = [f.evidence for f in judged.findings if (f.rule, f.case) == ("JP-23", "dead")]
    assert dead == [("shop.disclosure/r00002",)] * len(dead)


def test_rows_without_links() -> None:
    assert result_of(judge(table(line(content=STATED)), went(request())), "JP-23") == "n/a"
