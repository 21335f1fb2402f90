"""What a seeded person typed, told where it was sent: field, recipient, encoding, before or after its form was sent."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from auditor.evidence import Actor, Body, Cause, Exchange, Message, Phase, Source, StepDone, VisitEvidence
from auditor.identify.leaks import Searched, find_leaks
from auditor.scenario import PersonField, person_of
from auditor.vendors import Carrier
from tests.check.factory import sent
from tests.decode.factory import evidence
from tests.decode.factory import exchange as made_exchange

THEN = datetime(2026, 11, 1, 9, tzinfo=UTC)
PERSON = person_of(7, "v1")
EMAIL = PERSON.email
SHA = hashlib.sha256(EMAIL.encode()).hexdigest()
FORM = Cause(resource_type="document", initiator_type="form", main_frame=True)


def at(second: float) -> datetime:
    return THEN + timedelta(seconds=second)


def step(second: float, name: str, field: str = "", sends: bool | None = False) -> StepDone:
    return StepDone(name=name, kind=name.rpartition(".")[2], at=at(second), field=field, sends=sends)


FILL = step(10, "journey.0.fill", "email")
SUBMIT = step(20, "journey.2.submit", sends=True)
TYPED_AND_SENT = (step(5, "open.0.goto"), FILL, step(15, "journey.1.wait"), SUBMIT)


def request(second: float, url: str, number: int = 1, body: bytes = b"", cause: Cause | None = None) -> Exchange:
    made = made_exchange(url, number=number, body=body, method="POST" if body else "GET", cause=cause)
    return made.model_copy(update={"started_at": at(second)})


def visit(steps: tuple[StepDone, ...], *exchanges: Exchange) -> VisitEvidence:
    return evidence(*exchanges).model_copy(update={"steps": steps})


def find(steps: tuple[StepDone, ...], *exchanges: Exchange) -> Searched:
    return find_leaks(visit(steps, *exchanges), PERSON)


def whens(steps: tuple[StepDone, ...], *exchanges: Exchange) -> list[tuple[str, str]]:
    return [(leak.request, leak.when) for leak in find(steps, *exchanges).leaks]


def test_a_leak_is_told_whole() -> None:
    found = find_leaks(
        visit(TYPED_AND_SENT, request(12, f"https://px.tag.test/c?x=1&em={SHA}", number=3)),
        PERSON,
        [sent("hashed_email")._replace(visit="v1", request="r00003", vendor="tag", module="tag-pixel")],
    )
    assert found.coverage == ()
    (leak,) = found.leaks
    assert leak.model_dump() == {
        "visit": "v1",
        "site": "shop",
        "request": "r00003",
        "at": at(12),
        "field": "email",
        "variant": "",
        "layers": ("sha256",),
        "recipient": "tag.test",
        "host": "px.tag.test",
        "vendor": "tag",
        "module": "tag-pixel",
        "first_party": False,
        "carrier": "query",
        "name": "em",
        "when": "before_submit",
    }


@pytest.mark.parametrize(
    ("field", "value", "layers", "variant"),
    [
        ("email", quote(EMAIL, safe=""), ("url",), ""),
        ("email", quote(base64.b64encode(EMAIL.encode()).decode()), ("base64",), ""),
        ("email", hashlib.md5(EMAIL.encode(), usedforsecurity=False).hexdigest(), ("md5",), ""),
        ("phone", PERSON.phone, (), ""),
        ("phone", "%2B81" + PERSON.phone[1:].replace("-", ""), ("url",), "e164"),
        ("phone", PERSON.phone.replace("-", ""), (), "digits"),
        ("family_name", quote(PERSON.family_name), ("url",), ""),
        ("family_romaji", PERSON.family_romaji.lower(), (), "lower"),
        ("name_kana", quote(PERSON.name_kana), ("url",), ""),
        ("postal_code", PERSON.postal_code.replace("-", ""), (), "digits"),
        ("street", quote(PERSON.street), ("url",), ""),
        ("birthday", PERSON.birthday, (), ""),
        ("member_number", PERSON.member_number, (), ""),
        ("search_words", quote(PERSON.search_words).replace("%20", "+"), ("url",), ""),
    ],
)
def test_fields_and_their_forms(field: str, value: str, layers: tuple[str, ...], variant: str) -> None:
    steps = (step(10, "journey.0.fill", field), SUBMIT)
    (leak,) = find(steps, request(12, f"https://tag.test/c?v={value}")).leaks
    assert (leak.field, leak.variant, leak.name, leak.when) == (field, variant, "v", "before_submit")
    assert leak.layers[: len(layers)] == layers


def test_only_what_was_typed_is_looked_for() -> None:
    everything = "&".join(f"{f.value}={quote(PERSON.value(f))}" for f in PersonField)
    assert [leak.field for leak in find(TYPED_AND_SENT, request(12, f"https://tag.test/c?{everything}")).leaks] == [
        "email"
    ]
    assert find((step(5, "open.0.goto"),), request(12, f"https://tag.test/c?{everything}")) == Searched()


def test_another_visits_person_is_not_this_ones() -> None:
    other = quote(person_of(7, "v2").email)
    assert find(TYPED_AND_SENT, request(12, f"https://tag.test/c?em={other}")).leaks == ()


def test_before_and_after_the_submit_and_each_place_once() -> None:
    url = f"https://tag.test/c?em={quote(EMAIL)}"
    found = find(
        TYPED_AND_SENT,
        request(12, url, 1),
        request(13, url, 2),
        request(20, url, 3),
        request(22, url, 4),
        request(23, url.replace("tag.test", "px.tag.test"), 5),
        request(24, url.replace("em=", "user="), 6),
        request(25, "https://tag.test/c", 7, json.dumps({"em": EMAIL}).encode()),
    )
    assert [(leak.request, leak.when, leak.carrier, leak.name) for leak in found.leaks] == [
        ("r00001", "before_submit", "query", "em"),
        ("r00003", "after_submit", "query", "em"),
        ("r00006", "after_submit", "query", "user"),
        ("r00007", "after_submit", "body", "em"),
    ]


LEAK = f"https://tag.test/c?em={quote(EMAIL)}"
JOINED = request(20, "https://shop.example.jp/joined", 9, b"x=1", FORM)
CLICK, BOX = step(18, "journey.3.click", sends=None), step(13, "journey.1.click", sends=None)


def test_without_any_act_nothing_was_submitted() -> None:
    steps = (FILL, step(15, "journey.1.wait"), step(30, "journey.2.goto"))
    assert whens(steps, request(12, LEAK), request(31, LEAK, 2)) == [("r00001", "never_submitted")]


def test_a_click_may_have_sent_the_form() -> None:
    assert whens((FILL, BOX), request(12, LEAK), request(14, LEAK, 2)) == [
        ("r00001", "never_submitted"),
        ("r00002", "after_submit"),
    ]
    # What came before the field was typed cannot have.
    assert whens((step(8, "journey.0.click", sends=None), FILL), request(12, LEAK)) == [("r00001", "never_submitted")]
    # Nor can a step of another tab.
    assert whens((FILL, step(11, "login.1.click", sends=None)), request(12, LEAK)) == [("r00001", "never_submitted")]


def test_a_form_the_browser_tells_counts_from_the_step_that_brought_it_about() -> None:
    """Scripts send from the form's own listeners, before the page goes elsewhere: nobody is accused of that."""
    assert whens((FILL, CLICK), request(12, LEAK), request(19, LEAK, 2), JOINED) == [
        ("r00001", "before_submit"),
        ("r00002", "after_submit"),
    ]
    # A form that is sent as soon as the field is filled.
    assert whens((FILL,), request(12, LEAK), request(21, LEAK, 2), JOINED) == [
        ("r00001", "before_submit"),
        ("r00002", "after_submit"),
    ]


