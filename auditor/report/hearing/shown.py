"""What both outputs say of the sheet besides the figures: the explanations, the run, the address of a request."""

from auditor.domains import host_of
from auditor.report.hearing.sheet import Hearing, Row
from auditor.report.hearing.words import words
from auditor.report.html.parts import is_complete, same
from auditor.report.inputs import RunResult
from auditor.report.texts import Text

ABOUT = ("wording", "answers", "numbers", "figures", "evidence", "masked", "marks")


def explanations() -> tuple[Text, ...]:
    """What a reader has to know of the sheet."""
    return tuple(words(f"about.{key}") for key in ABOUT)


def facts(hearing: Hearing, result: RunResult) -> tuple[tuple[Text, Text], ...]:
    """The run and the edition, as names and values."""
    audited = result.audited()
    times = [t.strftime("%Y-%m-%d %H:%M") if t else "—" for t in (result.facts.started_at, result.facts.ended_at)]
    visits = words("about.visits.value", n=len(audited), complete=sum(map(is_complete, audited)))
    scenario = result.title or (result.scenario.title or result.scenario.scenario if result.scenario else "—")
    edition = words("about.edition.value", name=hearing.edition, source=hearing.edition_source)
    return (
        (words("about.run"), same(result.run)),
        (words("about.scenario"), same(scenario)),
        (words("about.period"), same(" – ".join(times))),
        (words("about.visits"), visits),
        (words("about.edition"), edition),
    )


def title_of(row: Row) -> Text:
    """The item in our words; what has to be said where only its number is known."""
    parts = [row.title]
    if row.inferred:
        parts.append(words("number_inferred"))
    if not row.known and row.status != "unseen":
        parts.append(words("number_only.figures"))
    return Text(ja="".join(p.ja for p in parts), en=" ".join(p.en for p in parts))


def why_of(row: Row) -> Text | None:
    """What stands in place of figures; None where there are some."""
    return words("see", number=row.see) if row.status == "see" else row.why


def hosts(result: RunResult) -> dict[str, str]:
    """visit/request -> the host it went to."""
    return {f"{x.visit}/{x.request}": host_of(x.url) for v in result.visits for x in v.exchanges}
