"""Pictures of the places where a disclosure's rows stand, cut out of the pictures of its pages, or drawn of a PDF."""

import io
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from auditor.disclosures import DeclaredRow, Disclosure
from auditor.disclosures.pdf import is_pdf, sheet_picture
from auditor.errors import InputError
from auditor.evidence import VisitEvidence
from auditor.pipeline.declared import pdf_of
from auditor.report import PLACES, RunResult
from auditor.store.run import RunFolder

MARGIN_PX = 24
MAX_HEIGHT_PX = 1_200
FRAME = (200, 30, 30)

type Drawn = Callable[[str, int], bytes | None]
"""The picture of a page by its address, or of a sheet of the PDF that is there; None where there is none."""


def cut_places(run: RunFolder, result: RunResult) -> RunResult:
    """Cut them into data/derived/report/places/; the result with the file's name in each row that has one."""
    shutil.rmtree(run.derived / PLACES, ignore_errors=True)
    visits = {v.visit.visit: v for v in result.visits}
    found = tuple(_of_site(run, each, visits.get(f"{each.site}.disclosure")) for each in result.disclosures)
    return result.model_copy(update={"disclosures": found})


def _of_site(run: RunFolder, disclosure: Disclosure, visit: VisitEvidence | None) -> Disclosure:
    drawn = cache(_pictures(run, disclosure, visit))
    rows = []
    for number, row in enumerate(disclosure.rows, 1):
        name = f"{disclosure.site}-{number:03d}.png"
        picture = drawn(row.page or disclosure.address, row.sheet) if row.box is not None else None
        cut = picture is not None and _cut(picture, row, run.derived / PLACES / name)
        rows.append(row.model_copy(update={"picture": name}) if cut else row)
    return disclosure.model_copy(update={"rows": tuple(rows)})


def _pictures(run: RunFolder, disclosure: Disclosure, visit: VisitEvidence | None) -> Drawn:
    shots = {view.address: view.screenshot for view in disclosure.views if view.screenshot}

    def drawn(address: str, sheet: int) -> bytes | None:
        try:
            if sheet:
                file = run.data / "disclosures" / f"{disclosure.site}.pdf"
                data = pdf_of(address, visit) if visit is not None else file.read_bytes()
                return sheet_picture(data, sheet) if data is not None and is_pdf(data) else None
            return (run.visits_dir / visit.visit.visit / shots[address]).read_bytes() if visit is not None else None
        except (OSError, KeyError, InputError):
            return None

    return drawn


def _cut(shot: bytes, row: DeclaredRow, out: Path) -> bool:
    """The row's place with a frame around it; False where it does not lie on the picture."""
    if row.box is None:
        return False
    left, top, width, height = row.box
    try:
        with Image.open(io.BytesIO(shot)) as picture:
            if top >= picture.height or left >= picture.width:
                return False
            bottom = min(top + height, picture.height, top + MAX_HEIGHT_PX)
            upper, lower = max(0, top - MARGIN_PX), min(picture.height, bottom + MARGIN_PX)
            part = picture.crop((0, upper, picture.width, lower)).convert("RGB")
    except (OSError, Image.DecompressionBombError):
        return False
    right = min(left + width, part.width) - 1
    ImageDraw.Draw(part).rectangle((left, top - upper, right, bottom - upper - 1), outline=FRAME, width=2)
    out.parent.mkdir(parents=True, exist_ok=True)
    part.save(out, optimize=True)
    return True
