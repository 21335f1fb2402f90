"""Recorded traffic into the same stored evidence as a capture: HAR of all dialects, mitmproxy dumps.

    opening     the file's bytes, unpacked, and what they are
    splitting   the JSON of each entry cut out of a HAR     har, entry, bodies, messages, account   read into
    flows       mitmproxy's dumps                           recorded    entries, pages, quarantined ones
    planning    which visits they become                    storing     written and published

What is wrong with one entry costs that entry: it is counted, with its place and the reason, in the visit's
coverage, and the visit is incomplete. What is wrong with the file is one InputError, and nothing is stored.
Imported evidence says so: `kind` is imported and `source_file` names the file, whose hash is in the custody log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.errors import InputError
from auditor.evidence import Visit
from auditor.imports.har import HarRecording
from auditor.imports.opening import Format, opened
from auditor.imports.planning import plan_visits
from auditor.imports.recorded import Recorded, Recording
from auditor.imports.storing import store
from auditor.store.run import RunFolder


def import_file(path: Path, run: RunFolder, *, salvage: bool = False) -> tuple[Visit, ...]:
    """Read one recorded file and publish one visit for each page of it.

    `salvage` takes a HAR that breaks off up to where it does, and marks its visits incomplete.
    Raises InputError for a file that cannot be read or holds nothing to take; CannotFinish for no space.
    """
    with recording(path, run.spool_dir, salvage=salvage) as recorded:
        return store(recorded.items(), plan_visits(recorded.items(), path), path, run)


def read_recording(path: Path, scratch: Path) -> list[Recorded]:
    """Everything of one recorded file that could be taken, to answer from. Raises InputError as import_file does."""
    with recording(path, scratch) as recorded:
        found = [item for item in recorded.items() if isinstance(item, Recorded)]
        if not found:
            raise InputError("holds no requests", file=path, cure="record or export it again")
        return found


@contextmanager
def recording(path: Path, scratch: Path, *, salvage: bool = False) -> Iterator[Recording]:
    """A recorded file to go through, entry by entry. Raises InputError, also on the way."""
    with opened(path, scratch) as (file, found):
        if found is Format.har:
            yield HarRecording(file, path, salvage=salvage)
        else:
            from auditor.imports.flows import DumpRecording  # here: mitmproxy takes half a second to load

            yield DumpRecording(file)


__all__ = ["import_file", "read_recording", "recording"]
