"""The disclosure pages of `pages/`, read from their files: thresholds over all of them, and exact rows of some."""

import pytest

from auditor.disclosures import DeclaredRow
from tests.disclosures import score

TUNED = score.page_names(held_out=False)
HELD_OUT = score.page_names(held_out=True)


def test_there_are_enough_pages_of_each_kind() -> None:
    assert (len(TUNED), len(HELD_OUT)) == (71, 8)
    encodings = {score.truth(name).encoding for name in (*TUNED, *HELD_OUT)}
    assert encodings == {"utf-8", "euc-jp", "shift_jis", "iso-2022-jp", "pdf"}
    suffixes = {score.page_file(name).suffix for name in (*TUNED, *HELD_OUT)}
    assert suffixes == {".html", ".txt", ".csv", ".pdf"}


def test_recipients_and_data_types_are_read_as_a_person_reads_them() -> None:
    all_pages = score.total((*TUNED, *HELD_OUT))
    assert min(all_pages.recipients.recall, all_pages.recipients.precision) >= 0.95
    assert min(all_pages.data_types.recall, all_pages.data_types.precision) >= 0.90
    assert all_pages.found_right == all_pages.pages


@pytest.mark.parametrize("name", TUNED)
def test_each_page_that_was_tuned_on_stays_read(name: str) -> None:
    page = score.score(score.truth(name), score.read(name), score.known()[1])
    assert (page.recipients.missed, page.recipients.wrong) == (0, 0)
    assert (page.data_types.missed, page.data_types.wrong) == (0, 0)
    assert (page.not_sent.missed, page.not_sent.wrong) == (0, 0)
    assert page.found_right == 1
    assert score.read(name).encoding == score.truth(name).encoding


@pytest.mark.parametrize("name", [n for n in (*TUNED, *HELD_OUT) if not score.truth(n).found])
def test_a_page_that_declares_nothing_gives_nothing(name: str) -> None:
    page = score.read(name)
    assert (page.found, page.rows) == (False, ())
    assert page.not_understood


def test_a_list_that_is_a_picture_is_not_read_and_not_called_absent() -> None:
    page = score.read("picture_only")
    assert (page.found, page.rows) == (True, ())


def short(row: DeclaredRow) -> tuple[object, ...]:
    return row.recipient, row.entity, row.name_kind, row.service, row.content, row.confidence


def test_exact_rows_of_the_two_header_rows() -> None:
    page = score.read("table_two_heads")
    assert [short(r) for r in page.rows] == [
        ("LINEヤフー株式会社", "lycorp", "legal", "Yahoo!広告", ("cookie_id", "click_id", "page_url"), 1.0),
        ("LINEヤフー株式会社", "lycorp", "legal", "LINE Tag", ("cookie_id", "session_id"), 1.0),
        ("Brightcove Inc.", "brightcove", "legal", "Brightcove Player", ("ip", "video_progress", "user_agent"), 1.0),
        ("株式会社ビデオリサーチ", "videoresearch", "legal", "視聴計測タグ", ("ad_id", "video_progress"), 1.0),
    ]
    first = page.rows[0]
    assert (first.purpose_own, first.purpose_recipient) == ("広告効果の測定", "広告配信の最適化")
    assert first.policy_url == "https://www.lycorp.co.jp/ja/company/privacypolicy/"
    assert first.where == "table[1] > tr[3]"
    assert first.quote == (
        "1 | LINEヤフー株式会社 | Yahoo!広告 | クッキー、広告のクリック情報、ページURL | "
        "広告効果の測定 | 広告配信の最適化 | ポリシー"
    )


def test_exact_rows_of_what_is_not_sent() -> None:
    rows = score.read("not_sent").rows
    assert [(r.recipient, r.content, r.not_sent) for r in rows] == [
        ("Google LLC", ("cookie_id", "page_url"), ("email", "phone", "hashed_email", "hashed_phone")),
        ("LINEヤフー株式会社", ("cookie_id",), ("name_address", "hashed_name_address")),
        ("Adobe Inc.", ("page_title", "event"), ("location",)),
        ("株式会社おうち健診データ", ("ip",), ("account_id",)),
    ]


def test_exact_rows_of_missing_parts_and_vague_words() -> None:
    rows = score.read("missing_parts").rows
    assert [(r.recipient, r.content_text, r.purposes, r.vague) for r in rows] == [
        ("Google LLC", "Cookie、URL", (), ()),
        ("Meta Platforms, Inc.", "", ("広告配信のため",), ()),
        ("株式会社セールスフォース・ジャパン", "", (), ()),
        ("広告配信事業者等", "Cookie等", ("広告配信等のため",), ("等",)),
    ]


def test_exact_rows_of_the_pdf_with_a_table() -> None:
    page = score.read("pdf_table")
    assert [(r.recipient, r.service, r.content, r.purposes, r.opt_out, r.where) for r in page.rows] == [
        (
            "Google LLC",
            "Google アナリティクス",
            ("cookie_id", "ip", "page_url"),
            ("アクセス解析のため",),
            "https://tools.google.com/dlpage/gaoptout",
            "page[1] > table[1] > tr[2]",
        ),
        (
            "Brightcove Inc.",
            "Brightcove Player",
            ("video_progress", "user_agent"),
            ("動画の配信のため",),
            "",
            "page[1] > table[1] > tr[3]",
        ),
        (
            "株式会社くじら広告社",
            "くじらDSP",
            ("ad_id", "location"),
            ("広告の配信のため",),
            "",
            "page[1] > table[1] > tr[4]",
        ),
    ]


def test_exact_rows_of_a_group_before_its_table() -> None:
    rows = score.read("grouped_companies").rows
    assert [(r.recipient, r.content_text, r.confidence) for r in rows] == [
        ("PubMatic, Inc.", "Cookie、IPアドレス、閲覧履歴", 0.8),
        ("OpenX Technologies, Inc.", "Cookie、IPアドレス、閲覧履歴", 0.8),
        ("Index Exchange Inc.", "Cookie、IPアドレス、閲覧履歴", 0.8),
        ("Chartbeat, Inc.", "Cookie、ページタイトル、スクロール", 0.8),
        ("株式会社ユーザーローカル", "Cookie、ページタイトル、スクロール", 0.8),
    ]


def test_the_pages_text_is_kept_for_rules_about_wording() -> None:
    text = score.read("optout_six").text
    assert "停止する行為 | 送信された情報の利用" in text.split("\n")
