"""Recorded traffic into a run's folder, the same evidence as a capture's."""

import hashlib
import platform
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor import __version__
from auditor.errors import InputError
from auditor.evidence import Visit
from auditor.imports import import_file
from auditor.pipeline.audit import keep_files
from auditor.scenario import Site, load_scenario
from auditor.store.run import RunFolder


def site_in(scenario_file: Path, site: str | None) -> tuple[Site, tuple[Path, ...]]:
    """The site of a scenario that recordings are of, and the scenario's vendor files. Raises InputError."""
    scenario = load_scenario(scenario_file)
    found = [each for each in scenario.sites if site in (None, each.id)]
    if len(found) != 1:
        cure = f"it has: {', '.join(each.id for each in scenario.sites)}"
        problem = "names several sites" if site is None else f"has no site {site!r}"
        raise InputError(problem, file=scenario_file, cure=cure)
    return found[0], scenario.vendors


def import_recordings(
    files: list[Path], out: Path, site: Site | None = None, vendors: tuple[Path, ...] = ()
) -> RunFolder:
    """Import every file into the new run `out`. Raises InputError for the first that cannot be read at all.

    With a `site` all of it is taken for that site's traffic, and held against what the site declares.
    All files or none: a run that lacks one of them would pass for all that was recorded. What was made until then is
    removed, so that the same command can be given again.
    """
    if missing := next((f for f in files if not f.is_file()), None):
        raise InputError("no such file", file=missing)
    was_there = out.is_dir()
    run = RunFolder.create(out)
    visits: list[Visit] = []
    try:
        for path in files:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found = import_file(path, run)
            visits += found
            run.custody("import", {"file": path.name, "sha256": digest, "visits": str(len(found))})
        keep_files(run, (site,) if site is not None else (), vendors)
        run.write_facts(
            {
                **({"site": site.model_dump_json()} if site is not None else {}),
                "run": out.name,
                "title": ", ".join(path.name for path in files[:3]) + (" …" if len(files) > 3 else ""),
                "versions": {"auditor": __version__, "python": platform.python_version()},
                "imported_at": datetime.now(UTC).isoformat(),
                "parts": [_recorded(visits)],
            }
        )
    except BaseException:
        run.release()
        _remove(run, was_there=was_there)
        raise
    run.release()
    return run


def _recorded(visits: list[Visit]) -> dict[str, str]:
    """When it was recorded: that is the time the results speak of."""
    return {
        "started_at": min(v.started_at for v in visits).isoformat(),
        "ended_at": max(v.started_at + timedelta(milliseconds=v.duration_ms) for v in visits).isoformat(),
    }


def _remove(run: RunFolder, *, was_there: bool) -> None:
    """Take away what this import made; the folder itself only where it made that too."""
    shutil.rmtree(run.data, ignore_errors=True)
    shutil.rmtree(run.journal, ignore_errors=True)
    if not was_there:
        run.path.rmdir()
