"""Each of the 29 checks through the real chain: browser, proxy, pages read, rules; what passes, fails and is asked.

The tables were gone through by hand, cell by cell, beside what the sites' pages lack (checks/sites.py). Five checks a
column, JP-00 to JP-28:
P pass, F fail, W warn, R review, i info, - not applicable, . not measured.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from auditor.check.site import CHECKS
from auditor.evidence import Outcome
from auditor.report import RunResult

from .checks.run import judged
from .checks.sites import CHOOSING, MEMBERS, PLAIN, Shop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LETTERS = {"pass": "P", "fail": "F", "warn": "W", "review": "R", "info": "i", "n/a": "-", "not_measured": "."}
PLAIN_RESULTS = """
good       PPPPP PPPPP PPPPP P-.PR P-PP- .PPP
bare       RF--- ----- ----- .-.-- ----- .---
policy     RR... ..... ..... .-..- .-..- ....
far        RPWPP PWPPW PPPWW P-.RR --iP- .--P
lost       RPRPP PPPPP PPPPP .-.RR --PP- .--P
lacks      RPPFP FPFFP FPPPP P-.-- -RP-- .FWW
unsure     RPPRR PPPRW PWPPP P-.-- --P-- .--W
english    RPPPP PPPPP PWFPP P-.-- --P-- .--W
mixed      RPPPP PPPPP PWRPP P-.-- --P-- .--W
vague      RPPPP PPPPP PPPPP P-.RR -RP-- .R-R
pdf        RPPFP PPPPP PWPPR P-.RR --i.- .--W
lumped     RPPPW PPPPP PWPPP P-.WR --P-- .--P
listing    RPPPP PPPPP PRPPP P-.-- --P-- .--W
linking    RPPPP PPRPP R-PPP P-.RW --PW- .--P
aliased    RPPPP PPPPP PPPPP P-.-- FRP-- .--R
proxied    RPPPP PPPPP PPPPP P-.-- R-P-- .---
flagged    RPPPP PPPPP PPPPP P-.RR --P-- .-RP
stop       RPPPP PPPPP PPPPP P-.RR --PP- .--P
still      RPPPP PPPPP PPPPP P-.RR --P-- .--P
stop-out   RPPPP PPPPP PPPPP P-.RP --PP- .--P
still-out  RPPPP PPPPP PPPPP P-.RF --P-- .--P
"""
CHOOSING_RESULTS = """
asks       RPPPP PPPPP PPPPP P-PRR --PP- .--P
early      RF... ..... ..... FWF.- .-..- ....
told       RR... ..... ..... RPR.- .-..- ....
refused    RPPFP PPPPP PPPPP P-F-- --P-- .--W
listed     RPPPP PPPPP PPPPP P-RRR --PP- .--P
framed     RF... ..... ..... FRF.- .-..- ....
"""
MEMBERS_RESULTS = """
member     RPPPP PPPRP PPPPP P-.RR --PP- i--P
stranger   RPPPP PPPPP PPPPP P-.-- -RP-- P--R
"""
REVIEWED = """JP-00 JP-01 JP-02 JP-03 JP-04 JP-07 JP-08 JP-10 JP-11 JP-12 JP-14 JP-15 JP-16 JP-17
JP-18 JP-19 JP-20 JP-21 JP-26 JP-27 JP-28"""
VISITORS = "visitors: [no_account]"
LOGIN = """visitors: [no_account, logged_in]
platforms:
  adcom:
    vendor: adcom
    login: [{goto: "https://adcom.test/login"}]
    logout: [{goto: "https://adcom.test/logout"}]
    proof: {cookie: adc_user, domain: adcom.test}"""
RUNS: Mapping[str, tuple[Mapping[str, Shop], str, str]] = {
    "plain": (PLAIN, VISITORS, PLAIN_RESULTS),
    "choosing": (CHOOSING, f"{VISITORS}\nconsent: [ignore, accept, reject]", CHOOSING_RESULTS),
    "members": (MEMBERS, LOGIN, MEMBERS_RESULTS),
}
NEVER = {
    "JP-00": "F",  # what the auditor declared is no fault of the site
    "JP-21": "PF",  # never exempt by itself, and no fault
    "JP-24": "PF",  # a web site has no first screen; of recordings tests/check/test_reaching.py tells
}
"""What a check never gives, besides a review where there is nothing to ask."""
GRAVE = "FWi"


def told(result: RunResult) -> dict[str, str]:
    """The 29 letters of each site."""
    rules = list(CHECKS)
    found: dict[str, dict[str, str]] = {}
    for each in result.assessments:
        if each.rule in CHECKS:
            found.setdefault(each.site, {})[each.rule] = LETTERS[each.result.value]
    return {site: "".join(results[rule] for rule in rules) for site, results in found.items()}


def table(text: str) -> dict[str, str]:
    """A table's letters by site."""
    return {line.split()[0]: "".join(line.split()[1:]) for line in text.strip().splitlines()}


@pytest.mark.parametrize("name", RUNS)
def test_every_check_of_every_site(name: str, tmp_path: Path) -> None:
    shops, more, expected = RUNS[name]
    result = judged(tmp_path, shops, more)
    assert {v.visit.visit: v.visit.reason for v in result.visits if v.visit.outcome is not Outcome.complete} == {}
    assert result.notes == ()
    assert told(result) == table(expected)


def test_each_check_has_each_case() -> None:
    """The tables hold, of each check, a site that passes and one that does not."""
    seen: dict[str, set[str]] = {rule: set() for rule in CHECKS}
    for _, _, text in RUNS.values():
        for letters in table(text).values():
            for rule, letter in zip(CHECKS, letters, strict=True):
                seen[rule].add(letter)
    assert [rule for rule in CHECKS if "P" not in seen[rule] and "P" not in NEVER.get(rule, "")] == []
    assert [rule for rule in CHECKS if not seen[rule] & set(GRAVE) and "F" not in NEVER.get(rule, "")] == []
    asked = [rule for rule in CHECKS if "R" in seen[rule]]
    assert asked == REVIEWED.split()
