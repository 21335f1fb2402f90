"""The sheet as one HTML file, under the rules of the report (auditor/report/html/render.py): inert, both languages."""

from jinja2 import ChoiceLoader, PackageLoader
from markupsafe import Markup

from auditor.report.hearing.sheet import Hearing
from auditor.report.hearing.shown import explanations, facts, title_of, why_of
from auditor.report.hearing.words import words
from auditor.report.html.render import environment, style_hash, style_of
from auditor.report.inputs import RunResult
from auditor.report.texts import Lang


def page(hearing: Hearing, result: RunResult, lang: Lang = "ja") -> str:
    """The sheet as HTML; `lang` is the language shown first."""
    env = environment(ChoiceLoader([PackageLoader("auditor.report.hearing"), PackageLoader("auditor.report.html")]))
    style = style_of(env, "style.css", "hearing.css")
    env.globals |= {"w": words, "title_of": title_of, "why_of": why_of}
    return env.get_template("hearing.html.j2").render(
        lang=lang,
        style=Markup(style),  # noqa: S704 - our own files, and the policy names their hash
        style_hash=style_hash(style),
        hearing=hearing,
        result=result,
        facts=facts(hearing, result),
        explanations=explanations(),
        figures=tuple(hearing.figures()),
    )
