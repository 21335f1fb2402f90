"""Pictures of the places where a disclosure's rows stand, cut out of the pictures of its pages."""

import shutil
from pathlib import Path

from PIL import Image, ImageDraw

from auditor.disclosures import DeclaredRow, Disclosure
from auditor.report import PLACES, RunResult
from auditor.store.run import RunFolder

MARGIN_PX = 24
MAX_HEIGHT_PX = 1_200
FRAME = (200, 30, 30)


def cut_places(run: RunFolder, result: RunResult) -> RunResult:
    """Cut them into data/derived/report/places/; the result with the file's name in each row that has one."""
    shutil.rmtree(run.derived / PLACES, ignore_errors=True)
    found = tuple(_of_site(run, disclosure) for disclosure in result.disclosures)
    return result.model_copy(update={"disclosures": found})


def _of_site(run: RunFolder, disclosure: Disclosure) -> Disclosure:
    shots = {view.address: view.screenshot for view in disclosure.views if view.screenshot}
    folder = run.visits_dir / f"{disclosure.site}.disclosure"
    rows = []
    for number, row in enumerate(disclosure.rows, 1):
        shot = shots.get(row.page or disclosure.address, "")
        name = f"{disclosure.site}-{number:03d}.png"
        cut = bool(shot) and _cut(folder / shot, row, run.derived / PLACES / name)
        rows.append(row.model_copy(update={"picture": name}) if cut else row)
    return disclosure.model_copy(update={"rows": tuple(rows)})


def _cut(shot: Path, row: DeclaredRow, out: Path) -> bool:
    """The row's place with a frame around it; False where it does not lie on the picture, or there is none."""
    if row.box is None:
        return False
    left, top, width, height = row.box
    try:
        with Image.open(shot) as picture:
            if top >= picture.height or left >= picture.width:
                return False
            bottom = min(top + height, picture.height, top + MAX_HEIGHT_PX)
            upper, lower = max(0, top - MARGIN_PX), min(picture.height, bottom + MARGIN_PX)
            part = picture.crop((0, upper, picture.width, lower)).convert("RGB")
    except OSError:
        return False
    right = min(left + width, part.width) - 1
    ImageDraw.Draw(part).rectangle((left, top - upper, right, bottom - upper - 1), outline=FRAME, width=2)
    out.parent.mkdir(parents=True, exist_ok=True)
    part.save(out, optimize=True)
    return True
