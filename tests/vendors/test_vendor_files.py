"""The vendor files themselves: examples hold, facts are as DOMAIN.md has them, a careless file is refused."""

from pathlib import Path

import pytest

from auditor.decode import Knowledge, check_examples
from auditor.errors import InputError
from auditor.specs import parse
from auditor.vendors import (
    VENDORS_DIR,
    Mark,
    NameKind,
    Taxonomy,
    Vendor,
    load_grammars,
    load_headers,
    load_taxonomy,
    load_vendors,
)

from .table import table

TAXONOMY = load_taxonomy()
VENDORS = load_vendors([VENDORS_DIR], TAXONOMY)
KNOWLEDGE = Knowledge(VENDORS, TAXONOMY, load_headers(TAXONOMY))

# DOMAIN.md B.5.
CODES = """
cookie_id account_id ad_id device_id click_id session_id hashed_email hashed_phone hashed_name_address ip page_url
referrer page_title event purchase search_query time user_agent screen language timezone location app_info
consent_state
"""

PROBE = """vendor: probe
names: [{name: Probe Inc., kind: legal, mark: V, source: "invented, 2026"}]
domains: [{domain: probe.test, mark: V, source: "invented, 2026"}]
"""


def test_the_first_three_platforms_are_there() -> None:
    assert {"lycorp", "google", "meta"} <= {v.vendor for v in VENDORS}


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.vendor)
def test_examples_and_counter_examples_hold(vendor: Vendor) -> None:
    assert check_examples(vendor, KNOWLEDGE) == ()
    assert vendor.examples
    assert vendor.not_examples


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.vendor)
def test_every_vendor_has_a_legal_name_and_each_click_id_once(vendor: Vendor) -> None:
    assert any(n.kind is NameKind.legal for n in vendor.names)
    assert len({c.name for c in vendor.click_ids}) == len(vendor.click_ids)


@pytest.mark.parametrize("vendor", ["lycorp", "google", "meta"])
def test_the_platforms_ways_out_and_documents_are_there(vendor: str) -> None:
    known = KNOWLEDGE.vendor(vendor)
    assert known is not None
    assert known.opt_out
    assert known.documents


def test_no_domain_is_two_vendors() -> None:
    domains = [d.domain for v in VENDORS for d in v.domains]
    assert sorted(domains) == sorted(set(domains))


def test_the_taxonomy_has_all_codes_and_words() -> None:
    assert [c for c in CODES.split() if not TAXONOMY.has(c)] == []
    assert all(t.words_ja and t.name_ja and t.name_en for t in TAXONOMY.data_types)
    assert set(TAXONOMY.get("click_id").words_ja) >= {
        "クリックID",
        "広告のクリック情報",
        "gclid",
        "yclid",
        "fbclid",
    }
    assert TAXONOMY.get("hashed_email").level == "contact"
    assert TAXONOMY.ancestors("hashed_email") == ("email", "contact_data")
    assert TAXONOMY.ancestors("account_id") == ()


def test_an_unknown_data_type_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        TAXONOMY.get("nonsense")


@pytest.mark.parametrize(
    ("vendor", "cookie", "party", "login", "data_type", "mark"),
    [
        ("lycorp", "XB", "third", "any", "cookie_id", Mark.capture),
        ("lycorp", "_yjsu_yjad", "first", "any", "cookie_id", Mark.replayed),
        ("lycorp", "_ly_su", "first", "any", "cookie_id", Mark.vendor),
        ("google", "DSID", "third", "logged_in", "account_id", Mark.vendor),
        ("google", "__Secure-3PSID*", "third", "logged_in", "account_id", Mark.secondary),
        ("google", "_ga", "first", "any", "cookie_id", Mark.vendor),
        ("meta", "_fbp", "first", "any", "cookie_id", Mark.vendor),
        ("meta", "c_user", "third", "logged_in", "account_id", Mark.vendor),
        ("meta", "_fbi", "first", "any", "ip", Mark.vendor),
    ],
)
def test_cookies_are_as_documented(
    vendor: str, cookie: str, party: str, login: str, data_type: str, mark: Mark
) -> None:
    known = KNOWLEDGE.vendor(vendor)
    assert known is not None
    [found] = [c for c in known.cookies if c.name == cookie and not c.storage]
    assert (found.party, found.login, found.data_type, found.mark) == (party, login, data_type, mark)


