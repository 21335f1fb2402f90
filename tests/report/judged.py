"""The invented results of rules, and how what was sent stands to what was declared, of a RunResult."""

from auditor.check.assessment import Assessment, Result
from auditor.check.standing import RowStanding, Seen, SentStanding, Standing


def assessments(site: str) -> tuple[Assessment, ...]:
    """One that holds, and one that was not measured."""
    return (
        Assessment(
            rule="JP-01",
            item="3-2",
            site=site,
            result=Result.passed,
            reason_ja="公表を読み取った。",
            reason_en="A disclosure was read.",
        ),
        Assessment(
            rule="JP-14",
            item="3-2",
            site=site,
            result=Result.not_measured,
            reason_ja="公表ページの表示は測定されていない。",
            reason_en="How the page is shown was not measured.",
        ),
    )


def sent_standings(site: str, visit: str) -> tuple[SentStanding, ...]:
    """One kind of data that is not declared."""
    return (
        SentStanding(
            site=site,
            vendor="meta",
            recipient="facebook.test",
            data_type="cookie_id",
            standing=Standing.omitted,
            conditions=("also_no_account",),
            text_ja="公表の送信先に記載がない。",
            text_en="The disclosure does not list it.",
            evidence=(f"{visit}/r00002",),
        ),
    )


def row_standings(site: str) -> tuple[RowStanding, ...]:
    """One row that was not seen."""
    return (
        RowStanding(
            site=site,
            row=1,
            recipient="Google LLC",
            entity="google",
            seen=Seen.not_seen,
            text_ja="観測されなかった。",
            text_en="It was not seen.",
        ),
    )
