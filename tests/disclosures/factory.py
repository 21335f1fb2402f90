from collections.abc import Callable

from auditor.disclosures import DeclaredRow, Disclosure
from auditor.vendors import Domain, Mark, Name, NameKind, Vendor

type Read = Callable[..., Disclosure]
type Short = tuple[str, str | None, str | None, tuple[str, ...]]


def short(row: DeclaredRow) -> Short:
    return row.recipient, row.entity, row.name_kind, row.content


def vendor(key: str, *, legal: list[str], former: list[str], brand: list[str], domain: str) -> Vendor:
    names = [(n, NameKind.legal) for n in legal]
    names += [(n, NameKind.former) for n in former]
    names += [(n, NameKind.brand) for n in brand]
    return Vendor(
        vendor=key,
        names=tuple(Name(name=n, kind=k, mark=Mark.vendor, source="test") for n, k in names),
        domains=(Domain(domain=domain, mark=Mark.vendor, source="test"),),
    )
