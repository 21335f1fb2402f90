"""A comparison of two runs as one HTML file, under the rules of the report (html/render.py): inert, both languages."""

from jinja2 import ChoiceLoader, PackageLoader
from markupsafe import Markup

from auditor.compare.drift import Drift, Drifted, DriftKind
from auditor.decode import Knowledge
from auditor.report.drift.words import field_name, sure_of, words
from auditor.report.html.render import environment, style_hash, style_of
from auditor.report.texts import Lang, Text
from auditor.vendors import NameKind

MAX_LINES = 500
_BADGE = {"new": "added", "gone": "kept", "changed": "replaced"}


def page(drifted: Drifted, knowledge: Knowledge, lang: Lang = "ja") -> str:
    """The comparison as HTML; `lang` is the language shown first."""
    env = environment(ChoiceLoader([PackageLoader("auditor.report.drift"), PackageLoader("auditor.report.html")]))
    style = style_of(env, "style.css", "drift.css")

    def who(line: Drift) -> Text:
        vendor = knowledge.vendor(line.vendor) if line.vendor else None
        if vendor is None:
            return words("own") if not line.recipient else Text(ja=line.recipient, en=line.recipient)
        legal = [n.name for n in vendor.names if n.kind is NameKind.legal and n.name.isascii()]
        return Text(ja=vendor.legal_name, en=legal[0] if legal else vendor.legal_name)

    env.globals |= {
        "w": words,
        "field_name": field_name,
        "who": who,
        "sure_of": sure_of,
        "badges": _BADGE,
    }
    counts = [(kind, sum(line.kind is kind for line in drifted.lines)) for kind in DriftKind]
    return env.get_template(
        "drift.html.j2"
    ).render(
        lang=lang,
        style=Markup(style),  # noqa: S704 - our own files, and the policy names their hash
        style_hash=style_hash(style),
        drifted=drifted,
        counts=counts,
        shown=drifted.lines[:MAX_LINES],
        more=max(0, len(drifted.lines) - MAX_LINES),
    )
