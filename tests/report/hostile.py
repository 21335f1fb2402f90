"""Text as hostile pages send it, and a RunResult that carries it in every field a page can fill."""

from auditor.check.finding import Finding, Verdict
from auditor.compare import Change, TechniqueUse
from auditor.disclosures.model import DeclaredRow, Disclosure
from auditor.evidence import Cookie, Coverage, Signal, SignalKind, StackFrame, StorageItem
from auditor.identify.model import (
    Born,
    Flow,
    Holder,
    HolderKind,
    Identified,
    Identifier,
    IdentifierKind,
    Leak,
    Property,
    Respawn,
    Sync,
    Tie,
)
from auditor.report.inputs import CanaryRow, RunFacts, RunResult, VisitCoverage

from .factory import KEY, START, run_result

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '"><svg onload=alert(3)>',
    "'-alert(4)-'",
    "</style><script>alert(5)</script>",
    "</title><script>alert(6)</script>",
    "javascript:alert(7)",
    "{{ 7*7 }}{% raw %}{{ config }}",
    "<iframe srcdoc='<script>parent.alert(8)</script>'></iframe>",
    "<a href=javascript:alert(9)>x</a>",
    '" onmouseover="alert(10)" x="',
    "<base href=https://evil.test/>",
    "<link rel=stylesheet href=https://evil.test/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.test/'>",
    "<form action=https://evil.test/><button autofocus onfocus=alert(11)>",
    "<math><mtext></p><img src onerror=alert(12)></math>",
    "<!--><img src=https://evil.test/p.gif>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(13)>'>",
    "<details open ontoggle=alert(14)>",
    "<input autofocus onfocus=alert(15)>",
    "<style>@import url(https://evil.test/y.css)</style>",
    "&lt;script&gt;alert(16)&lt;/script&gt;",
    "\u202egpj.exe\u202c",
    "nul\0 bell\a ansi\x1b[31mred\x1b]0;title\a back\b\b",
    "=cmd|'/c calc'!A1",
    "＝HYPERLINK(\"https://evil.test\")",
    "\u2028line\u2029para\ufeffbom\u200bzero\u3164filler",
    "lone\udc80surrogate",
    "{braces} {0} %s %(x)s",
    "[bold red]markup[/] [link=https://evil.test]x[/link]",
    "長" * 5000,
)  # fmt: skip


def hostile_result() -> RunResult:
    """The whole run, each of its texts a payload."""
    base = run_result()
    visits = []
    for number, evidence in enumerate(base.visits):
        text = PAYLOADS[number % len(PAYLOADS)]
        visit = evidence.visit.model_copy(
            update={"title": text, "reason": text, "operator": text, "final_url": f"https://shop.test/{text}?q={text}"}
        )
        exchanges = tuple(
            x.model_copy(
                update={"url": f"{x.url}#{text}", "error": text, "request_headers": (("Cookie", f"{text}=1"),)}
            )
            for x in evidence.exchanges
        )
        visits.append(
            evidence.model_copy(update={"visit": visit, "exchanges": exchanges, **_kept(evidence.visit.visit)})
        )
    return base.model_copy(
        update={
            "run": "hostile",
            "title": " ".join((*PAYLOADS[:3], PAYLOADS[23], PAYLOADS[29])),
            "scenario": None,
            "visits": tuple(visits),
            "transmissions": tuple(
                t._replace(
                    parameter=PAYLOADS[n % len(PAYLOADS)],
                    value=PAYLOADS[-n % len(PAYLOADS)],
                    recipient=PAYLOADS[(n * 3) % len(PAYLOADS)] if n % 5 == 0 else t.recipient,
                    vendor=None if n % 5 == 0 else t.vendor,
                    data_type=PAYLOADS[n % len(PAYLOADS)] if n % 7 == 0 else t.data_type,
                    told_by=PAYLOADS[n % len(PAYLOADS)],
                )
                for n, t in enumerate(base.transmissions)
            ),
            "findings": tuple(map(_finding, range(len(PAYLOADS)), PAYLOADS)),
            "changes": tuple(_change(kind, text) for text in PAYLOADS for kind in ("cookie_mode", "visitor", text)),
            "disclosures": (_disclosure(),),
            "coverage": tuple(
                VisitCoverage(visit="", coverage=Coverage(sensor=text, skipped=1, reason=text)) for text in PAYLOADS
            ),
            "notes": PAYLOADS,
            "identified": _identified(base.visits[0].visit.visit),
            "techniques": tuple(
                TechniqueUse(
                    vendor=None,
                    recipient=text,
                    technique=text,
                    strength=("shown", "hint")[n % 2],
                    site=text,
                    items=PAYLOADS,
                    evidence=(text,),
                )
                for n, text in enumerate(PAYLOADS)
            ),
            "facts": RunFacts(
                started_at=START,
                versions={text: text for text in PAYLOADS},
                flags=PAYLOADS,
                canary=tuple(CanaryRow(name=t, holds=False, expected=t, seen=t) for t in PAYLOADS),
            ),
            "key": KEY,
        }
    )


