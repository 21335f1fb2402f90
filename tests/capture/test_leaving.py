"""What a page sends while another page takes its place: told with its script, which the debugger never sees."""

from collections.abc import Iterator

import pytest

from auditor.evidence import Actor, Exchange, Outcome, Source, VisitEvidence
from auditor.scenario import Goto, Wait

from .chain import Chain, Loop
from .kinds.web import kinds_web

pytestmark = [pytest.mark.browser]

ONE, TWO, THIRD = "https://one.test/k", "https://two.test/k", "https://third.test/k"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitEvidence]:
    """A page with a frame of another site; then another page of its site; then one of another site."""
    folder = tmp_path_factory.mktemp("left")
    (folder / "web").mkdir()
    with Loop() as loop:
        web = loop.run(loop.stack.enter_async_context(kinds_web(folder / "web")))
        chain = Chain(loop, folder, web.names, web.ca)
        yield chain.visit(f"{ONE}/left", (Goto(goto=f"{ONE}/leftagain"), Goto(goto=f"{THIRD}/last"), Wait(wait=300)))


def test_the_visit_is_complete(left: VisitEvidence) -> None:
    assert (left.visit.outcome, left.visit.reason) == (Outcome.complete, "")
    assert [c for c in left.visit.coverage if "timeline" in c.reason] == []


type Told = tuple[Actor, str | None, str | None, tuple[tuple[str, int], ...], str | None, str | None]


def told(exchange: Exchange) -> Told:
    """Whose it is, its kind, the script and its calls, frame and page."""
    cause = exchange.cause
    assert cause is not None
    calls = tuple((call.function, call.line) for call in cause.stack)
    return exchange.attributed_to, cause.resource_type, cause.initiator, calls, cause.frame_url, cause.top_url


SENDS = {"beacon": ("ping", 2), "fetch": ("fetch", 3)}


@pytest.mark.parametrize(
    ("page", "actor", "script", "document", "top"),
    [
        ("left", Actor.page, f"{ONE}/left.js", f"{ONE}/left", f"{ONE}/left"),
        ("leftframe", Actor.frame, f"{TWO}/leftframe.js", f"{TWO}/leftframe", f"{ONE}/left"),
        ("leftagain", Actor.page, f"{ONE}/left.js", f"{ONE}/leftagain", f"{ONE}/leftagain"),
    ],
)
def test_beacons_and_fetches(
    left: VisitEvidence, page: str, actor: Actor, script: str, document: str, top: str
) -> None:
    for name, (kind, line) in SENDS.items():
        (exchange,) = [e for e in left.exchanges if f"/k/left-{name}?{page}" == e.url.partition(".test")[2]]
        assert exchange.source is Source.proxy_only
        assert told(exchange) == (actor, kind, script, (("sends", line),), document, top)


def test_a_picture_is_the_only_listeners(left: VisitEvidence) -> None:
    """It is loaded when the listener has returned: the script is known where no other script listened."""
    pictures = {e.url: e for e in left.exchanges if "/left-image.png" in e.url}
    first = pictures[f"{ONE}/left-image.png?left"]
    assert told(first) == (
        Actor.page,
        "image",
        f"{ONE}/left.js",
        (("", 6),),
        f"{ONE}/left",
        f"{ONE}/left",
    )
    assert pictures[f"{ONE}/left-image.png?leftagain"].cause is None


def test_only_the_picture_that_two_scripts_could_have_asked_for_has_no_cause(left: VisitEvidence) -> None:
    without = {e.url for e in left.exchanges if e.cause is None and "/k/" in e.url}
    assert without == {f"{ONE}/left-image.png?leftagain"}