def test_a_form_in_a_frame_is_a_tags_own() -> None:
    framed = JOINED.model_copy(update={"cause": FORM.model_copy(update={"main_frame": False})})
    assert whens((FILL,), request(12, LEAK), framed, request(21, LEAK, 2)) == [("r00001", "never_submitted")]


def test_where_the_journey_says_what_sends_other_clicks_do_not() -> None:
    steps = (FILL, BOX, SUBMIT)
    assert whens(steps, request(14, LEAK), request(21, LEAK, 2)) == [
        ("r00001", "before_submit"),
        ("r00002", "after_submit"),
    ]


def test_what_was_sent_before_it_was_typed_is_no_leak_and_is_told() -> None:
    found = find(TYPED_AND_SENT, request(9, LEAK, 4))
    assert found.leaks == ()
    ((row),) = found.coverage
    assert (row.sensor, row.skipped, row.requests) == ("leaks", 1, ("r00004",))
    assert row.reason == "held what was typed only later: not told as a leak"


def test_the_sites_own_domains_are_told_as_first_party() -> None:
    made = visit(
        TYPED_AND_SENT,
        request(12, f"https://www.example.jp/check?em={quote(EMAIL)}", 1),
        request(13, f"https://api.shop-cdn.test/check?em={quote(EMAIL)}", 2),
        request(14, LEAK, 3),
    )
    made = made.model_copy(update={"visit": made.visit.model_copy(update={"page": "https://shop.example.jp/"})})
    leaks = find_leaks(made, PERSON, (), ("shop-cdn.test",)).leaks
    assert [(leak.recipient, leak.first_party) for leak in leaks] == [
        ("example.jp", True),
        ("shop-cdn.test", True),
        ("tag.test", False),
    ]


