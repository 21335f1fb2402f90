"""Globs compiled to patterns that cannot backtrack: `*` any run, `?` one character, `#` a number, all else itself.

`fnmatch` is not used: it reads `[em]` in `ud[em]` as a set of letters.
"""

import re
from functools import lru_cache

_SIGNS = {"?": ".", "#": r"\d++"}
_WILDCARDS = frozenset("*?#")


@lru_cache(maxsize=16384)
def compile_glob(glob: str, *, ignore_case: bool = False) -> re.Pattern[str]:
    """The glob as a pattern for `fullmatch`; linear in the text, as each `*` is settled once (atomic groups)."""
    first, *rest = (_piece(p) for p in glob.split("*"))
    pattern = first
    if rest:
        pattern += "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
        pattern += f".*{rest[-1]}"
    return re.compile(pattern, re.DOTALL | (re.IGNORECASE if ignore_case else re.NOFLAG))


def _piece(text: str) -> str:
    return "".join(_SIGNS.get(character) or re.escape(character) for character in text)


def has_wildcard(glob: str) -> bool:
    """Whether the glob can match more than itself."""
    return not _WILDCARDS.isdisjoint(glob)


def host_matches(pattern: str, host: str) -> bool:
    """Whether a host (lower case) fits: `*.domain` is the domain and all below it, else a plain glob."""
    pattern = pattern.lower()
    if pattern.startswith("*.") and not has_wildcard(pattern[2:]):
        return host == pattern[2:] or host.endswith(pattern[1:])
    return compile_glob(pattern).fullmatch(host) is not None


def path_matches(pattern: re.Pattern[str], path: str) -> bool:
    """Whether a path fits the compiled glob, with or without a slash at its end."""
    return pattern.fullmatch(path) is not None or pattern.fullmatch(path.rstrip("/") or "/") is not None
