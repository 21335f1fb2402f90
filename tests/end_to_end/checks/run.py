"""Makes the runs over the checks' web: scenario written, visits made, results derived."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import dns.message
import dns.rrset

from auditor.pipeline import audit, derive
from auditor.report import RunResult
from tests.end_to_end.pages_web import pages_web

from .sites import OPTED, OUT, RECIPIENTS, Shop
from .vendors import write_vendors

ALIASES = {"data.aliased.test": "aliased.edge.adcom.test"}


@contextlib.contextmanager
def resolver() -> Iterator[str]:
    """A name server on loopback that knows one alias; its ip:port."""
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asked.bind(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                data, peer = asked.recvfrom(4096)
                query = dns.message.from_wire(data)
                name = query.question[0].name.to_text(omit_final_dot=True).lower()
                answer = dns.message.make_response(query)
                if name in ALIASES:
                    answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{ALIASES[name]}."))
                asked.sendto(answer.to_wire(), peer)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{asked.getsockname()[1]}"
    finally:
        asked.close()


def judged(folder: Path, shops: Mapping[str, Shop], more: str) -> RunResult:
    """One run over the shops; `more` is the scenario's text besides its sites."""
    pages = {**RECIPIENTS, **{f"{name}.test": shop.pages for name, shop in shops.items()}}
    with pages_web(folder, pages) as web, resolver() as server:
        path = folder / "checks.yaml"
        sites = [_site(name, name, shop.more) for name, shop in shops.items()]
        sites += [_site(name, of, f"{shops[of].more}\n    {OUT}") for name, of in OPTED.items() if of in shops]
        names = "".join(f"\n    {host}: {address}" for host, address in web.names.items())
        path.write_text(
            f"""scenario: checks
vendors: [{write_vendors(folder / "vendors")}]
cookie_modes: [allowed]
limits: {{settle_quiet_ms: 200, settle_max_ms: 3000, drain_ms: 1000, step_ms: 8000, consent_ms: 1500}}
{more}
sites:{"".join(sites)}
network:
  resolver: {server}
  ca: {web.ca}
  names:{names}
""",
            encoding="utf-8",
        )
        run = audit(path, folder / "run", 2, lambda _total: lambda _visit: None, lambda _scenario: None)
        return derive(run)


def _site(name: str, host: str, more: str) -> str:
    return f"""
  - id: {name}
    operator: 株式会社くつ
    url: https://{host}.test/
    {more}"""
