"""The tables of identifiers, flows, syncs, respawns, leaks and techniques."""

from collections.abc import Mapping

import pytest

from auditor.identify.model import Identified, Identifier, IdentifierKind, Property
from auditor.report.masking import Masker
from auditor.report.rows import Row, table_rows
from auditor.report.rows.identified import property_shown

from .factory import ACCOUNT_COOKIE, BROWSER_ID, KEY, run_result
from .identified import CLEARED, FIRST, OUT

TABLES = ("identifiers", "identifier_flows", "syncs", "respawns", "leaks", "techniques", "comparison", "requests")


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    return {name: found for name, found in table_rows(run_result()).items() if name in TABLES}


def token(value: str, kind: str = "value") -> str:
    masker = Masker(KEY, run_result().taxonomy)
    return masker.token(value, None if kind == "value" else kind)


def identifier(rows: Mapping[str, list[Row]], value: str, kind: str) -> Row:
    (found,) = (row for row in rows["identifiers"] if row["identifier"] == token(value, kind))
    return found


def test_what_is_known_of_an_identifier(rows: Mapping[str, list[Row]]) -> None:
    row = identifier(rows, BROWSER_ID, "cookie_id")
    assert (row["kind"], row["first_party_origin"], row["first_party_cookies"]) == (
        "cookie_id", "news.test; shop.test", ["_ga"],
    )  # fmt: skip
    assert (row["sites"], row["vendors"], row["recipients"]) == (
        ["news", "shop"], ["google", "meta"], ["google.test", "meta.test"],
    )  # fmt: skip
    assert (len(row["visits"]), row["sent"], row["linked_to_account"]) == (11, 26, True)  # type: ignore[arg-type]
    assert (row["visitors"], row["cookie_modes"]) == (["logged_in", "logged_out", "no_account"], ["allowed", "blocked"])


def test_what_proves_an_identifier(rows: Mapping[str, list[Row]]) -> None:
    row = identifier(rows, BROWSER_ID, "cookie_id")
    assert (row["proof"], row["reason"]) == ("browser", None)
    assert row["holders"] == ["cookie _ga at shop.test .3", "cookie _ga at news.test .3"]
    assert (row["born_in"], row["born_how"], row["born_host"]) == (f"{FIRST}/r00002", "script", "tag.google.test")
    assert [row[name] for name in ("stays", "differs", "random", "lives", "lives_days")] == [True] * 4 + [400.0]
    assert row["shown_en"] == "the same in 5 requests; another in 11 clean profiles; 21 characters, 58 bits; 400 days"
    assert row["shown_ja"] == (
        "同じプロファイルの中では同じ値; 別の新しいプロファイルでは異なる値; "
        "一意とみなせる長さと不規則さ; 訪問の後も残る寿命"
    )
    assert row["shown_in"] == [FIRST, f"{FIRST}/r00002"]
    assert row["encodings"] == ["base64>sha256", "plain"]
    unproven = identifier(rows, "nid-value-00001", "cookie_id")
    assert (unproven["proof"], unproven["reason"]) == ("unproven", "no second clean profile of this cell")
    assert (unproven["differs"], unproven["random"]) == (None, False)
    assert (unproven["tied_to_account"], unproven["tied_before"]) == (["google"], [f"{OUT}/r00001"])
    assert (unproven["tied_during"], unproven["tied_after"]) == ([f"{OUT}/r00003"], [f"{OUT}/r00002", f"{OUT}/r00004"])
    assert identifier(rows, ACCOUNT_COOKIE, "account_id")["proof"] == "account"


@pytest.mark.parametrize(
    ("kind", "holds", "told"),
    [
        (IdentifierKind.browser, True, "別の新しいプロファイルでは異なる値"),
        (IdentifierKind.account, True, "ほかのプロファイルには現れない値"),
        (IdentifierKind.unproven, None, "別の新しいプロファイルで異なるかは不明"),
        (IdentifierKind.unproven, False, "別の新しいプロファイルでも同じ値"),
    ],
)
def test_a_property_in_words(kind: IdentifierKind, holds: bool | None, told: str) -> None:
    one = Property(holds=holds, shown="")
    made = Identifier(value="v", kind=kind, stays=one, differs=one, random=one, lives=one)
    assert property_shown(made, "differs").ja == told


def test_the_graph(rows: Mapping[str, list[Row]]) -> None:
    flows = rows["identifier_flows"]
    assert len(flows) == 11 + 2 + 11 + 2 + 6 - 0
    (other,) = (f for f in flows if f["recipient"] == "meta.test" and f["visit"] == FIRST)
    assert (other["site"], other["identifier"], other["vendor"], other["host"]) == (
        "shop", token(BROWSER_ID, "cookie_id"), "meta", "px.meta.test",
    )  # fmt: skip
    assert (other["carrier"], other["name"], other["encodings"], other["requests"], other["request"]) == (
        "body", "udff[external_id]", "base64>sha256", 2, "r00004",
    )  # fmt: skip


def test_every_request_named_is_in_the_table_of_requests(rows: Mapping[str, list[Row]]) -> None:
    requests = {f"{r['visit']}/{r['request']}" for r in rows["requests"]}
    for name in ("identifier_flows", "leaks"):
        assert {f"{r['visit']}/{r['request']}" for r in rows[name]} <= requests
    for name in ("syncs", "respawns", "techniques"):
        assert {e for r in rows[name] for e in r["evidence"]} <= requests  # type: ignore[union-attr]
    ids = {r["identifier"] for r in rows["identifiers"]}
    assert {r["identifier"] for r in rows["identifier_flows"]} == ids


def test_syncs_and_respawns(rows: Mapping[str, list[Row]]) -> None:
    (sync,) = rows["syncs"]
    assert (sync["identifier"], sync["from_vendor"], sync["to_recipient"], sync["how"], sync["name"]) == (
        token("nid-value-00001", "cookie_id"), "google", "line.test", "redirect", "gid",
    )  # fmt: skip
    (back,) = rows["respawns"]
    assert (back["identifier"], back["name"], back["source"]) == (token(CLEARED), "uid", "local_storage")
    assert str(back["detail"]).startswith("https://shop.test/x?uid=«")


def test_leaks_and_techniques(rows: Mapping[str, list[Row]]) -> None:
    assert [(r["field"], r["recipient"], r["encodings"], r["when"]) for r in rows["leaks"]] == [
        ("email", "meta.test", "sha256", "after_submit"),
        ("email", "line.test", "plain", "before_submit"),
        ("name_kana", "unknown.test", "url", "never_submitted"),
        ("phone", "shop.test", "plain", "after_submit"),
    ]
    use = rows["techniques"][1]
    assert (use["technique"], use["strength"], use["items"]) == ("first_party_cookie", "shown", ["query cid"])
    assert [use[n] for n in ("allowed_in", "allowed_of", "blocked_in", "blocked_of")] == [3, 3, 1, 2]


def test_a_name_that_is_a_value_is_masked() -> None:
    base = run_result()
    one = base.identified.identifiers[0]
    named = one.model_copy(update={"flows": (one.flows[0].model_copy(update={"name": "taro@example.test"}),)})
    result = base.model_copy(update={"identified": Identified(identifiers=(named,))})
    assert str(table_rows(result)["identifier_flows"][0]["name"]).startswith("«")


def test_how_often_and_how_sure_stands_in_the_comparison(rows: Mapping[str, list[Row]]) -> None:
    row = rows["comparison"][0]
    assert [row[n] for n in ("before_in", "before_of", "after_in", "after_of", "p_value", "established")] == [
        1, 1, 1, 1, None, False,
    ]  # fmt: skip
