"""The console summary: short, in both languages, and nothing a terminal obeys."""

import io
import re
from pathlib import Path

from rich.console import Console

from auditor.report import print_summary

from .factory import run_result
from .hostile import hostile_result


def printed(*args: object, terminal: bool = False, **kwargs: object) -> str:
    out = io.StringIO()
    console = Console(file=out, width=2000, force_terminal=terminal, color_system="standard" if terminal else None)
    print_summary(args[0], console, **kwargs)  # type: ignore[arg-type]
    return out.getvalue()


def test_japanese() -> None:
    text = printed(run_result(), out=Path("results/r1/data/derived"))
    assert "完了 11" in text and "未完了 1" in text
    assert "不適合 2" in text
    assert "news.google-logged_out.blocked.ignore.1: state_lost" in text
    assert "Meta Platforms, Inc.(meta.test)に情報が送信されていますが" in text
    assert "報告書: results/r1/data/derived/report/index.html" in text
    assert "モニタリング項目の表: results/r1/data/derived/report/hearing.xlsx" in text


def test_english() -> None:
    text = printed(run_result(), lang="en")
    assert "complete 11" in text
    assert "Fail  shop  Information is sent to Meta Platforms, Inc." in text
    assert not re.search("[ぁ-ん]", text.replace("架空のサイトの監査", "").replace("閲覧履歴など", ""))


def test_hostile_text_cannot_steer_the_terminal() -> None:
    text = printed(hostile_result(), terminal=True)
    without_our_colours = re.sub("\x1b\\[[0-9;]*m", "", text)
    assert not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", without_our_colours)
    assert "\x1b]" not in text and "\x1b]8;" not in text
    assert "[bold red]markup[/] [link=https://evil.test]x[/link]" in text
    assert "⟨U+001B⟩[31mred" in text


def test_long_lists_are_cut() -> None:
    text = printed(hostile_result())
    assert "ほか" in text
    assert len(text.splitlines()) < 80
