"""The command line: the only part that prints and exits. Results to stdout or files, sentences to stderr.

Exit codes (DESIGN.md 5): 0 done, nothing against the rules; 1 done, with findings that fail; 2 bad input;
3 our bug; 4 could not be finished, can be resumed; 130 interrupted, can be resumed.
"""

import os
import signal
import sys
import traceback

import typer

from auditor.cli import comparing, decoding, disclosing, installing, login, looking, stored, visiting
from auditor.cli.options import err
from auditor.errors import AuditorError

app = typer.Typer(
    help="Visits websites the way a person does, and proves who receives what about that person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(visiting.run_command)
app.command("demo")(visiting.demo)
app.command("import")(stored.import_command)
app.command("report")(stored.report_command)
app.command("compare")(comparing.compare)
app.command("decode")(decoding.decode)
app.command("disclosure")(disclosing.disclosure)
app.command("login")(login.login)
app.command("vendors")(looking.vendors)
app.command("setup")(installing.setup)
scenario_app = typer.Typer(help="Look at and validate scenario files.", no_args_is_help=True)
scenario_app.command("check")(looking.scenario_check)
app.add_typer(scenario_app, name="scenario")


def main() -> None:
    """Entry point: every way to end has its exit code."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        code = app(standalone_mode=False) or 0
    except (typer.Abort, KeyboardInterrupt):
        err.print("interrupted", style="yellow")
        code = 130
    except AuditorError as error:
        err.print(str(error), markup=False, soft_wrap=True, style="red")
        code = error.exit_code
    except Exception as error:  # every way to end has its exit code, a defect of ours too
        code = _usage_or_bug(error)
    sys.exit(code)


def _usage_or_bug(error: Exception) -> int:
    """Wrong use of the command line is the person's (2); anything else is ours (3), with its trace."""
    show = getattr(error, "format_message", None)
    if show is not None:
        err.print(str(show()), markup=False, style="red")
        return 2
    traceback.print_exc()
    err.print("this is a defect of the auditor; please report it with the lines above", style="red")
    return 3
