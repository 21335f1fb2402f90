"""Every encoding and every pair of two, on one value each, by encoders that are not the product's."""

from functools import lru_cache

import pytest

from auditor.search import Searcher

from .encoders import ALL, chain, layers_of

MAIL, NAME, TOKEN, SHORT = "taro.yamada+x1@example.test", "山田 太郎次", "a1B2c3D4e5F6g7H8", "qX7k2p"


@lru_cache
def searcher(value: str) -> Searcher:
    return Searcher([{"nothing of the kind": ""}, {value: ""}])


def layers_found(value: str, written: bytes) -> list[tuple[str, ...]]:
    """In a form, or alone where it is no text."""
    is_text = written.isascii() and b"\0" not in written
    found = searcher(value).text(b"a=1&b=" + written + b"&c=2" if is_text else written)
    assert {(key, variant) for key, variant, _ in found} <= {(1, "")}
    return [layers for _, _, layers in found]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", [MAIL, NAME, TOKEN, SHORT])
def test_one_encoding(value: str, name: str) -> None:
    raw = value.encode()
    assert layers_found(value, ALL[name][1](raw)) == [layers_of(raw, name)]


@pytest.mark.parametrize("outer", ALL)
def test_two_encodings(outer: str) -> None:
    raw, wrong = MAIL.encode(), {}
    for inner in ALL:
        if (written := chain(outer, inner, raw)) is not None:
            found, told = layers_found(MAIL, written), layers_of(raw, outer, inner)
            if found != [told]:
                wrong[inner] = (told, found)
    assert wrong == {}


@pytest.mark.parametrize("outer", ["url upper", "json", "html", "base64", "hex lower", "sha256 hex", "gzip"])
def test_two_encodings_of_japanese(outer: str) -> None:
    raw, wrong = NAME.encode(), {}
    for inner in ALL:
        if (written := chain(outer, inner, raw)) is not None:
            found, told = layers_found(NAME, written), layers_of(raw, outer, inner)
            if found != [told]:
                wrong[inner] = (told, found)
    assert wrong == {}
