"""A HAR file as a recording: its pages and entries, one by one, whatever the state of each."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from auditor.errors import InputError
from auditor.imports.entry import page_key, read_entry
from auditor.imports.fields import Part, Unfit, moment, parse_json, plain, web_address
from auditor.imports.recorded import BreaksOff, Item, PageRow, Quarantined
from auditor.imports.splitting import Defect, JsonPart, Splitter


class HarRecording:
    """One HAR, open. With `salvage`, a file that breaks off gives what comes before; without, it is refused."""

    def __init__(self, file: IO[bytes], path: Path, *, salvage: bool = False) -> None:
        self._file, self._path, self._salvage = file, path, salvage

    def items(self) -> Iterator[Item]:
        """Pages and entries in the order of the file. Raises InputError where it stops being a HAR."""
        splitter = Splitter(self._file)
        index = 0
        try:
            for part in splitter.parts():
                if part.entry:
                    yield _entry(part, index)
                    index += 1
                elif row := _page(part):
                    yield row
        except Defect as defect:
            place = f"is not valid JSON from byte {defect.offset} on: {defect.message}"
            if not self._salvage:
                raise InputError(place, file=self._path, cure="record or export it again") from None
            yield BreaksOff(f"the file {place}")
            return
        if not splitter.has_entries:
            raise InputError("is JSON but no HAR: it has no log.entries", file=self._path, cure="give it a HAR")


def _entry(part: JsonPart, index: int) -> Item:
    if part.raw is None:
        return Quarantined(index, part.problem)
    page = None
    try:
        entry = Part(parse_json(part.raw), "")
        page = page_key(entry)
        return read_entry(entry)
    except Unfit as error:
        return Quarantined(index, plain(str(error)).lstrip(), page)


def _page(part: JsonPart) -> PageRow | None:
    """The page; None for one that no entry can refer to."""
    if part.raw is None:
        return None
    try:
        page = Part(parse_json(part.raw), "page")
    except Unfit:
        return None
    key = page.maybe_text("id")
    if not key:
        return None
    title = page.maybe_text("title") or ""
    url = None
    started_at = None
    try:
        url = web_address(title) or web_address(page.maybe_text("_url") or page.maybe_text("_URL"))
        started_at = moment(page.maybe_text("startedDateTime"), "startedDateTime")[0]
    except Unfit:
        pass
    return PageRow(plain(key), plain(title), url, started_at)
