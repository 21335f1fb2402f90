"""The error tree. Every error a user may meet is one of these and carries its cure.

AuditorError               exit 3: a defect of the auditor when raised bare
|-- InputError             exit 2: a file, an address or an option is wrong; nothing was done
|-- CannotFinish           exit 4: the audit could not be finished, it can be resumed
`-- Interrupted            exit 130: the person stopped it, it can be resumed
"""

from pathlib import Path


class AuditorError(Exception):
    """Base of all errors the auditor raises on purpose."""

    exit_code = 3


class InputError(AuditorError):
    """A file, address or option given by a person cannot be used.

    `str()` is one line: `FILE:LINE: FIELD: MESSAGE (CURE)`, each part only where it is known.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        line: int | None = None,
        field: str | None = None,
        cure: str | None = None,
    ) -> None:
        self.message, self.file, self.line, self.field, self.cure = message, file, line, field, cure
        place = "" if file is None else f"{file}:{line}" if line is not None else f"{file}"
        parts = [part for part in (place, field, message) if part]
        text = ": ".join(parts) + (f" ({cure})" if cure else "")
        super().__init__(" ".join(text.split()))


class CannotFinish(AuditorError):
    """The audit stopped before its end: no space, folder held by another run, no browser."""

    exit_code = 4


class Interrupted(AuditorError):
    """A person stopped the run; complete visits are kept."""

    exit_code = 130
