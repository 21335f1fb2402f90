"""Lists of other people that a user supplies, made into files for `--extra`. None of them is shipped.

supplied  the files and their dates     drafts    what a list says of each owner
known     what is described already     building  from drafts to vendors
tracker_radar  disconnect  ghostery  open_cookies   one format each, recognised by content
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from auditor.errors import InputError
from auditor.vendors.lists.building import Converted, build
from auditor.vendors.lists.disconnect import DISCONNECT
from auditor.vendors.lists.drafts import Drafts, ListFormat
from auditor.vendors.lists.ghostery import GHOSTERY
from auditor.vendors.lists.known import Known
from auditor.vendors.lists.open_cookies import OPEN_COOKIES
from auditor.vendors.lists.supplied import supplied
from auditor.vendors.lists.tracker_radar import TRACKER_RADAR
from auditor.vendors.model import Vendor

# Where several lists are given, the first here has a domain that more than one of them names.
FORMATS = (TRACKER_RADAR, DISCONNECT, GHOSTERY, OPEN_COOKIES)

__all__ = ["FORMATS", "Converted", "ListFormat", "ReadLists", "list_text", "make_vendors", "read_lists"]


class ReadLists(NamedTuple):
    """What files hold of each list found, in the order of FORMATS, and how many files of folders are of no list."""

    drafts: tuple[tuple[ListFormat, Drafts], ...]
    other_files: int


def read_lists(paths: Sequence[Path], dated: date | None = None) -> ReadLists:
    """Read files, and all JSON and CSV files below folders.

    `dated` is the day the facts are of; without it, each file's modification date. Raises InputError for a bad file,
    for a named file that is of no list, and where no list is found at all.
    """
    drafts = {form.key: Drafts() for form in FORMATS}
    twice: Counter[str] = Counter()
    found: set[str] = set()
    others = 0
    for file in supplied(paths, dated, twice):
        for form in FORMATS:
            if (kind := form.kind_of(file.content)) is not None:
                found.add(form.key)
                drafts[form.key].left_out.update(twice)
                form.take(kind, file, drafts[form.key])
                break
        else:
            if file.named:
                raise _no_list(file.path)
            others += 1
        twice.clear()
    if not found:
        raise _no_list(paths[0])
    return ReadLists(tuple((form, drafts[form.key]) for form in FORMATS if form.key in found), others)


def make_vendors(lists: ReadLists, described: Iterable[Vendor]) -> tuple[Converted, ...]:
    """The lists as vendors. `described` are the vendors there are: their domains, cookies and names stay theirs."""
    known = Known(described)
    return tuple(build(form, drafts, known) for form, drafts in lists.drafts)


def _no_list(path: Path) -> InputError:
    names = (
        "Tracker Radar, Disconnect services.json and entities.json, Ghostery trackerdb.json, Open Cookie Database CSV"
    )
    return InputError("is of no list that can be converted", file=path, cure=f"known are {names}")


def list_text(vendors: Iterable[Vendor]) -> str:
    """Vendors as the JSON file that `--extra` reads, a line each."""
    lines = ",\n".join(vendor.model_dump_json(exclude_defaults=True) for vendor in vendors)
    return f'{{"vendors": [\n{lines}\n]}}\n'
