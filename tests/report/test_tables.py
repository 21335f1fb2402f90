"""The tables: columns, types, and what their rows say."""

import gzip
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.content import decode_content
from auditor.evidence import Actor, Cause, Phase
from auditor.report import write_reports
from auditor.report.inputs import RunResult
from auditor.report.rows import Cell, Row, table_rows
from auditor.report.rows.content import content_cells
from auditor.report.rows.visited import file_name, party
from auditor.report.schema import tables
from auditor.report.tables import arrow_table, write_parquet
from auditor.store.wire import body_of

from .factory import ACCOUNT_COOKIE, BROWSER_ID, exchange, run_result
from .hostile import hostile_result
from .identified import CLEARED

CONTRACT = {
    "visits": "visit, site, page, platform, visitor, cookie_mode, consent, repeat, outcome, reason, started_at, "
    "duration_ms, requests",
    "requests": "visit, request, started_at, method, url, host, site, party, resource_type, frame_url, initiator, "
    "initiator_type, status, request_cookies, body_bytes, body_sha256, source, attributed_to",
    "hosts": "visit, host, site, party, requests, addresses, cname, cname_site, cname_vendor, cname_lead",
    "cookies": "visit, name, domain, path, party, set_by, set_at, expires_at, lifetime_days, same_site, secure, "
    "http_only, partition_key, stored, blocked_reason, sent_to, vendor, purpose",
    "storage": "visit, origin, top_site, area, key, bytes, written_by",
    "signals": "visit, kind, group, name, count, at_least, host, vendor, script",
    "transmissions": "visit, request, vendor, recipient, module, parameter, data_type, value, carrier, source",
    "identifiers": "identifier, visits, sites, vendors, kind, first_party_origin, linked_to_account",
    "identifier_flows": "site, identifier, recipient, vendor, host, carrier, name, encodings, visit, request, "
    "requests, first_party, phase, at",
    "syncs": "identifier, visit, site, from_recipient, from_vendor, to_recipient, to_vendor, how, name, evidence",
    "respawns": "identifier, visit, site, name, domain, cleared_at, back_at, source, detail, evidence",
    "leaks": "visit, site, request, at, field, variant, encodings, recipient, host, vendor",
    "disclosures": "site, recipient, entity, service, content, purposes, opt_out, where",
    "findings": "finding, rule, item, verdict, severity, site, visit, vendor, evidence, message_ja, message_en",
    "assessments": "rule, item, site, vendor, result, reason_ja, reason_en, question_ja, question_en, findings",
    "standings": "side, site, vendor, recipient, data_type, standing, exemption, conditions, text_ja, text_en, rows",
    "comparison": "kind, site, vendor, module, data_type, before, after, change, technique",
    "techniques": "vendor, recipient, technique, strength, site, items, allowed_in, allowed_of, blocked_in, blocked_of",
    "coverage": "visit, sensor, matched, proxy_only, browser_only, undecoded, skipped, reason",
}


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run_result()


@pytest.fixture(scope="module")
def rows(result: RunResult) -> dict[str, list[Row]]:
    return table_rows(result)