def test_lifetimes_of_metas_own_code_not_of_the_cookie_lists() -> None:
    meta = KNOWLEDGE.vendor("meta")
    assert meta is not None
    assert {c.name: c.lifetime_days for c in meta.cookies if c.name.startswith("_")} == {
        "_fbp": 90,
        "_fbc": 90,
        "_fbi": 1,
        "_gtmeec": 90,
    }


def test_a_mark_proves_only_when_somebody_read_or_ran_it() -> None:
    assert {m.value for m in Mark if m.proves} == {"P", "V", "R", "own_run"}


def test_sources_are_written_out() -> None:
    lycorp = KNOWLEDGE.vendor("lycorp")
    assert lycorp is not None
    [b_id] = [p for p in lycorp.parameter_sets["line_tag"] if p.name == "b_id"]
    assert (b_id.mark, b_id.source) == (
        Mark.replayed,
        "LINE Tag lt.js 3.4.1 (2025-01), run in Chromium on loopback",
    )


MODULE = """modules:
  - id: tag
    name_ja: タグ
    name_en: tag
    kind: tag
    endpoints:
      - {host: probe.test, mark: V, source: "invented, 2026"%s}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cookies: [{name: a, party: first, data_type: cookie_id, source: s}]\n", "cookies.0.mark: is missing"),
        ("cookies: [{name: a, party: first, data_type: cookie_id, mark: V}]\n", "cookies.0.source: is missing"),
        ("cookies: [{name: a, party: first, mark: V, source: s 2026}]\n", "cookies.0.data_type: is missing"),
        ("cookies: [{name: a, party: second, data_type: x, mark: V, source: s 2026}]\n", "cookies.0.party"),
        ("clickids: []\n", "clickids: unknown key (did you mean click_ids?)"),
        ("click_ids: [{name: a, mark: X, source: s}]\n", "click_ids.0.mark"),
        ("click_ids: [{name: a, mark: V, source: $nowhere}]\n", "unknown source '$nowhere'"),
        (MODULE % ", use: [none]", "uses the unknown parameter set 'none'"),
        (MODULE % ", when: {v: 2}", "modules.0.endpoints.0.when.v"),
        (MODULE % ", body: xml", "modules.0.endpoints.0.body"),
        (MODULE.replace("host: probe.test", 'host: "*"') % "", "an endpoint on any host needs `when`"),
        (MODULE % ", parameters: [{name: '', mark: V, source: s 2026}]", "modules.0.endpoints.0.parameters.0.name"),
        (
            MODULE % ", parameters: [{name: a, split: nonsense, mark: V, source: s 2026}]",
            "modules.0.endpoints.0.parameters.0.split",
        ),
        (
            "modules:\n  - &m {id: tag, name_ja: a, name_en: a, kind: tag}\n  - *m\n",
            "anchors and aliases are not allowed",
        ),
        (
            "modules:\n" + "  - {id: tag, name_ja: a, name_en: a, kind: tag}\n" * 2,
            "the module 'tag' is there twice",
        ),
    ],
)
def test_a_careless_file_is_refused_by_its_field(text: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(PROBE + text, Vendor, file="probe.yaml")
    assert "probe.yaml" in str(refused.value)
    assert message in str(refused.value)


@pytest.mark.parametrize("domain", ["*.probe.test", "https://probe.test", "probe.test/", "Probe.test", "", "*"])
def test_a_domain_is_a_plain_name(domain: str) -> None:
    text = PROBE.replace("domain: probe.test", f'domain: "{domain}"')
    with pytest.raises(InputError, match=r"domains\.0\.domain"):
        parse(text, Vendor, file="probe.yaml")


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_file_is_named_like_its_vendor(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the file must be named probe\.yaml"):
        load_vendors([write(tmp_path, "other.yaml", PROBE)], TAXONOMY)


def test_a_vendor_is_described_once(tmp_path: Path) -> None:
    write(tmp_path, "probe.yaml", PROBE)
    with pytest.raises(InputError, match="already described"):
        load_vendors([tmp_path, tmp_path], TAXONOMY)


@pytest.mark.parametrize(
    "text",
    [
        "cookies: [{name: a, party: first, data_type: nonsense, mark: V, source: s 2026}]\n",
        "click_ids: [{name: a, data_type: nonsense, mark: V, source: s 2026}]\n",
        MODULE % ", parameters: [{name: a, data_type: nonsense, mark: V, source: s 2026}]",
        "parameter_sets: {s: [{name: a, data_type: nonsense, mark: V, source: s 2026}]}\n",
        "examples:\n  - url: https://probe.test/\n    module: null\n"
        "    items: [{parameter: a, data_type: nonsense, carrier: query}]\n",
    ],
)
def test_data_types_must_be_in_the_taxonomy(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="unknown data type 'nonsense'"):
        load_vendors([write(tmp_path, "probe.yaml", PROBE + text)], TAXONOMY)


def test_files_that_begin_with_an_underscore_are_no_vendors(tmp_path: Path) -> None:
    write(tmp_path, "_notes.yaml", "anything: goes\n")
    assert [v.vendor for v in load_vendors([write(tmp_path, "probe.yaml", PROBE)], TAXONOMY)] == ["probe"]


TYPE = "{code: %s, level: other, name_ja: あ, name_en: a, words_ja: [あ]%s}"


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ([TYPE % ("a", ""), TYPE % ("a", "")], "a data type is there twice"),
        ([TYPE % ("a", ", parent: b")], "a: unknown parent 'b'"),
        ([TYPE % ("a", ", parent: b"), TYPE % ("b", ", parent: a")], "its parents go in a circle"),
        ([TYPE.replace("other", "secret") % ("a", "")], "data_types.0.level"),
    ],
)
def test_a_careless_taxonomy_is_refused(types: list[str], message: str) -> None:
    text = "data_types:\n" + "".join(f"  - {t}\n" for t in types)
    with pytest.raises(InputError) as refused:
        parse(text, Taxonomy, file="types.yaml")
    assert message in str(refused.value)


def test_examples_that_do_not_hold_are_said() -> None:
    wrong = parse(
        PROBE + MODULE % ", parameters: [{name: id, data_type: cookie_id, mark: V, source: s 2026}]" + "examples:\n"
        "  - url: 'https://probe.test/?id=1&x=2'\n"
        "    module: other\n"
        "    items:\n"
        "      - {parameter: id, data_type: account_id, carrier: query, value: '2'}\n"
        "not_examples: [{url: 'https://probe.test/', why: it is another's}]\n",
        Vendor,
        file="probe.yaml",
    )
    assert check_examples(wrong, Knowledge([wrong], TAXONOMY)) == (
        "examples.0: told as ('probe', 'tag')",
        "examples.0: not found: 1 x id as account_id in query",
        "examples.0: found and not listed: 1 x id as cookie_id in query",
        "examples.0: id is not '2'",
        "not_examples.0: taken for probe, but it is another's",
    )


def test_the_readme_says_what_the_files_know() -> None:
    readme = (VENDORS_DIR.parent / "README.md").read_text("utf-8")
    assert "\n".join(table()) in readme, "python -m tests.vendors.table prints it anew"


def test_what_every_japanese_site_may_carry_is_there() -> None:
    """The recipients the users named, and at least sixty besides the platforms and the carriers."""
    wanted = """x bytedance microsoft criteo amazon adobe treasuredata plaid repro adebis brainpad faber microad logicad
    geniee fluct imobile popin taboola outbrain supership userlocal hotjar hubspot salesforce linkedin pinterest
    cloudflare newrelic sentry datadog onetrust usercentrics datasign docomo kddi softbank rakuten ntteast nttwest"""
    known = {v.vendor for v in VENDORS}
    assert set(wanted.split()) - known == set()
    assert len(known) >= 70
    assert {v.vendor for v in VENDORS if not v.domains} == set()


@pytest.mark.parametrize("host", ["www.yahoo.com", "analytics.yahoo.com", "yahoo.net", "ads.yahoo.com"])
def test_yahoo_of_the_united_states_is_not_lineyahoo(host: str) -> None:
    found = KNOWLEDGE.vendor_of(host)
    assert found is None or found.vendor == "yahoo_us"


def test_the_grammars_give_data_types_of_the_taxonomy() -> None:
    contact = load_grammars().enhanced
    assert {*contact.fields.values(), *contact.in_clear.values()} <= {t.code for t in TAXONOMY.data_types}
    assert contact.in_clear.keys() <= contact.fields.keys()
    assert load_grammars().consent_gcs.dated and load_grammars().consent_gcd.dated and contact.dated
