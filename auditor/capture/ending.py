"""How a child process of ours ended, and that it ends when we do."""

import shutil
import signal
from functools import lru_cache

KILLED = "killed from outside"
"""In a reason: a signal ended the process that neither we nor a fault of its own sends. No page can do that."""

DRIVER_GONE = "the browser's driver has gone, the browser has not"
"""In a reason: Playwright's own process ended."""

FAULTS = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGFPE})


def how_ended(returncode: int) -> str:
    """A process' end in words."""
    if returncode >= 0:
        return f"it ended with code {returncode}"
    name = signal.Signals(-returncode).name if -returncode in set(signal.Signals) else str(-returncode)
    return f"it crashed ({name})" if -returncode in FAULTS else f"{KILLED} ({name})"


@lru_cache
def dies_with_us() -> tuple[str, ...]:
    """What to put before a command so that the system kills it when this process dies, however it dies.

    setpriv(1) of util-linux sets PR_SET_PDEATHSIG and becomes the command; where it lacks, nothing: the next
    run's sweep ends what is left (workplace.py).
    """
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()
