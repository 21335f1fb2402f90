"""The disclosure of one site of a run, as the run's checks use it; and a corrected one in its place."""

from pathlib import Path

from auditor.disclosures import Disclosure
from auditor.errors import InputError
from auditor.pipeline.derive import derive
from auditor.store.run import RunFolder


def disclosure_of(run: Path, site: str) -> Disclosure:
    """The site's disclosure. Raises InputError where the run has no such site, or nothing could be read of it."""
    result = derive(RunFolder.open(run))
    found = next((d for d in result.disclosures if d.site == site), None)
    if found is not None:
        return found
    note = next((n for n in result.notes if n.startswith(f"{site}: ")), None)
    if note is not None:
        raise InputError(note.removeprefix(f"{site}: "), file=run / site)
    named = ", ".join(d.site for d in result.disclosures) or "none"
    raise InputError("the run has no disclosure of this site", file=run / site, cure=f"it has: {named}")
