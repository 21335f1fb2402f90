"""Rows of the hosts that were spoken to: addresses, the names behind the name, TLS and certificate."""

from collections import Counter
from collections.abc import Iterator, Mapping

from auditor.decode import Knowledge
from auditor.domains import host_of, registrable_domain
from auditor.evidence import Actor
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.visited import visit_sites


def hosts(result: RunResult, masker: Masker) -> Iterator[Mapping[str, object]]:
    """One row a visit and host."""
    knowledge = Knowledge(result.vendors, result.taxonomy)
    for evidence in result.visits:
        sites = visit_sites(evidence.visit)
        requests = Counter(host_of(x.url) for x in evidence.exchanges)
        asked = {host_of(x.url) for x in evidence.exchanges if x.attributed_to is not Actor.browser}
        for h in evidence.hosts:
            site = registrable_domain(h.host)
            own, cname = site in sites, h.cname
            behind = [v for name in reversed(cname.chain) if (v := knowledge.vendor_of(name)) is not None]
            leaf = h.certificates[0] if h.certificates else None
            yield {
                "visit": evidence.visit.visit,
                "host": h.host,
                "site": site,
                "party": ("first" if own else "third") if h.host in asked else None,
                "requests": requests[h.host],
                "addresses": h.addresses,
                "cname": cname.chain,
                "cname_site": cname.last_site,
                "cname_vendor": behind[0].vendor if behind else None,
                "cname_lead": bool(own and cname.last_site and cname.last_site not in sites),
                "cname_status": cname.status.value,
                "cname_reason": masker.guard(cname.reason),
                "tls": h.tls,
                "alpn": h.alpn,
                "certificate_subject": leaf.subject if leaf else None,
                "certificate_issuer": leaf.issuer if leaf else None,
                "certificate_names": leaf.names if leaf else None,
                "certificate_not_before": leaf.not_before if leaf else None,
                "certificate_not_after": leaf.not_after if leaf else None,
                "certificate_sha256": leaf.sha256 if leaf else None,
                "certificates": len(h.certificates),
                "browser_alpn": h.browser_alpn,
                "resolver": cname.resolver,
                "cname_asked_at": cname.asked_at,
            }
