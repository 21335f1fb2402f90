"""The two consoles, and the options that commands share."""

import locale
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from auditor.errors import InputError
from auditor.report import Lang

RESULTS = Path("results")
WORKERS = max(1, min(os.cpu_count() or 1, 8))

err = Console(stderr=True, highlight=False)
out = Console(highlight=False)

OutOption = Annotated[Path | None, typer.Option("--out", help="the run's folder; default results/<name>-<time>")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, max=64, help="visits at the same time")]
LangOption = Annotated[str | None, typer.Option("--lang", help="ja or en; default by the locale")]


def language_of(choice: str | None) -> Lang:
    """The language asked for, or the locale's. Raises InputError."""
    if choice is None:
        return "ja" if (locale.getlocale()[0] or "").lower().startswith("ja") else "en"
    if choice == "ja":
        return "ja"
    if choice == "en":
        return "en"
    raise InputError("must be ja or en", field="--lang")


def new_run(name: str) -> Path:
    """Where a run goes when no --out says it."""
    return RESULTS / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
