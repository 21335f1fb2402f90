"""The recording browser's account of a request: type, initiator, script stack. Three dialects.

Chrome writes an object (`_initiator`), sitespeed.io's chrome-har the same as text (`_initiator_detail`)
beside its parts, WebPageTest an address, a line and a column. A strange account is left out with a
remark, never a reason to lose the request. Lines and columns are the recorder's own (Chrome counts from 0).
"""

from auditor.evidence import StackFrame
from auditor.imports.fields import Part, Unfit, parse_json, parts, plain
from auditor.imports.recorded import Account

_MAX_FRAMES = 100
_MAX_PARENTS = 50


def account_of(entry: Part, remarks: list[str]) -> Account:
    """The account; what of it could not be read is named in `remarks`."""
    try:
        kind, initiator, stack = _initiator(entry)
    except Unfit as error:
        remarks.append(str(error))
        kind, initiator, stack = None, None, ()
    resource_type = entry.maybe_text("_resourceType")
    return Account(
        resource_type=plain(resource_type.lower()) if resource_type else None,
        initiator_type=kind,
        initiator=initiator,
        stack=stack,
        from_cache=bool(entry.maybe_text("_fromCache")) or "Cache" in (entry.maybe_text("_fetchType") or ""),
    )


def _initiator(entry: Part) -> tuple[str | None, str | None, tuple[StackFrame, ...]]:
    detail = entry.maybe_text("_initiator_detail")
    told = entry.get("_initiator") if detail is None else parse_json(detail.encode("utf-8", "replace"))
    address = entry.maybe_text("_initiator")
    url = plain(address) if address else None
    if isinstance(told, dict):
        kind, named, stack = _from_chrome(Part(told, "_initiator"))
        return kind, named or url, stack
    kind = entry.maybe_text("_initiator_type")
    stack = ()
    if url and (line := entry.number("_initiator_line")) is not None:
        column = entry.number("_initiator_column") or 0
        function = plain(entry.maybe_text("_initiator_function_name") or "")
        stack = (StackFrame(url=url, line=int(line), column=int(column), function=function),)
    return (plain(kind.lower()) if kind else None), url, stack


def _from_chrome(told: Part) -> tuple[str | None, str | None, tuple[StackFrame, ...]]:
    frames: list[StackFrame] = []
    level = told.part("stack")
    for _ in range(_MAX_PARENTS):  # a stack goes on in `parent` where the call was asynchronous
        if level is None or len(frames) >= _MAX_FRAMES:
            break
        frames += [_frame(row) for row in parts(level.items("callFrames"), "_initiator.stack.callFrames")]
        level = level.part("parent")
    stack = tuple(frames[:_MAX_FRAMES])
    kind = told.maybe_text("type")
    named = told.maybe_text("url")
    url = plain(named) if named else next((frame.url for frame in stack if frame.url), None)
    return (plain(kind.lower()) if kind else None), url, stack


def _frame(row: Part) -> StackFrame:
    return StackFrame(
        url=plain(row.maybe_text("url") or ""),
        line=int(row.number("lineNumber") or 0),
        column=int(row.number("columnNumber") or 0),
        function=plain(row.maybe_text("functionName") or ""),
    )