def test_a_message_has_its_own_time() -> None:
    def message(second: float, client: bool = True) -> Message:
        data = json.dumps({"mail": EMAIL}).encode()
        return Message(at=at(second), from_client=client, text=True, body=Body(size=len(data), kept=data))

    socket = request(6, "wss://chat.test/socket").model_copy(
        update={"messages": (message(11, client=False), message(12), message(21))}
    )
    assert [(leak.at, leak.when, leak.carrier, leak.name) for leak in find(TYPED_AND_SENT, socket).leaks] == [
        (at(12), "before_submit", "message", "mail"),
        (at(21), "after_submit", "message", "mail"),
    ]


@pytest.mark.parametrize(
    "update",
    [
        {"phase": Phase.prepare},
        {"source": Source.browser_only},
        {"attributed_to": Actor.browser},
        {"attributed_to": Actor.unknown},
    ],
)
def test_what_is_not_the_pages_or_was_not_sent_is_no_leak(update: dict[str, object]) -> None:
    assert find(TYPED_AND_SENT, request(12, LEAK).model_copy(update=update)).leaks == ()


def test_an_answer_is_no_leak() -> None:
    body = EMAIL.encode()
    answered = request(12, "https://tag.test/c").model_copy(
        update={
            "response_headers": (("set-cookie", f"em={EMAIL}"),),
            "response_body": Body(size=len(body), kept=body),
        }
    )
    assert find(TYPED_AND_SENT, answered).leaks == ()


def test_a_whole_is_told_once_and_its_parts_where_they_stand_alone() -> None:
    steps = (step(10, "journey.0.fill", "family_name"), step(11, "journey.1.fill", "given_name"), SUBMIT)
    found = find(
        steps,
        request(12, f"https://tag.test/c?n={quote(PERSON.name)}", 1),
        request(
            13, f"https://tag.test/c?n={quote(PERSON.family_name + PERSON.given_name)}&l={quote(PERSON.family_name)}", 2
        ),
    )
    assert [(leak.request, leak.field, leak.name) for leak in found.leaks] == [
        ("r00001", "name", "n"),
        ("r00002", "family_name", "l"),
    ]


def test_parts_of_a_birthday_are_not_searched_and_the_whole_is() -> None:
    parts = ("birth_year", "birth_month", "birth_day")
    steps = (*(step(10 + n, f"journey.{n}.fill", field) for n, field in enumerate(parts)), SUBMIT)
    numbers = f"https://tag.test/c?y={PERSON.birth_year}&m={PERSON.birth_month}&d={PERSON.birth_day}"
    whole = f"https://tag.test/c?db={PERSON.birthday.replace('-', '')}"
    found = find(steps, request(14, numbers, 1), request(15, whole, 2))
    assert [(leak.request, leak.field, leak.variant) for leak in found.leaks] == [("r00002", "birthday", "basic")]
    (row,) = found.coverage
    assert (row.sensor, row.skipped) == ("leaks", 3)
    assert row.reason == (
        "typed, and not searched for because it is short or many people's: birth_day, birth_month, birth_year"
    )


def test_a_body_of_which_only_a_part_was_kept_is_told() -> None:
    body = json.dumps({"em": EMAIL}).encode()
    cut = request(12, "https://tag.test/c", 5, body).model_copy(update={"request_body": Body(size=1 << 30, kept=body)})
    found = find(TYPED_AND_SENT, cut)
    assert [leak.field for leak in found.leaks] == ["email"]
    assert [(row.requests, row.skipped) for row in found.coverage] == [(("r00005",), 1)]


def test_a_referrer_passes_on_what_a_form_put_into_the_address() -> None:
    page = f"https://shop.example.jp/joined?mail={quote(EMAIL)}"
    image = request(21, "https://tag.test/pixel", 2).model_copy(update={"request_headers": (("Referer", page),)})
    leaks = find(TYPED_AND_SENT, image).leaks
    assert [(leak.carrier, leak.name, leak.layers, leak.when) for leak in leaks] == [
        ("header", "referer", ("url",), "after_submit")
    ]


def test_a_vendor_is_told_where_a_transmission_tells_it() -> None:
    made = visit(TYPED_AND_SENT, request(12, LEAK, 1))
    sendings = [
        sent("other", parameter="a", carrier=Carrier.query)._replace(
            visit="v1", request="r00001", vendor=None, module=None
        ),
        sent("other", parameter="b", carrier=Carrier.query)._replace(visit="v2", request="r00001", vendor="wrong"),
        sent("other", parameter="c", carrier=Carrier.query)._replace(
            visit="v1", request="r00001", vendor="tag", module=None
        ),
    ]
    (leak,) = find_leaks(made, PERSON, sendings).leaks
    assert (leak.vendor, leak.module) == ("tag", None)
