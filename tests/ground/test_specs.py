from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.specs import Spec, load, parse


class Inner(Spec):
    name: str
    count: int = 0
    share: float = 0.0


class Outer(Spec):
    title: str
    inner: tuple[Inner, ...] = ()
    names: dict[str, str] = {}


def refuse(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse(text, Outer, file="f.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["on", "off", "yes", "no", "012", "12:30", "12:30:45", "2026-11-01", "1_000x", "~x"])
def test_yaml_1_2_leaves_text_as_it_looks(name: str) -> None:
    quoted = name if not name.isdigit() else f'"{name}"'
    assert parse(f"title: {quoted}\n", Outer, file="f").title == name


def test_numbers() -> None:
    got = parse("title: t\ninner:\n - {name: a, count: 012, share: 1.5}\n - {name: b, count: 0x1f}\n", Outer, file="f")
    assert [(i.count, i.share) for i in got.inner] == [(12, 1.5), (31, 0.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: t\ntitel: x\n", "f.yaml:2: titel: unknown key (did you mean title?)"),
        ("title: t\ninner:\n  - {nam: a}\n", "f.yaml:3: inner.0.nam: unknown key (did you mean name?)"),
        ("inner: []\n", "f.yaml:1: title: is missing"),
        ("title: t\ninner:\n  - {name: 3}\n", "f.yaml:3: inner.0.name: Input should be a valid string"),
        ("title: a\ntitle: b\n", "f.yaml:2: title: this key is there twice"),
        ("title: &a t\nnames: {x: *a}\n", "f.yaml:1: anchors and aliases are not allowed"),
        (
            "title: !!python/object/apply:os.system [x]\n",
            "f.yaml:1: title: the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed",
        ),
        ("title: !x t\n", "f.yaml:1: title: the tag !x is not allowed"),
        ("title: t\ninner:\n - {name: a, share: .inf}\n", "f.yaml:3: inner.0.share: must be a finite number"),
        ("- a\n", "f.yaml:1: must hold keys and values at its top"),
        ("", "f.yaml: is empty"),
        ("title: [\n", "f.yaml:2: not valid YAML: did not find expected node content"),
        ("title: t\n? [a]\n: b\n", "f.yaml:2: a key must be plain text"),
        ("a:\n" + "".join(" " * n + "a:\n" for n in range(1, 30)), "f.yaml:22: nested deeper than 20"),
    ],
)
def test_refusals_name_file_line_and_field(text: str, message: str) -> None:
    assert refuse(text) == message


def test_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{b}: &{b} [*{a},*{a},*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refuse(bomb) == "f.yaml:1: anchors and aliases are not allowed"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("title: 日本".encode("shift_jis"), "f.yaml:1: is not UTF-8 (save it as UTF-8)"),
        (b"\n\ntitle: \xff", "f.yaml:3: is not UTF-8 (save it as UTF-8)"),
        (b"x" * (1 << 20) + b"x", "f.yaml: larger than 1048576 bytes"),
        (None, "f.yaml: no such file"),
    ],
)
def test_unreadable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes | None, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    if raw is not None:
        Path("f.yaml").write_bytes(raw)
    with pytest.raises(InputError) as caught:
        load(Path("f.yaml"), Outer)
    assert str(caught.value) == message


def test_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbftitle: t\r\ninner:\r\n  - name: a\r\n")
    assert load(path, Outer) == Outer(title="t", inner=(Inner(name="a"),))
