"""The disclosure of one site of a run, as the run's checks use it; and a corrected one in its place."""

from datetime import datetime
from pathlib import Path

from auditor.disclosures import Correction, Disclosure, disclosure_yaml, load_disclosure
from auditor.errors import InputError
from auditor.pipeline.audit import sites_of
from auditor.pipeline.derive import derive, knowledge_of
from auditor.store.run import RunFolder, replace


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


def use_corrected(run: Path, site: str, file: Path, by: str, note: str, at: datetime) -> Disclosure:
    """Put a person's corrected YAML in the place of what was read; checks go by it from the next derive on.

    It is kept in the run with who, when and what, and told in the custody log; an earlier correction's names stay.
    Raises InputError for a file that is no disclosure, or a site that the run does not have.
    """
    folder = RunFolder.open(run, hold=True)
    try:
        if site not in {each.id for each in sites_of(folder)}:
            raise InputError("the run has no such site", file=run / site)
        knowledge = knowledge_of(folder.data / "vendors")
        made = load_disclosure(file, vendors=knowledge.vendors, taxonomy=knowledge.taxonomy)
        place = folder.corrections / f"{site}.yaml"
        before = (
            load_disclosure(place, vendors=knowledge.vendors, taxonomy=knowledge.taxonomy) if place.exists() else None
        )
        told = made.corrections or (before.corrections if before is not None else ())
        corrected = made.model_copy(update={"site": site, "corrections": (*told, Correction(by=by, at=at, note=note))})
        folder.corrections.mkdir(exist_ok=True)
        replace(place, disclosure_yaml(corrected).encode())
        folder.custody("disclosure_corrected", {"site": site, "by": by, "note": note, "file": place.name})
        folder.write_bag()
    finally:
        folder.release()
    return corrected
