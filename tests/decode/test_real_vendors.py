"""Real Meta, GA4 and Google Ads requests: the right module in each, nearly all parameters named, none wrongly.

Which requests are meant is told here by `urllib` alone. Values are compared by their form, never printed: they are real
people's. READ is what one of us read, parameter by parameter, against the vendors' documents: it is the reference, and
the vendor files are held against it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from auditor.decode.forms import family_of, form_of
from auditor.decode.items import named_values
from auditor.decode.reading import Reading, read_request
from auditor.decode.request import Request

from .factory import KNOWLEDGE

REAL = Path(__file__).parents[3] / "shared" / "real" / "har"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the recorded real traffic is not on this machine")

# module | parameter, numbers left out | data type, - for technical | forms of its values
READ = """
ga4 | _ee | - | flag
ga4 | _et | event | number
ga4 | _eu | - | word
ga4 | _fv | event | flag
ga4 | _gaz | - | flag
ga4 | _nsi | event | flag
ga4 | _p | - | number, time in ms
ga4 | _r | - | number
ga4 | _s | - | flag, number
ga4 | _ss | event | flag
ga4 | aip | - | flag
ga4 | are | - | flag
ga4 | cid | cookie_id | decimal
ga4 | dl | page_url | address
ga4 | dma | consent_state | flag
ga4 | dr | referrer | address
ga4 | dt | page_title | text, word
ga4 | en | event | word
ga4 | ep.forceSSL | event | word
ga4 | ep.gtm_container_id | event | token
ga4 | ep.gtm_container_version | event | number
ga4 | ep.gtm_tag_name | event | text
ga4 | ep.number_previous_pages | event | flag
ga4 | ep.site_section | event | token
ga4 | ep.site_subsection | event | word
ga4 | epn.page_load_time | event | number
ga4 | epn.percent_scrolled | event | number
ga4 | gcd | consent_state | token
ga4 | gcs | consent_state | token
ga4 | gdid | - | word
ga4 | gtm | - | token
ga4 | pae | - | flag
ga4 | sct | event | flag
ga4 | seg | event | flag
ga4 | sid | session_id | time in s
ga4 | slf_rd | - | flag
ga4 | sr | screen | size
ga4 | t | - | word
ga4 | tfd | - | number
ga4 | tid | - | token
ga4 | uaa | user_agent | word
ga4 | uab | user_agent | number
ga4 | uafvl | user_agent | text
ga4 | uam | user_agent | empty
ga4 | uamb | user_agent | flag
ga4 | uap | user_agent | word
ga4 | uapv | user_agent | version
ga4 | uaw | user_agent | flag
ga4 | ul | language | language
ga4 | up.customer_type | event | word
ga4 | up.logged_in | event | word
ga4 | v | - | flag, number
ga4 | z | - | number
google_ads_conversion | async | - | flag
google_ads_conversion | auid | cookie_id | decimal
google_ads_conversion | bg | - | word
google_ads_conversion | cv | - | number
google_ads_conversion | data | event | token
google_ads_conversion | did | - | text
google_ads_conversion | dma | consent_state | flag
google_ads_conversion | fledge | - | flag
google_ads_conversion | fmt | - | number
google_ads_conversion | frm | - | flag
google_ads_conversion | fst | - | time in ms
google_ads_conversion | gcd | consent_state | token
google_ads_conversion | gdid | - | token
google_ads_conversion | gtm | - | token
google_ads_conversion | guid | - | word
google_ads_conversion | hn | - | token
google_ads_conversion | path.N | - | number
google_ads_conversion | random | - | time in ms
google_ads_conversion | ref | referrer | address
google_ads_conversion | rfmt | - | number
google_ads_conversion | tiba | page_title | text
google_ads_conversion | u_h | screen | number
google_ads_conversion | u_w | screen | number
google_ads_conversion | uaa | user_agent | word
google_ads_conversion | uab | user_agent | number
google_ads_conversion | uafvl | user_agent | text
google_ads_conversion | uamb | user_agent | flag
google_ads_conversion | uap | user_agent | word
google_ads_conversion | uapv | user_agent | version
google_ads_conversion | uaw | user_agent | flag
google_ads_conversion | url | page_url | address
google_ads_remarketing | async | - | flag
google_ads_remarketing | bg | - | word
google_ads_remarketing | cv | - | number
google_ads_remarketing | data | event | token
google_ads_remarketing | fmt | - | number
google_ads_remarketing | frm | - | flag
google_ads_remarketing | fst | - | time in ms
google_ads_remarketing | gtm | - | token
google_ads_remarketing | guid | - | word
google_ads_remarketing | ipr | - | word
google_ads_remarketing | is_vtc | - | flag
google_ads_remarketing | path.N | - | number
google_ads_remarketing | random | - | number, time in ms
google_ads_remarketing | ref | referrer | address
google_ads_remarketing | rmt_tld | - | flag
google_ads_remarketing | tiba | page_title | text
google_ads_remarketing | u_h | screen | number
google_ads_remarketing | u_w | screen | number
google_ads_remarketing | url | page_url | address
pixel | a | - | word
pixel | cd[DataLayer] | browsing_history | json
pixel | cd[JSON-LD] | browsing_history | json
pixel | cd[Meta] | page_title | json
pixel | cd[OpenGraph] | browsing_history | json
pixel | cd[Schema.org] | browsing_history | json
pixel | cd[buttonFeatures] | event | json
pixel | cd[buttonText] | event | text, word
pixel | cd[formFeatures] | form_content | json
pixel | cd[pageFeatures] | page_title | json
pixel | cd[parameters] | event | json
pixel | coo | - | flag
pixel | cs_est | - | flag
pixel | dl | page_url | address
pixel | domain | page_url | token
pixel | ec | - | flag, number
pixel | es | - | word
pixel | ev | event | word
pixel | exp | - | token
pixel | fbp | cookie_id | token
pixel | id | - | number
pixel | if | - | flag
pixel | it | time | time in ms
pixel | ler | referrer | word
pixel | o | fraud_signal | number
pixel | path.N | - | number
pixel | r | - | word
pixel | rl | referrer | address, empty
pixel | rqm | - | word
pixel | sh | screen | number
pixel | sw | screen | number
pixel | tm | - | number
pixel | ts | time | number, time in ms
pixel | v | - | version
"""

ADS = re.compile(r"/(pagead/(conversion|viewthroughconversion|1p-conversion|1p-user-list)|ccm|rmkt)/")


@cache
def requests() -> tuple[Request, ...]:
    found = []
    for path in sorted(REAL.rglob("*.har")):
        try:
            entries = json.loads(path.read_text("utf-8-sig"))["log"]["entries"]
        except (ValueError, KeyError, UnicodeDecodeError):
            continue  # broken on purpose: the importer's tests read these
        for entry in entries:
            request = entry["request"]
            body = ((request.get("postData") or {}).get("text") or "").encode()
            headers = tuple((h["name"].lower(), h["value"]) for h in request["headers"])
            found.append(Request(request["method"], request["url"], headers, body))
    return tuple(found)


def kind_of(request: Request) -> str:
    """What the address says: meta, ga4, ads, consent (any other with consent mode) or nothing."""
    parts = urlsplit(request.url)
    host, query = parts.hostname or "", dict(parse_qsl(parts.query, keep_blank_values=True))
    if host.endswith("facebook.com") and parts.path.rstrip("/") == "/tr":
        return "meta"
    if host == "connect.facebook.net" and parts.path.startswith("/signals/config/"):
        return "meta"
    if query.get("tid", "").startswith("G-") and "cid" in query:
        return "ga4"
    if host.endswith((".google.com", ".doubleclick.net", ".googleadservices.com")) and ADS.match(parts.path):
        return "ads"
    return "consent" if "gcs" in query or "gcd" in query else ""


def readings() -> Iterator[tuple[str, Reading]]:
    for request in requests():
        if kind := kind_of(request):
            reading = read_request(request, "", KNOWLEDGE)
            assert reading is not None
            yield kind, reading


MODULES = {
    "meta": {"pixel": 18},
    "ga4": {"ga4": 10},
    "ads": {"google_ads_conversion": 1, "google_ads_remarketing": 1},
    "consent": {"universal_analytics": 1, "protected_audience": 1},
}


def test_every_one_has_its_module() -> None:
    found: dict[str, Counter[str]] = {kind: Counter() for kind in MODULES}
    for kind, reading in readings():
        found[kind][reading.told.module.id if reading.told.module else "?"] += 1
    assert found == MODULES


def test_at_least_98_of_100_parameters_are_named() -> None:
    named: Counter[str] = Counter()
    for kind, reading in readings():
        assert reading.told.entries is not None
        for _, entry in named_values(reading.params, reading.told.entries):
            named[f"{kind} {'named' if entry else 'unknown'}"] += 1
    named_all = sum(n for kind, n in named.items() if kind.endswith(" named"))
    assert named_all / named.total() >= 0.98
    assert named.total() > 500


def test_none_is_named_wrongly() -> None:
    """Every real occurrence of what was read by hand has the data type and a form that reading gave it."""
    read = {}
    for line in READ.strip().splitlines():
        module, name, data_type, forms = (part.strip() for part in line.split("|"))
        read[module, name] = (data_type, {form.strip() for form in forms.split(",")})
    assert len(read) >= 100
    seen = set()
    wrong = set()
    for _, reading in readings():
        assert reading.told.entries is not None and reading.told.module is not None
        for param, entry in named_values(reading.params, reading.told.entries):
            key = (reading.told.module.id, family_of(param.name))
            if key not in read or entry is None:
                continue
            seen.add(key)
            data_type, allowed = read[key]
            form = form_of(param.value)
            if (entry.data_type or "-") != data_type or not {form, form.partition(" ")[0]} & allowed:
                wrong.add((*key, entry.data_type, form))
    assert wrong == set()
    assert seen == set(read)


def test_no_request_to_others_is_given_to_a_vendor_but_by_its_grammar() -> None:
    """A host outside a vendor's lists is that vendor's only where the request's own form shows it."""
    by_grammar: Counter[tuple[str, str, str]] = Counter()
    for request in requests():
        reading = read_request(request, "", KNOWLEDGE)
        if reading is None or reading.told.vendor is None:
            continue
        vendor = reading.told.vendor
        listed = any(
            reading.host == d.domain or reading.host.endswith(f".{d.domain}")
            for d in vendor.domains
            if not d.domain.endswith(".*")
        ) or any(
            d.domain.endswith(".*") and reading.recipient.partition(".")[0] == d.domain[:-2] for d in vendor.domains
        )
        if not listed:
            assert reading.told.by_grammar
            module = reading.told.module.id if reading.told.module else "?"
            by_grammar[vendor.vendor, module, reading.told.told_by] += 1
    assert by_grammar == GRAMMARS


# Adobe Analytics on the shop's own host name.
GRAMMARS = {("adobe", "analytics", "grammar: */b/ss/* with AQB=1"): 9}
