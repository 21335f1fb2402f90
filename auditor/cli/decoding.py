"""`auditor decode`: requests in, who receives what out; as JSON lines, as what is unknown, or explained."""

import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.options import LangOption, err, language_of
from auditor.decode import Knowledge
from auditor.decode.stream import asked_in
from auditor.decode.unknown import Unknown
from auditor.errors import InputError
from auditor.pipeline import knowledge_of
from auditor.pipeline.decoding import Answers, Mode, Question, answer, answer_file, answer_lines, is_recording

_SHOWN = 10
_SCHEMES = ("http://", "https://", "ws://", "wss://")

InputsArgument = Annotated[
    list[str] | None, typer.Argument(help="addresses, or files of addresses, JSON lines or HAR; - is standard input")
]


def decode(
    inputs: InputsArgument = None,
    unknown: Annotated[bool, typer.Option("--unknown", help="list what no vendor file names, by form")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="say line by line what each request tells")] = False,
    page: Annotated[str, typer.Option("--page", help="address of the page that sent them")] = "",
    extra: Annotated[list[Path] | None, typer.Option("--extra", help="a further folder of vendor files")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="processes, for many lines")] = 1,
    lang: LangOption = None,
) -> None:
    """Tell who receives each request and what it says: one JSON line a request."""
    if unknown and explain:
        raise InputError("give one of them", field="--unknown, --explain")
    mode = Mode.unknown if unknown else Mode.explain if explain else Mode.lines
    question = Question(mode, page, language_of(lang))
    folders = tuple(extra or ())
    knowledge = knowledge_of(*folders)
    requests, problems, missing = 0, 0, Unknown()
    out = sys.stdout.buffer
    for one in inputs or ["-"]:
        for found in _answers(one, question, knowledge, folders, workers):
            out.write(found.text)
            requests += found.requests
            for problem in found.problems:
                problems += 1
                if problems <= _SHOWN:
                    where = "" if one.startswith(_SCHEMES) else f"{'standard input' if one == '-' else one}: "
                    err.print(f"{where}{problem}", markup=False, soft_wrap=True, style="yellow")
            if found.unknown is not None:
                missing.merge(found.unknown)
    if unknown:
        for row in missing.rows():
            out.write(json.dumps(row._asdict(), ensure_ascii=False).encode() + b"\n")
        if missing.left_out:
            err.print(f"{missing.left_out} more found no room in the list")
    if problems > _SHOWN:
        err.print(f"… {problems} of {requests} could not be read", style="yellow")
    if problems and problems == requests:
        raise InputError("nothing of it could be read", cure="give addresses, JSON lines with `url`, or a HAR")


def _answers(
    one: str, question: Question, knowledge: Knowledge, folders: tuple[Path, ...], workers: int
) -> Iterator[Answers]:
    if one.lower().startswith(_SCHEMES):
        yield answer(asked_in((one.encode("utf-8", "replace"),)), question, knowledge)
    elif one != "-":
        yield from answer_file(Path(one), question, knowledge, folders, workers)
    else:
        source = io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))
        if not is_recording(source.peek(1 << 16)):
            yield from answer_lines(source, question, knowledge, folders, workers)
            return
        # A recording is gone through more than once: it needs a file.
        with tempfile.NamedTemporaryFile(prefix="auditor-") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            yield from answer_file(Path(copy.name), question, knowledge, folders, workers)
