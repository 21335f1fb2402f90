"""Requests from anywhere to answers: lines and recordings, in one process or several, in the order they came.

Nothing is gathered: a line is read, answered and forgotten. With several processes a bounded number of batches is
under way.
"""

import gc
import json
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

from auditor.content import decode_content
from auditor.decode import Knowledge, Request
from auditor.decode.explain import Lang, explain
from auditor.decode.reading import Decoded
from auditor.decode.stream import MAX_LINE, Asked, asked_in, decode_asked, line_of
from auditor.decode.unknown import Unknown
from auditor.errors import InputError
from auditor.imports import recording
from auditor.imports.recorded import Recorded
from auditor.pipeline.derive import knowledge_of

_BATCH_BYTES = 1 << 20
_UNDER_WAY = 3
_HAR = re.compile(rb'\s*\{\s*"log"\s*:')
_DUMP = re.compile(rb"[1-9][0-9]{0,11}:")
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK")


class Mode(StrEnum):
    """What is wanted of each request."""

    lines = "lines"
    unknown = "unknown"
    explain = "explain"


class Question(NamedTuple):
    """What is wanted; `page` is the page of requests that do not name theirs."""

    mode: Mode = Mode.lines
    page: str = ""
    lang: Lang = "en"


class Answers(NamedTuple):
    """Of some requests: what to print, how many there were, and what could not be read, each with its place."""

    text: bytes
    requests: int
    problems: tuple[str, ...]
    unknown: Unknown | None


def answer(asked: Iterable[Asked], question: Question, knowledge: Knowledge) -> Answers:
    """Decode these requests."""
    parts: list[bytes] = []
    problems: list[str] = []
    unknown = Unknown() if question.mode is Mode.unknown else None
    requests = 0
    for one in asked:
        if question.page and not one.page:
            one = one._replace(page=question.page)
        requests += 1
        decoded = decode_asked(one, knowledge)
        if decoded is None:
            problems.append(f"{one.place}: {one.problem or 'not an address of the web'}")
        if question.mode is Mode.lines:
            parts.append(line_of(one, decoded))
        elif decoded is not None and one.request is not None:
            if unknown is not None:
                unknown.add(decoded, urlsplit(one.request.url).path or "/")
            else:
                parts.append(_explained(one.request, decoded, question, knowledge))
    return Answers(b"".join(parts), requests, tuple(problems), unknown)


def _explained(request: Request, decoded: Decoded, question: Question, knowledge: Knowledge) -> bytes:
    head = f"{request.method} {request.url[:200]}{'…' if len(request.url) > 200 else ''}"
    text = "\n".join((head, *explain(decoded, knowledge, question.lang), "", ""))
    return text.encode("utf-8", "replace")


def answer_file(
    path: Path, question: Question, knowledge: Knowledge, folders: tuple[Path, ...], workers: int
) -> Iterator[Answers]:
    """Answers to a file of lines, or to a recording. Raises InputError for one that cannot be read."""
    try:
        with path.open("rb") as file:
            if not is_recording(file.read(1 << 16)):
                file.seek(0)
                yield from answer_lines(file, question, knowledge, folders, workers)
                return
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    with tempfile.TemporaryDirectory(prefix="auditor-") as scratch:
        asked = asked_of(path, Path(scratch))
        while batch := tuple(islice(asked, 100)):
            yield answer(batch, question, knowledge)


def answer_lines(
    file: BinaryIO, question: Question, knowledge: Knowledge, folders: tuple[Path, ...], workers: int
) -> Iterator[Answers]:
    """Answers to lines: with one worker as they come, else in batches, in their order."""
    gc.freeze()
    if workers == 1:
        for number, line in enumerate(bounded_lines(file), 1):
            yield answer(asked_in((line,), number), question, knowledge)
        return
    # Processes that are forked have it already, and share its memory.
    _known.append(knowledge)
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=(folders,)) as pool:
        waiting: deque[Future[Answers]] = deque()
        for first, batch in batches(file):
            waiting.append(pool.submit(_batch, batch, first, question))
            if len(waiting) >= workers * _UNDER_WAY:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_known: list[Knowledge] = []


def _begin(folders: tuple[Path, ...]) -> None:
    """In a worker's process: read the vendor files once, where it does not have them."""
    if not _known:
        _known.append(knowledge_of(*folders))
    # What was read stays: the collector need not look through it again and again.
    gc.freeze()


def _batch(lines: bytes, first: int, question: Question) -> Answers:
    return answer(asked_in(lines.split(b"\n"), first), question, _known[-1])


def batches(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Whole lines of a file, some megabyte at a time, with the number of the first; of one too long only its start."""
    first, rest = 1, b""
    while chunk := file.read(_BATCH_BYTES):
        whole, end, rest_of_it = chunk.rpartition(b"\n")
        if not end:
            # A line goes on. What is more than shows that it is too long is let go.
            rest = (rest + chunk)[: MAX_LINE + 2]
            continue
        yield first, (rest[: MAX_LINE + 2] + whole if rest else whole)
        first += whole.count(b"\n") + 1
        rest = rest_of_it
    if rest:
        yield first, rest


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file as they come; of one that is too long, only so much as shows it."""
    while line := file.readline(MAX_LINE + 2):
        yield line
        while line and not line.endswith(b"\n") and len(line) == MAX_LINE + 2:
            line = file.readline(MAX_LINE + 2)


def is_recording(head: bytes) -> bool:
    """Whether a file that begins so is a HAR, a mitmproxy dump or a compressed one, not lines."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(_PACKED) or _DUMP.match(head):
        return True
    if not text.startswith(b"{"):
        return False
    if _HAR.match(text):
        return True
    line, end, _ = text.partition(b"\n")
    try:
        return not (isinstance(found := json.loads(line), dict) and "url" in found)
    except ValueError:
        # Cut in the midst of a long first line: of lines; `{` alone: of a HAR over several lines.
        return bool(end)


def asked_of(path: Path, scratch: Path) -> Iterator[Asked]:
    """The requests of a recording; the page of each is its page's first request. Raises InputError."""
    first_of: dict[str | None, str] = {}
    with recording(path, scratch) as recorded:
        for number, item in enumerate(recorded.items(), 1):
            place = f"entry {number}"
            if not isinstance(item, Recorded):
                continue
            page = first_of.setdefault(item.page, item.url)
            headers = tuple(
                (name.decode("utf-8", "replace").lower(), value.decode("utf-8", "replace"))
                for name, value in item.headers
            )
            request = Request(item.method.upper(), item.url, headers)
            content = decode_content(item.body.kept, request.header("content-encoding"))
            lost = (*item.lost, *((f"request body: {content.problem}",) if content.problem else ()))
            sent = tuple(message.data for message in item.messages if message.from_client)
            yield Asked(place, request._replace(body=content.data, messages=sent, problems=lost), page)
