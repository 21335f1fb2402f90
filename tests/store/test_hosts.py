"""hosts.json back, with what it lacks, and what is said of chains that are not known."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.evidence import Exchange, Source, VisitKind
from auditor.hosts import Cname, CnameStatus, Host, Hosts
from auditor.store.hosts import read_hosts, unanswered

AT = datetime(2026, 11, 23, tzinfo=UTC)


def exchange(url: str, *, server: str | None = None, source: Source = Source.both) -> Exchange:
    return Exchange(visit="v", request="r", started_at=AT, method="GET", url=url, source=source, server=server)


def test_hosts_the_file_does_not_tell_of_come_from_the_exchanges(tmp_path: Path) -> None:
    path = tmp_path / "hosts.json"
    known = Host(host="b.test", addresses=("192.0.2.1:443",), cname=Cname(status=CnameStatus.answered))
    path.write_text(Hosts(hosts=(known,)).model_dump_json())
    exchanges = [
        exchange("https://b.test/", server="192.0.2.9:443"),
        exchange("https://a.test/", server="192.0.2.2:443"),
        exchange("wss://a.test:8443/", server="192.0.2.3:8443"),
        exchange("https://never.test/", source=Source.browser_only),
    ]
    first, second = read_hosts(path, exchanges, VisitKind.audit)
    assert second == known
    assert (first.host, first.addresses) == ("a.test", ("192.0.2.2:443", "192.0.2.3:8443"))
    assert (first.cname.status, first.cname.chain) == (CnameStatus.not_asked, ())


def test_a_run_of_before_has_hosts_too(tmp_path: Path) -> None:
    (host,) = read_hosts(tmp_path / "hosts.json", [exchange("https://a.test/")], VisitKind.imported)
    assert host == Host(host="a.test", cname=Cname(reason="imported"))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"hosts": [{"host": 1}]}', b'{"hosts": [], "more": 1}'])
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "hosts.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match="is not what was written") as caught:
        read_hosts(path, [], VisitKind.audit)
    assert caught.value.file == path


def test_chains_that_are_not_known_are_a_row() -> None:
    def host(name: str, status: CnameStatus) -> Host:
        return Host(host=name, cname=Cname(status=status))

    fine = [host("a", CnameStatus.answered), host("b", CnameStatus.nxdomain), host("c", CnameStatus.not_asked)]
    assert unanswered(fine) == []
    bad = [host("d", CnameStatus.timeout), host("e", CnameStatus.timeout), host("f", CnameStatus.loop)]
    (row,) = unanswered([*fine, *bad])
    assert (row.sensor, row.matched, row.skipped) == ("dns", 2, 3)
    assert row.reason == "CNAME chain not known: loop (1); CNAME chain not known: timeout (2)"
