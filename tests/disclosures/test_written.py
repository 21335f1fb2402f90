from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.disclosures import Correction, DeclaredRow, Disclosure, disclosure_yaml, load_disclosure
from auditor.specs import MAX_BYTES, parse
from tests.disclosures import score


def again(disclosure: Disclosure, folder: Path) -> Disclosure:
    path = folder / "site.yaml"
    path.write_text(disclosure_yaml(disclosure), encoding="utf-8", newline="\n")
    vendors, taxonomy = score.known()
    return load_disclosure(path, vendors=vendors, taxonomy=taxonomy)


@pytest.mark.parametrize(
    "name", ["table_two_heads", "coded_broadcaster", "not_sent", "delegated", "nothing_shop", "pdf_keys"]
)
def test_what_is_written_is_read_again_as_it_was(name: str, tmp_path: Path) -> None:
    assert again(score.read(name), tmp_path) == score.read(name)


def test_a_corrected_file_says_who_corrected_what_when(tmp_path: Path) -> None:
    text = disclosure_yaml(score.read("service_names"))
    text = text.replace(
        'service: "もふもふカウンター"', 'recipient: 株式会社もふもふ\n  service: "もふもふカウンター"', 1
    )
    text = text.replace('- recipient: ""\n  entity: null\n  recipient:', "- entity: null\n  recipient:")
    text += 'corrections:\n- {by: 監査 花子, at: 2026-11-20T10:30:00+09:00, note: "送信先を追加"}\n'
    path = tmp_path / "corrected.yaml"
    path.write_text(text, encoding="utf-8")
    vendors, taxonomy = score.known()
    page = load_disclosure(path, vendors=vendors, taxonomy=taxonomy)
    assert page.rows[-1].recipient == "株式会社もふもふ"
    assert page.corrections == (
        Correction(by="監査 花子", at=datetime(2026, 11, 20, 1, 30, tzinfo=UTC), note="送信先を追加"),
    )


def test_what_a_person_states_is_taken_as_it_is_and_only_the_rest_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        """address: https://site.test/
rows:
- {recipient: Google LLC, content_text: "Cookie等。氏名は送信しません。"}
- {recipient: Google LLC, entity: null, content: [], not_sent: [], vague: [], content_text: "Cookie等"}
""",
        encoding="utf-8",
    )
    vendors, taxonomy = score.known()
    left_out, stated = load_disclosure(path, vendors=vendors, taxonomy=taxonomy).rows
    assert (left_out.entity, left_out.name_kind, left_out.content) == ("google", "legal", ("cookie_id",))
    assert (left_out.not_sent, left_out.vague) == (("name_address", "hashed_name_address"), ("等",))
    assert (stated.entity, stated.name_kind, stated.content, stated.not_sent, stated.vague) == (None, None, (), (), ())


def test_a_flood_is_written_so_that_it_can_be_read_again() -> None:
    flood = Disclosure(address="x", not_understood=tuple(f"{n:0300}" for n in range(4_000)), text="字" * 50_000)
    text = disclosure_yaml(flood)
    assert len(text.encode()) < MAX_BYTES
    assert len(parse(text, Disclosure, file="x").not_understood) == 200


@example("0\n\x80", ["a\nb", "\u2028"])
@example("a\n b\n\tc\n# d\n- e: f", ["- x", "null", "0x1"])
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_survives(text: str, several: list[str]) -> None:
    clean = text.encode("utf-8", "replace").decode()
    others = tuple(s.encode("utf-8", "replace").decode() for s in several)
    row = DeclaredRow(recipient=clean, content_text=clean, purposes=others, entity=None)
    page = Disclosure(address="x", title=clean, rows=(row,), not_understood=others)
    assert parse(disclosure_yaml(page), Disclosure, file="x") == page
