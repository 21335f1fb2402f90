"""The command that readies a machine: setup."""

import typer

from auditor import machine
from auditor.cli.options import err


def setup() -> None:
    """Install what the machine lacks: Chromium and a Japanese font."""
    if lacks := machine.install(lambda text: err.print(f"setup: {text}")):
        err.print(f"setup: {machine.cure(lacks)}", style="bold red")
        raise typer.Exit(4)
    err.print("setup: Chromium and a Japanese font are there")
