"""Vendor files as JSON: strict as the YAML ones, every error with its place."""

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.vendors import load_described, load_vendors

from .listed import FACT, TAXONOMY, YAML, vendor, write


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"vendors": [vendor("a", "a.test"), vendor("b", "B.test")]},
            "vendors.1.domains.0.domain: String should match",
        ),
        ({"vendors": [vendor("a", "a.test", mdules=[])]}, "vendors.0.mdules: unknown key"),
        ({"vendors": [{"vendor": "a"}]}, "vendors.0.names: is missing"),
        ({"vendors": [vendor("a", "a.test", domains=[])]}, "vendors.0: domains: at least one must be said"),
        ({"vendors": {}}, "vendors: Input should be a valid array"),
        ({}, "vendors: is missing"),
        ([], "Input should be an object"),
        ({"vendors": [vendor("a", "a.test"), vendor("a", "b.test")]}, "vendors.1.vendor: already described in"),
        (
            {"vendors": [vendor("a", "a.test"), vendor("b", "a.test")]},
            "vendors.1.domains.0.domain: a.test is a's already, in",
        ),
        (
            {"vendors": [vendor("a", "a.test", click_ids=[{"name": "c", "data_type": "nonsense", **FACT}])]},
            "vendors.0.click_ids.0: unknown data type 'nonsense'",
        ),
        (
            {"vendors": [vendor("a", "a.test", names=[{"name": "A", "kind": "brand", "mark": "S", "source": "s"}])]},
            "vendors.0.names.0: the source 's' has no date",
        ),
    ],
)
def test_a_careless_json_file_is_refused_by_its_place(tmp_path: Path, content: object, message: str) -> None:
    path = write(tmp_path / "many.json", content)
    with pytest.raises(InputError) as refused:
        load_vendors([tmp_path], TAXONOMY)
    assert str(refused.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"vendors": [], "vendors": []}', "not valid JSON: the key 'vendors' is there twice"),
        ('{"vendors": [1e999]}', "not valid JSON: 1e999 is no finite number"),
        ("{", "not valid JSON"),
    ],
)
def test_json_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "many.json").write_text(text)
    with pytest.raises(InputError, match="many.json:?1?: " + message):
        load_vendors([tmp_path], TAXONOMY)


def test_a_domain_of_two_vendors_names_both_files(tmp_path: Path) -> None:
    (tmp_path / "probe.yaml").write_text(YAML)
    path = write(tmp_path / "many.json", {"vendors": [vendor("a", "probe.test")]})
    with pytest.raises(InputError) as refused:
        load_vendors([tmp_path], TAXONOMY)
    expected = f"{path}: vendors.0.domains.0.domain: probe.test is probe's already, in {tmp_path}/probe.yaml"
    assert str(refused.value) == expected


def test_a_host_below_another_vendors_domain_may_be_a_vendors(tmp_path: Path) -> None:
    write(tmp_path / "many.json", {"vendors": [vendor("a", "probe.test"), vendor("b", "b.probe.test")]})
    write(tmp_path / "_notes.json", {"anything": "goes"})
    found = load_described([tmp_path], TAXONOMY)
    assert [(d.vendor.vendor, d.file.name, d.place) for d in found] == [
        ("a", "many.json", ("vendors", 0)),
        ("b", "many.json", ("vendors", 1)),
    ]


def test_a_file_by_hand_does_not_call_itself_converted(tmp_path: Path) -> None:
    (tmp_path / "probe.yaml").write_text(YAML + "converted: Probe list\n")
    with pytest.raises(InputError, match=r"probe\.yaml: converted: is for converted lists"):
        load_vendors([tmp_path], TAXONOMY)
