"""Chromium's storage keys: an origin, and the top-level site whose partition it is in."""

from auditor.domains import registrable_domain, site_of


def split_storage_key(storage_key: str) -> tuple[str, str]:
    """A serialised storage key as (origin, registrable domain of the top-level site).

    First-party keys are an origin; partitioned ones add `^0` and the top-level site, `^3` an ancestor bit
    (Chromium, third_party/blink/public/common/storage_key/storage_key.h).
    """
    origin, *parts = storage_key.split("^")
    top = next((part[1:] for part in parts if part.startswith("0")), origin)
    return origin.rstrip("/"), site_of(top) or registrable_domain(top)
