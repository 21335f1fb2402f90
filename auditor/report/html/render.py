"""RunResult to one HTML file.

Three rules hold for every value, whatever a template says: observed text is made visible (no control or bidi
character is ever sent to the browser), it is escaped, and the page's policy forbids anything but its own style.
The language switch is two radio buttons and a style rule, so the file has no script at all.
"""

import base64
import hashlib
from datetime import UTC, datetime, timedelta, timezone

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from auditor.report.html.changed import changes_by_site
from auditor.report.html.compared import platform_states
from auditor.report.html.declared import declared
from auditor.report.html.findings import EvidenceIndex, findings_by_site
from auditor.report.html.identified import identified_view
from auditor.report.html.leaks import leaks_view
from auditor.report.html.matrix import matrices
from auditor.report.html.parts import capped, data_type_name, recipient_name
from auditor.report.html.selftest import self_test
from auditor.report.html.signals import signal_rows
from auditor.report.html.summary import control, summary
from auditor.report.html.techniques import technique_name, techniques_view
from auditor.report.inputs import RunResult
from auditor.report.masking import Masker
from auditor.report.rows.visited import file_name
from auditor.report.texts import Lang, Text, label, texts, visible

MAX_VISITS = 300
# a cell held against itself shows that nothing is found where nothing differs: no change
SHOWN_APART = frozenset({"visitor", "cookie_mode", "repeat"})
_JST = timezone(timedelta(hours=9))


def render(result: RunResult, lang: Lang = "ja") -> str:
    """The report as HTML; `lang` is the language shown first."""
    env = environment(PackageLoader("auditor.report.html"))
    style = style_of(env, "style.css")
    masker = Masker(result.key, result.taxonomy)
    index = EvidenceIndex(result, masker)
    sites = findings_by_site(result, masker, index)
    # what was typed and sent comes before the rest of them: the list of evidence has an end
    leaks = leaks_view(result, masker, index)
    techniques = techniques_view(result, masker, index)
    identified = identified_view(result, masker, index)
    platforms = result.scenario.platforms.values() if result.scenario else ()
    return env.get_template("index.html.j2").render(
        lang=lang,
        style=Markup(style),  # noqa: S704 - our own file, and the policy names its hash
        style_hash=style_hash(style),
        result=result,
        masker=masker,
        summary=summary(result, masker),
        sites=sites,
        evidence=index.listed(),
        matrices=matrices(result),
        identified=identified,
        leaks=leaks,
        signals=signal_rows(result),
        states=platform_states(result, masker),
        visitor_changes=changes_by_site(result, ["visitor"], without={p.vendor for p in platforms}),
        techniques=techniques,
        cookie_changes=changes_by_site(result, ["cookie_mode"]),
        other_changes=changes_by_site(result, sorted({c.kind for c in result.changes} - SHOWN_APART)),
        declared=declared(result, sites),
        visits=capped(result.visits, MAX_VISITS, "visits.csv"),
        control=control(result),
        self_test=self_test(result),
    )


def environment(loader: BaseLoader) -> Environment:
    """Templates under the three rules above, with the words of texts.yaml as `t` and `label`."""
    env = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.globals |= {
        "t": _t,
        "label": lambda group, code: _both(label(group, code)),
        "both": _both,
        "plain": _plain,
        "technique": lambda code: _both(technique_name(code)),
        "data_type": lambda result, code: _both(data_type_name(result, code)),
        "recipient": lambda result, vendor, domain: _both(recipient_name(result, vendor, domain)),
        "place": lambda masker, address: masker.url(address) if "://" in address else file_name(address),
    }
    env.filters |= {"time": _time, "jst": _jst, "lines": _lines, "seconds": lambda ms: f"{ms / 1000:.1f}"}
    return env


def style_of(env: Environment, *names: str) -> str:
    """The style sheets exactly as they stand between the tags: the policy's hash is over these bytes."""
    assert env.loader is not None
    return "".join(env.loader.get_source(env, name)[0] for name in names)


def style_hash(style: str) -> str:
    """The style's hash as a content security policy names it."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _finalize(value: object) -> object:
    """Every `{{ ... }}` passes here: plain text is made visible, markup of our own is left alone."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, Text):
        return _both(value)
    return visible(value) if isinstance(value, str) else value


def _both(text: Text) -> Markup:
    """Both languages, of which the style shows one; a text that is the same in both only once."""
    if text.ja == text.en:
        return escape(visible(text.ja))
    return Markup('<span lang="ja">{}</span><span lang="en">{}</span>').format(visible(text.ja), visible(text.en))


def _t(key: str, **values: object) -> Markup:
    """A text of texts.yaml with its values, each made visible and escaped."""
    shown = {name: visible(value) if isinstance(value, str) else value for name, value in values.items()}
    return _both(texts()[key].filled(**shown))


def _plain(key: str) -> str:
    """Both languages in one line, for attributes and the window's title, where no element can stand."""
    text = texts()[key]
    return f"{text.ja} / {text.en}"


def _time(value: datetime | None) -> str:
    """A time in UTC to the second."""
    if value is None:
        return "—"
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _jst(value: datetime | None) -> str:
    """A time in Japan to the minute."""
    if value is None:
        return "—"
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(_JST).strftime("%Y-%m-%d %H:%M")


def _lines(text: str) -> str:
    """A page's text that runs over several lines, in one."""
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())