def one(rows: list[Row], **wanted: Cell) -> Row:
    found = [row for row in rows if all(row[k] == v for k, v in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def test_columns_are_the_contract() -> None:
    assert [t.name for t in tables()] == list(CONTRACT)
    for table in tables():
        columns = CONTRACT[table.name].split(", ")
        assert [c.name for c in table.columns][: len(columns)] == columns


def test_every_row_has_the_schema(rows: Mapping[str, list[Row]]) -> None:
    for table in tables():
        assert rows[table.name], table.name
        assert arrow_table(table, rows[table.name]).num_rows == len(rows[table.name])


def test_a_row_with_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="coverage: columns"):
        arrow_table(tables()[-1], [{"visit": "v"}])


def test_visits(rows: Mapping[str, list[Row]]) -> None:
    assert len(rows["visits"]) == 12
    row = one(rows["visits"], visit="news.google-logged_out.blocked.ignore.1")
    assert row["outcome"] == "incomplete"
    assert row["reason"] == "state_lost: the account cookie was gone at the end of the visit"
    assert row["proofs_failed"] == ["state_after"]
    assert row["requests"] == 6


def test_requests(rows: Mapping[str, list[Row]]) -> None:
    assert len(rows["requests"]) == 12 * 6
    row = one(rows["requests"], visit="shop.google-logged_in.allowed.ignore.1", request="r00002")
    assert row["host"] == "collect.google.test"
    assert row["site"] == "google.test"
    assert row["party"] == "third"
    assert row["request_cookies"] == ["NID", "SID"]
    assert str(row["record"]).startswith("<urn:uuid:")
    own = one(rows["requests"], visit="shop.no_account.allowed.ignore.1", request="r00006")
    assert (own["attributed_to"], own["party"]) == ("browser", None)
    page = one(rows["requests"], visit="shop.no_account.allowed.ignore.1", request="r00001")
    assert page["party"] == "first"


def test_hosts(rows: Mapping[str, list[Row]]) -> None:
    assert len(rows["hosts"]) == 12 * 2
    own = one(rows["hosts"], visit="shop.no_account.allowed.ignore.1", host="shop.test")
    assert (own["party"], own["requests"], own["cname_lead"]) == ("first", 1, True)
    assert own["cname"] == ["edge.google.test", "lb.google.test"]
    assert (own["cname_site"], own["cname_vendor"], own["cname_status"]) == ("google.test", "google", "answered")
    third = one(rows["hosts"], visit="shop.no_account.allowed.ignore.1", host="collect.google.test")
    assert (third["party"], third["cname_lead"], third["cname_status"]) == ("third", False, "not_asked")
    assert (third["certificate_subject"], third["certificate_names"]) == ("CN=collect.google.test", 2)
    assert third["addresses"] == ["192.0.2.7:443"]


def test_storage(rows: Mapping[str, list[Row]]) -> None:
    kept = [row for row in rows["storage"] if row["visit"] == "shop.no_account.allowed.ignore.1"]
    by_area = {row["area"]: row for row in kept}
    assert by_area["local"]["bytes"] == len("storage-secret-0001")
    assert str(by_area["cache"]["key"]).startswith("pages%2Fv1/https://shop.test/?mail=«")
    assert (by_area["cache"]["bytes"], by_area["cache"]["detail"]) == (1200, "GET, status 200")
    assert by_area["service_worker"]["top_site"] is None
    assert str(by_area["service_worker"]["detail"]).startswith("https://shop.test/sw.js?k=«")


@pytest.mark.parametrize(
    ("body", "coding", "size", "digest", "problem", "cut"),
    [
        (b"", "gzip", None, None, "", False),
        (b"plain", None, 5, sha256(b"plain").hexdigest(), "", False),
        (b"plain", "identity", 5, sha256(b"plain").hexdigest(), "", False),
        (gzip.compress(b"text" * 9, mtime=0), "gzip", 36, sha256(b"text" * 9).hexdigest(), "", False),
        (gzip.compress(bytes(17 << 20), mtime=0), "gzip", None, None, "gzip body larger than 16777216 bytes", False),
        (b"?", "secret", None, None, "unknown content-encoding 'secret'", False),
        (gzip.compress(b"text", mtime=0)[:-4], "gzip", None, None, "broken gzip body: ends early", False),
        (gzip.compress(b"text", mtime=0), "gzip", None, None, "only 10 of 24 bytes were kept", True),
        (b"more than ten bytes", None, 19, sha256(b"more than ten bytes").hexdigest(), "", True),
    ],
)  # fmt: skip
def test_content(
    body: bytes, coding: str | None, size: int | None, digest: str | None, problem: str, cut: bool
) -> None:
    kept = body_of(body, 10 if cut else None)
    cells = content_cells(kept, coding, decode_content(kept.kept, coding))
    assert list(cells.values()) == [size, digest, problem, cut]


def test_cookies(rows: Mapping[str, list[Row]]) -> None:
    row = one(rows["cookies"], visit="shop.google-logged_in.blocked.ignore.1", name="SID")
    assert (row["party"], row["vendor"], row["purpose"]) == ("third", "google", "広告の効果測定")
    assert row["blocked_reason"] == "ThirdPartyBlockedByUserPreferences"
    own = one(rows["cookies"], visit="shop.no_account.allowed.ignore.1", name="_ga")
    assert (own["party"], own["vendor"], own["lifetime_days"]) == ("first", "google", 400.0)


def test_signals(rows: Mapping[str, list[Row]]) -> None:
    row = one(rows["signals"], visit="shop.no_account.allowed.ignore.1", kind="surface")
    assert (row["name"], row["count"], row["at_least"], row["vendor"]) == ("canvas.toDataURL", 100, True, "meta")
    assert (row["line"], row["column"], row["function"], row["requests"]) == (3, 7, "draw", [])
    assert str(row["script"]).startswith("https://px.meta.test/p.js?uid=«")
    header = one(rows["signals"], visit="shop.no_account.allowed.ignore.1", kind="header")
    assert (header["name"], header["value"], header["requests"]) == ("Accept-CH", "Sec-CH-UA-Model", ["r00002"])


def test_findings_and_comparison(rows: Mapping[str, list[Row]]) -> None:
    row = one(rows["findings"], rule="JP-03")
    assert row["evidence"] == ["shop.no_account.allowed.ignore.1/r00002", "shop.no_account.allowed.ignore.1/r00004"]
    assert one(rows["comparison"], site="shop", item="cookie NID")["change"] == "gone"


def test_secrets_never_appear(tmp_path: Path, result: RunResult) -> None:
    write_reports(result, tmp_path)
    secrets = (ACCOUNT_COOKIE, BROWSER_ID, "storage-secret-0001", "nid-value-00001", "line-browser-id-77", CLEARED,
               "5f5f5f", "abc123secret", "footer-secret", "000102030405060708")  # fmt: skip
    for path in sorted(tmp_path.rglob("*")):
        if path.is_dir():
            continue
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data = str(pq.read_table(path).to_pylist()).encode()
        assert [s for s in secrets if s.encode() in data] == [], path.name


def test_parquet_round_trip(tmp_path: Path, rows: dict[str, list[Row]]) -> None:
    for path in write_parquet(rows, tmp_path):
        table = pq.read_table(path)
        assert table.to_pylist() == rows[path.stem]
        assert all(field.metadata[b"ja"] for field in table.schema)
    assert pq.read_table(tmp_path / "visits.parquet").schema.field("started_at").type == pa.timestamp("us", "UTC")


def test_hostile_text_reaches_parquet_unchanged(tmp_path: Path) -> None:
    written = table_rows(hostile_result())
    write_parquet(written, tmp_path)
    read = pq.read_table(tmp_path / "findings.parquet").to_pylist()
    assert read == written["findings"]
    assert "<script>alert(1)</script>" in [row["rule"] for row in read]
    assert "lone\ufffdsurrogate" in [row["rule"] for row in read]


def test_party_goes_by_the_page_at_the_time() -> None:
    shop = frozenset({"shop.test"})
    other = exchange("v", 1, "https://news.test/x.js", top="https://news.test/")
    assert party(other, shop) == "first"
    hop = exchange("v", 1, "https://bounce.test/", top="https://shop.test/", document=True)
    assert party(hop, shop) == "third"
    unseen = other.model_copy(update={"cause": None})
    assert party(unseen, shop) == "third"
    blank = other.model_copy(update={"cause": Cause(top_url="about:blank"), "url": "https://cdn.shop.test/"})
    assert party(blank, shop) == "first"
    login = exchange("v", 1, "https://google.test/login", phase=Phase.prepare, actor=Actor.page)
    assert party(login, shop) == "third"


@pytest.mark.parametrize("path", ["/home/taro/a.har", "C:\\Users\\taro\\a.har", "a.har"])
def test_only_the_name_of_a_file_is_told(path: str) -> None:
    assert file_name(path) == "a.har"
