from typing import Any

import pytest

from auditor.disclosures import DeclaredRow, Disclosure, Rewording, RowChangeKind, compare_disclosures


def row(recipient: str, service: str = "", said: str = "", **other: Any) -> DeclaredRow:
    return DeclaredRow.model_validate({"recipient": recipient, "service": service, "content_text": said, **other})


def page(*rows: DeclaredRow) -> Disclosure:
    return Disclosure(address="x", rows=rows)


OLD = page(
    row(
        "Google LLC",
        "Google アナリティクス",
        "Cookie、URL",
        entity="google",
        content=("cookie_id", "page_url"),
        where="a",
    ),
    row("Google LLC", "Google 広告", "Cookie", entity="google", content=("cookie_id",), where="b"),
    row("株式会社みほん", "みほんタグ", "IPアドレス", content=("ip",), where="c"),
    row("ヤフー株式会社", "Yahoo!広告", "Cookie", entity="lycorp", content=("cookie_id",), where="d"),
)


def test_the_same_rows_in_another_order_and_in_other_widths_are_no_change() -> None:
    new = page(*reversed(OLD.rows[1:]), OLD.rows[0].model_copy(update={"content_text": "Ｃｏｏｋｉｅ、 ＵＲＬ"}))
    assert compare_disclosures(OLD, OLD) == ()
    assert compare_disclosures(OLD, new) == ()


def test_added_removed_and_reworded() -> None:
    new = page(
        row("LINEヤフー株式会社", "Yahoo!広告", "Cookie", entity="lycorp", content=("cookie_id",), where="1"),
        row(
            "Google LLC",
            "Google アナリティクス",
            "Cookie、閲覧日時",
            entity="google",
            content=("cookie_id", "time"),
            where="2",
        ),
        row("Google LLC", "Google 広告", "Cookie", entity="google", content=("cookie_id",), where="3"),
        row("Meta Platforms, Inc.", "", "Cookie", entity="meta", content=("cookie_id",), where="4"),
    )
    changes = compare_disclosures(OLD, new)
    assert [(c.kind, c.recipient, c.fields, c.gained, c.lost, c.where_old, c.where_new) for c in changes] == [
        (
            RowChangeKind.reworded,
            "LINEヤフー株式会社",
            (Rewording(field="recipient", old="ヤフー株式会社", new="LINEヤフー株式会社"),),
            (),
            (),
            "d",
            "1",
        ),
        (
            RowChangeKind.reworded,
            "Google LLC",
            (Rewording(field="content_text", old="Cookie、URL", new="Cookie、閲覧日時"),),
            ("time",),
            ("page_url",),
            "a",
            "2",
        ),
        (RowChangeKind.added, "Meta Platforms, Inc.", (), ("cookie_id",), (), "", "4"),
        (RowChangeKind.removed, "株式会社みほん", (), (), ("ip",), "c", ""),
    ]


def test_a_renamed_service_is_reworded_and_the_most_alike_of_several_is_taken() -> None:
    new = page(
        row("Google LLC", "GA4", "Cookie、URL", entity="google", content=("cookie_id", "page_url"), where="1"),
        row("Google LLC", "Google 広告", "Cookie", entity="google", content=("cookie_id",), where="2"),
    )
    changes = compare_disclosures(page(*OLD.rows[:2]), new)
    assert [(c.kind, c.fields) for c in changes] == [
        (RowChangeKind.reworded, (Rewording(field="service", old="Google アナリティクス", new="GA4"),))
    ]


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        (
            {"purposes": ("解析",)},
            {"purposes": ("解析", "改善"), "purpose_own": "解析", "purpose_recipient": "改善"},
            ["purpose_own", "purpose_recipient"],
        ),
        ({"purposes": ("解析",)}, {"purposes": ("広告",)}, ["purposes"]),
        ({"opt_out": "可"}, {"opt_out": ""}, ["opt_out"]),
        ({"policy_url": "https://a.test/"}, {"policy_url": "https://b.test/"}, ["policy_url"]),
        ({"where": "a", "quote": "x"}, {"where": "b", "quote": "y"}, []),
    ],
)
def test_which_field(before: dict[str, Any], after: dict[str, Any], fields: list[str]) -> None:
    changes = compare_disclosures(page(row("株式会社みほん", **before)), page(row("株式会社みほん", **after)))
    assert [r.field for c in changes for r in c.fields] == fields


def test_a_disclosure_that_is_gone() -> None:
    changes = compare_disclosures(OLD, page())
    assert [c.kind for c in changes] == [RowChangeKind.removed] * 4
    assert [c.kind for c in compare_disclosures(page(), OLD)] == [RowChangeKind.added] * 4
