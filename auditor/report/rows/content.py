"""Cells of a body with its content coding undone: size and hash, or why they are not known."""

import hashlib
from collections.abc import Mapping

from auditor.content import Decoded
from auditor.evidence import Body


def content_cells(body: Body, coding: str | None, decoded: Decoded, prefix: str = "") -> Mapping[str, object]:
    """`content_bytes`, `content_sha256`, `content_problem`, `body_cut`; all empty (and not cut) for no body."""
    size, digest, problem = _content(body, coding, decoded)
    return {
        f"{prefix}content_bytes": size,
        f"{prefix}content_sha256": digest,
        f"{prefix}content_problem": problem,
        f"{prefix}body_cut": body.cut,
    }


def _content(body: Body, coding: str | None, decoded: Decoded) -> tuple[int | None, str | None, str]:
    if not body.size:
        return None, None, ""
    if not [c for c in (coding or "").split(",") if c.strip().lower() not in ("", "identity")]:
        # Not coded: the content is the body, and its hash was taken over all of it, kept or not.
        return body.size, body.sha256, ""
    if body.cut:
        return None, None, f"only {len(body.kept)} of {body.size} bytes were kept"
    if decoded.problem:
        return None, None, decoded.problem
    return len(decoded.data), hashlib.sha256(decoded.data).hexdigest(), ""