def _kept(visit: str) -> dict[str, object]:
    return {
        "signals": tuple(
            Signal(
                visit=visit,
                kind=kind,
                group=text,
                name=text,
                value=text,
                host=text,
                script=StackFrame(url=f"https://shop.test/{text}?q={text}", line=1, column=1, function=text),
                frame_url=text,
                top_url=text,
                at=START,
            )
            for text in PAYLOADS
            for kind in SignalKind
        ),
        "cookies": tuple(
            Cookie(name=text, domain="shop.test", path=f"/{text}", value=text, stored=True, blocked_reason=text)
            for text in PAYLOADS
        ),
        "storage": tuple(
            StorageItem(origin="https://shop.test", top_site="shop.test", area="local", key=text, value=text)
            for text in PAYLOADS
        ),
    }


def _finding(number: int, text: str) -> Finding:
    return Finding(
        finding=f"JP-03.{number}",
        rule=text,
        item=text,
        verdict=tuple(Verdict)[number % 4],
        severity=text,
        site=text,
        visit="",
        vendor=None,
        recipient=text,
        data_type=text,
        evidence=("shop.no_account.allowed.ignore.1/r00002", text),
        basis=text,
        message_ja=text,
        message_en=f"{text} ",
    )


def _identified(visit: str) -> Identified:
    one = Property(holds=True, shown=PAYLOADS[0], evidence=PAYLOADS[:3])
    return Identified(
        identifiers=tuple(
            Identifier(
                value=f"{n} {text}", kind=tuple(IdentifierKind)[n % 3], reason=text, data_types=(text,),
                holders=(Holder(kind=tuple(HolderKind)[n % 6], place=text, name=text, part=text, party=text),),
                born=Born(visit=visit, request=text, how=text, host=text),
                stays=one, differs=one, random=one, lives=one,
                flows=(
                    Flow(
                        visit=visit, site=text, request="r00001", at=START, recipient=text, host=text, carrier=text,
                        name=text, layers=(text,), phase=text,
                    ),
                ),
                ties=(Tie(platform=text, visit=text, before=(text,), during=(text,), after=(text,)),),
            )
            for n, text in enumerate(PAYLOADS)
        ),
        syncs=tuple(
            Sync(value=text, visit=visit, site=text, from_recipient=text, to_recipient=text, how=text, name=text,
                 evidence=(text,))
            for text in PAYLOADS
        ),
        respawns=tuple(
            Respawn(value=text, visit=visit, site=text, name=text, domain=text, cleared_at=START, source=text,
                    detail=text, evidence=(text,))
            for text in PAYLOADS
        ),
        leaks=tuple(
            Leak(visit=visit, site=text, request="r00001", at=START, field=text, variant=text, layers=(text,),
                 recipient=text, host=text, module=text, first_party=n % 2 == 0, carrier=text, name=text, when=text)
            for n, text in enumerate(PAYLOADS)
        ),
    )  # fmt: skip


def _change(kind: str, text: str) -> Change:
    return Change(
        kind=kind,
        site=text,
        vendor=None,
        recipient=text,
        module=text,
        data_type=text,
        item=text,
        before_visit=text,
        after_visit=text,
        before=text,
        after=text,
        change=text,
        technique=text,
    )


def _disclosure() -> Disclosure:
    rows = tuple(
        DeclaredRow(
            recipient=text, entity=text, name_kind=text, service=text, content=(text,), content_text=text,
            purposes=(text,), opt_out=text, where=text,
        )
        for text in PAYLOADS
    )  # fmt: skip
    return Disclosure(site=PAYLOADS[0], address=PAYLOADS[6], title=PAYLOADS[1], rows=rows, not_understood=PAYLOADS)


def _coverage(text: str) -> VisitCoverage:
    return VisitCoverage(visit="", coverage=Coverage(sensor=text, skipped=1, reason=text))
