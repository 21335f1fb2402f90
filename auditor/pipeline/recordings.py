"""Recorded traffic into a run's folder, the same evidence as a capture's."""

import hashlib
import platform
from datetime import UTC, datetime
from pathlib import Path

from auditor import __version__
from auditor.errors import InputError
from auditor.imports import import_file
from auditor.store.run import RunFolder


def import_recordings(files: list[Path], out: Path) -> RunFolder:
    """Import every file into the new run `out`. Raises InputError for the first that cannot be read at all.

    Each file is imported whole or not at all, so that what is already there stands.
    """
    if missing := next((f for f in files if not f.is_file()), None):
        raise InputError("no such file", file=missing)
    run = RunFolder.create(out)
    begun = datetime.now(UTC).isoformat()
    try:
        for path in files:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            visits = import_file(path, run)
            run.custody("import", {"file": path.name, "sha256": digest, "visits": str(len(visits))})
        run.write_facts(
            {
                "run": out.name,
                "title": ", ".join(path.name for path in files[:3]) + (" …" if len(files) > 3 else ""),
                "versions": {"auditor": __version__, "python": platform.python_version()},
                "parts": [{"started_at": begun, "ended_at": datetime.now(UTC).isoformat()}],
            }
        )
    finally:
        run.release()
    return run
