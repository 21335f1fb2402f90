"""A planned recording into stored visits: the same files a capture writes, by the same writer."""

import gzip
import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from auditor.errors import CannotFinish
from auditor.evidence import Body, Coverage, Outcome, Phase, Visit, VisitKind
from auditor.imports.fields import plain
from auditor.imports.planning import Plan, Plans, slug, told
from auditor.imports.recorded import Item, Recorded
from auditor.store.run import EVENTS_FILE, WIRE_FILE, RunFolder, fact_of
from auditor.store.wire import WireWriter, body_of, stamp

_REOPEN_AFTER = 10_000  # entries; the writer remembers every record it wrote


class _Spool:
    """One visit under way: its folder, and its files while entries are written to it."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.written = 0
        self._open()

    def _open(self) -> None:
        self._wire = WireWriter(self.folder / WIRE_FILE)
        self._events = gzip.open(self.folder / EVENTS_FILE, "ab")  # noqa: SIM115 - open for the whole import

    def resume(self) -> None:
        """Open its files again."""
        self._open()

    def pause(self) -> None:
        """Close its files: a recording may have more pages than a process may have files open."""
        self._wire.close()
        self._events.close()

    def write(self, entry: Recorded) -> None:
        """Write one entry: its request, response or failure, messages, and the browser's account."""
        self.written += 1
        if self.written % _REOPEN_AFTER == 0:
            self.pause()
            self.resume()
        request, page = f"r{self.written:05d}", self.plan.page
        self._wire.request(
            request,
            entry.started_at,
            Phase.journey,
            entry.method,
            entry.url,
            entry.version,
            entry.headers,
            entry.body,
            server=entry.server,
            page=page,
        )
        ended_at = entry.ended_at or entry.started_at
        if entry.response is None:
            error = entry.error or "the recording has no response"
            self._wire.failure(request, ended_at, entry.url, error)
        else:
            answer = entry.response
            self._wire.response(
                request,
                entry.started_at,
                entry.url,
                answer.status,
                answer.reason,
                answer.version,
                answer.headers,
                answer.body,
                ended_at=ended_at,
                error=entry.error,
            )
        for message in entry.messages:
            body = body_of(message.data) if message.data else Body()
            self._wire.message(request, message.at, entry.url, message.from_client, message.text, body)
        self._events.write(json.dumps(_event(request, entry, page)).encode() + b"\n")


def _event(request: str, entry: Recorded, page: str) -> dict[str, object]:
    account = entry.account
    return {
        "t": stamp(entry.started_at),
        "method": "Import.entry",
        "params": {
            "request": request,
            "resource_type": account.resource_type,
            "initiator_type": account.initiator_type,
            "initiator": account.initiator,
            "stack": [frame.model_dump() for frame in account.stack],
            "page": page or None,
            "from_cache": account.from_cache,
            "error": entry.error,
        },
    }


def store(items: Iterable[Item], plans: Plans, file: Path, run: RunFolder) -> tuple[Visit, ...]:
    """Write all entries and publish the visits. Raises CannotFinish when there is no space."""
    spools: dict[str | None, _Spool] = {}
    names = _names(plans, file, run)
    try:
        for plan in plans.in_order():
            spools[plan.key] = _Spool(run.spool(names[plan.key], 1), plan)
            spools[plan.key].pause()
        _write(items, plans, spools)
        visits = []
        for number, (key, spool) in enumerate(spools.items()):
            visit = _visit(spool.plan, names[key], plans, file, first=number == 0, site=_site(plans, file, number))
            run.publish(visit, spool.folder)
            visits.append(visit)
    except OSError as error:
        raise CannotFinish(f"{file.name}: the import cannot be stored: {error.strerror}") from None
    finally:
        for spool in spools.values():
            shutil.rmtree(spool.folder, ignore_errors=True)
    fact = fact_of(file)
    subject = {"file": plain(file.name), "sha256": fact.sha256, "bytes": str(fact.bytes), "visits": str(len(visits))}
    run.custody("file_imported", subject)
    return tuple(visits)


def _write(items: Iterable[Item], plans: Plans, spools: dict[str | None, _Spool]) -> None:
    current: _Spool | None = None
    try:
        for item in items:
            if not isinstance(item, Recorded):
                continue
            spool = spools[plans.of(item.page).key]
            if spool is not current:
                if current:
                    current.pause()
                spool.resume()
                current = spool
            spool.write(item)
    finally:
        if current:
            current.pause()


def _site(plans: Plans, file: Path, number: int) -> str:
    count = len(plans.by_key)
    return slug(file.stem) if count == 1 else f"{slug(file.stem)}-{number + 1:0{len(str(count))}d}"


def _names(plans: Plans, file: Path, run: RunFolder) -> dict[str | None, str]:
    """Ids for the visits: the site's, made unique where the run has a visit of that name."""
    taken = set(run.published())
    names: dict[str | None, str] = {}
    for number, plan in enumerate(plans.in_order()):
        site = name = _site(plans, file, number)
        again = 1
        while name in taken:
            again += 1
            name = f"{site}.{again}"
        taken.add(name)
        names[plan.key] = name
    return names


def _visit(plan: Plan, name: str, plans: Plans, file: Path, *, first: bool, site: str) -> Visit:
    earliest = min(p.started_at for p in plans.by_key.values() if p.started_at)
    listed = plan.listed
    started_at = plan.started_at or (listed.started_at if listed else None) or earliest
    title = listed.title if listed and not listed.url else ""
    reason = _reason(plan, plans)
    return Visit(
        visit=name,
        kind=VisitKind.imported,
        site=site,
        page=plan.page,
        final_url=plan.final_url,
        title=title,
        outcome=Outcome.incomplete if reason else Outcome.complete,
        reason=reason,
        started_at=started_at.astimezone(UTC),
        duration_ms=_milliseconds(plan.ended_at, started_at),
        user_agent=plain(plan.user_agent),
        source_file=plain(file.name),
        coverage=(_coverage(plan, plans, first=first),),
    )


def _milliseconds(ended_at: datetime | None, started_at: datetime) -> int:
    return int((ended_at - started_at).total_seconds() * 1000) if ended_at else 0


def _reason(plan: Plan, plans: Plans) -> str:
    """Why the visit is not complete, "" when it is. An entry of no known page may be any visit's."""
    told_ = []
    if plan.quarantined:
        told_.append(f"{plan.quarantined} of {plan.quarantined + plan.entries} entries quarantined")
    if plan.partly:
        told_.append(f"{plan.partly} of {plan.entries} requests taken without a part that could not be read")
    if plans.unplaced:
        told_.append(f"{len(plans.unplaced)} entries of the file, whose page is unknown, quarantined")
    if plans.breaks_off:
        told_.append(plans.breaks_off)
    if told_:
        return "partial_import: " + ", ".join(told_)
    return "" if plan.entries else "no_entries: the recording lists this page but holds no request of it"


def _coverage(plan: Plan, plans: Plans, *, first: bool) -> Coverage:
    """`matched`: entries taken; `undecoded`: those of them read in part or with remarks; `skipped`: quarantined.

    What has no page is counted in the file's first visit, so that the file's rows add up to its entries.
    """
    reasons = plan.reasons.copy()
    skipped = plan.quarantined
    if first:
        skipped += len(plans.unplaced)
        reasons.update(f"entry {item.index}: {item.reason}" for item in plans.unplaced)
        reasons.update({f"{what} left out": count for what, count in plans.left_out.items()})
    return Coverage(
        sensor="importer",
        matched=plan.entries,
        undecoded=plan.unread,
        skipped=skipped,
        reason=plain(told(reasons)),
    )
