"""JP-20 the operator's own equipment, JP-21 necessary information."""

import pytest

from auditor.evidence import Exchange
from auditor.hosts import Host
from tests.check.chain import GOOD, alias, cases_of, judge, line, request, result_of, table, went

OTHERS = table(line("連携広告株式会社", service="レンケイ"))
CNAMED = request("https://metrics.shop.test/hit?id=abcdef0123456789")
BEHIND = (alias("metrics.shop.test", "shop.edge.adcom.test"),)
GUESSED = (alias("metrics.shop.test", "shop.edge.rumour.test"),)
PROXIED = request("https://www.shop.test/x?adcomv=1&id=abcdef0123456789")
OWN = request("https://www.shop.test/count?visitor=abcdef0123456789")


@pytest.mark.parametrize(
    ("page", "exchange", "hosts", "cases", "result"),
    [
        (OTHERS, CNAMED, BEHIND, [("cname", "fail")], "fail"),
        (OTHERS, CNAMED, GUESSED, [("cname_weak", "warn")], "warn"),
        (GOOD, CNAMED, BEHIND, [], "pass"),
        (OTHERS, PROXIED, (), [("proxied", "review")], "review"),
        (GOOD, PROXIED, (), [], "pass"),
    ],
)
def test_own_equipment(
    page: str, exchange: Exchange, hosts: tuple[Host, ...], cases: list[tuple[str, str]], result: str
) -> None:
    judged = judge(page, went(exchange, hosts=hosts))
    assert (cases_of(judged, "JP-20"), result_of(judged, "JP-20")) == (cases, result)


def test_without_any_sending_to_own_hosts_nothing_is_exempt() -> None:
    assert result_of(judge(GOOD, went(request())), "JP-20") == "n/a"


def test_necessary_information_is_never_exempt_by_itself() -> None:
    guard = request("https://t.guard.test/hit?id=abcdef0123456789", 3)
    assert result_of(judge(GOOD, went(request())), "JP-21") == "n/a"
    judged = judge(GOOD, went(request(), guard))
    assert result_of(judged, "JP-21") == "review"
    assert cases_of(judged, "JP-21") == []
