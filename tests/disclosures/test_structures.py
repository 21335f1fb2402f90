import pytest

from tests.disclosures.factory import Read, short


def test_plain_table_in_any_order_of_columns_with_two_fields_in_one_cell(read: Read) -> None:
    page = read(
        """<title>外部送信ポリシー</title><table>
        <tr><th>利用目的</th><th>送信される情報</th><th>送信先事業者名／ツール</th><th>無効化（オプトアウト）</th></tr>
        <tr><td>解析</td><td>Cookie、閲覧したページのURL、IPアドレス</td><td>Google LLC<br>Google アナリティクス</td><td>https://o.example/</td></tr>
        <tr><td>広告</td><td>閲覧履歴、端末情報</td><td>LINEヤフー(株)／Yahoo!広告</td><td></td></tr></table>"""
    )
    assert [short(r) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id", "ip", "page_url")),
        ("LINEヤフー(株)", "lycorp", "legal", ("browsing_history", "page_url", "device_info", "user_agent")),
    ]
    assert [r.service for r in page.rows] == ["Google アナリティクス", "Yahoo!広告"]
    assert page.rows[0].purposes == ("解析",)
    assert page.rows[0].opt_out == "https://o.example/"
    assert page.rows[0].where == "table[1] > tr[2]"
    assert (page.title, page.found) == ("外部送信ポリシー", True)


def test_merged_cells_are_expanded(read: Read) -> None:
    page = read(
        """<table><tr><th rowspan=2>送信先</th><th colspan=2>利用目的</th><th rowspan=2>送信する情報</th></tr>
        <tr><th>当社</th><th>送信先</th></tr>
        <tr><td rowspan=2>Google LLC</td><td>解析</td><td>改善</td><td>Cookie</td></tr>
        <tr><td>広告</td><td>配信</td><td rowspan=2>URL</td></tr>
        <tr><td>Meta Platforms, Inc.</td><td colspan=2>広告</td></tr></table>"""
    )
    assert [(r.recipient, r.purposes, r.content) for r in page.rows] == [
        ("Google LLC", ("解析", "改善"), ("cookie_id",)),
        ("Google LLC", ("広告", "配信"), ("page_url",)),
        ("Meta Platforms, Inc.", ("広告", "広告"), ("page_url",)),
    ]


def test_columns_of_marks(read: Read) -> None:
    page = read(
        """<table><tr><th rowspan=2>送信先</th><th colspan=3>送信される情報</th></tr>
        <tr><th>Cookie</th><th>URL</th><th>IPアドレス</th></tr>
        <tr><td>Google LLC</td><td>○</td><td>×</td><td>○</td></tr></table>"""
    )
    assert [short(r) for r in page.rows] == [("Google LLC", "google", "legal", ("cookie_id", "ip"))]


@pytest.mark.parametrize(
    ("first", "second", "cell"),
    [
        ("<p>①閲覧履歴（URL）</p><p>②Cookie、広告ID</p>", "<ol><li>分析<li>広告配信</ol>", ("①②", "1, 2")),
        ("<ul><li>(1) 閲覧履歴（URL）<li>(2) Cookie、広告ID</ul>", "<p>1. 分析<br>2. 広告配信</p>", ("(1)(2)", "1～2")),
        (
            "<table><tr><th>番号</th><th>送信する情報</th></tr><tr><td>A</td><td>閲覧履歴（URL）</td></tr>"
            "<tr><td>B</td><td>Cookie、広告ID</td></tr></table>",
            "<ul><li>１）分析</li><li>２）広告配信</li></ul>",
            ("A、B", "１・２"),
        ),
    ],
)
def test_coded_cross_reference(read: Read, first: str, second: str, cell: tuple[str, str]) -> None:
    page = read(
        f"""<h2>1. 送信する情報の利用目的</h2>{second}<h2>2. 送信する情報</h2><p>次のとおりです。</p>{first}
        <h2>3. 外部送信先一覧</h2><table><tr><th>送信先</th><th>利用目的</th><th>送信する情報</th></tr>
        <tr><td>Google LLC</td><td>{cell[1]}</td><td>{cell[0]}</td></tr></table>"""
    )
    assert [short(r) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id", "ad_id", "browsing_history", "page_url"))
    ]
    assert page.rows[0].content_text == "閲覧履歴（URL）\nCookie、広告ID"
    assert page.rows[0].purposes == ("分析\n広告配信",)


def test_codes_in_key_and_value_lines(read: Read) -> None:
    page = read(
        """<h2>1. 利用目的</h2><ul><li>(1) 分析</li><li>(2) 広告</li></ul>
        <h2>2 送信する情報</h2><ul><li>(1) Cookie</li><li>(2) URL</li></ul><h2>3 外部送信先一覧</h2>
        <ul><li>送信先：Google LLC</li><li>利用目的：(1)</li><li>送信する情報：(1)(2)</li></ul>
        <ul><li>送信先：Facebook, Inc.</li><li>利用目的：(2)</li><li>送信する情報：(2)</li></ul>"""
    )
    assert [(*short(r), r.purposes) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id", "page_url"), ("分析",)),
        ("Facebook, Inc.", "meta", "former", ("page_url",), ("広告",)),
    ]


def test_key_and_value_table_for_each_recipient(read: Read) -> None:
    block = """<table><tr><th>事業者名</th><td>{}</td></tr><tr><th>送信される利用者情報</th><td>{}</td></tr>
    <tr><th>利用目的</th><td>解析</td></tr></table>"""
    page = read(block.format("Google LLC", "Cookie") + block.format("LINE", ""))
    assert [short(r) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id",)),
        ("LINE", "lycorp", "brand", ()),
    ]
    assert page.rows[1].content_text == ""


def test_definition_list_with_keys(read: Read) -> None:
    page = read(
        """<dl><dt>事業者</dt><dd>Facebook, Inc.</dd><dt>サービス名</dt><dd>Facebookピクセル</dd>
        <dt>送信される利用者情報</dt><dd>Cookie</dd><dd>URL</dd><dt>利用目的</dt><dd>広告</dd>
        <dt>事業者</dt><dd>KDDI株式会社</dd><dt>送信される利用者情報</dt><dd>位置情報</dd></dl>"""
    )
    assert [(*short(r), r.service) for r in page.rows] == [
        ("Facebook, Inc.", "meta", "former", ("cookie_id", "page_url"), "Facebookピクセル"),
        ("KDDI株式会社", "kddi", "legal", ("location",), ""),
    ]


def test_definition_list_of_recipients(read: Read) -> None:
    page = read(
        """<dl><dt>Google LLC</dt><dd>送信される情報：Cookie<br>利用目的：解析</dd>
        <dt>株式会社みほん</dt><dd>送信される情報：URL<br>利用目的：解析</dd></dl>"""
    )
    assert [short(r) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id",)),
        ("株式会社みほん", None, None, ("page_url",)),
    ]


def test_section_for_each_tool_ends_with_its_part_of_the_page(read: Read) -> None:
    page = read(
        """<main><h1>外部送信について</h1>
        <section><h3>Google アナリティクス</h3><p><strong>送信先事業者名</strong><br>Google LLC</p>
        <p><strong>弊社での利用目的</strong><br>分析</p><p><strong>送信先事業者での利用目的</strong><br>改善</p>
        <p><strong>送信される情報</strong><br>Cookie ID、セッションID</p></section>
        <section><h3>みほんタグ</h3><ul><li><b>送信先事業者</b>：株式会社みほん</li>
        <li><b>送信されるタイミング</b>：閲覧時</li><li><b>送信される情報</b>：<ul><li>IPアドレス</li><li>OS</li></ul></li></ul></section>
        <section><h3>Meta Pixel</h3><p><b>送信される情報</b></p><p>Cookie</p><p><b>利用目的</b></p><p>広告</p></section>
        </main><footer><p>位置情報の会社</p></footer>"""
    )
    assert [(*short(r), r.service, r.purposes) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id", "session_id"), "Google アナリティクス", ("分析", "改善")),
        ("株式会社みほん", None, None, ("ip", "user_agent"), "みほんタグ", ()),
        ("Meta Pixel", "meta", "brand", ("cookie_id",), "", ("広告",)),
    ]
    assert page.not_understood == ("外部送信について", "位置情報の会社")


def test_bullets_and_several_keys_on_one_line(read: Read) -> None:
    page = read(
        """<ul><li>Google LLC（Google アナリティクス）：Cookie、閲覧履歴</li><li>Meta：URL</li></ul>
        <p>送信先：KDDI株式会社／送信される情報：広告ID／利用目的：解析</p>"""
    )
    assert [(*short(r), r.confidence) for r in page.rows] == [
        (
            "Google LLC（Google アナリティクス）",
            "google",
            "legal",
            ("cookie_id", "browsing_history", "page_url"),
            0.6,
        ),
        ("Meta", "meta", "brand", ("page_url",), 0.6),
        ("KDDI株式会社", "kddi", "legal", ("ad_id",), 1.0),
    ]


def test_three_flat_lists_apply_to_every_recipient_with_less_confidence(read: Read) -> None:
    page = read(
        """<p>■送信するお客様情報</p><ul><li>Cookie</li><li>端末情報</li></ul><p>■送信する目的</p><p>解析のため</p>
        <p>■送信先</p><ul><li>Google Inc.</li><li>LINE株式会社</li></ul>"""
    )
    assert [(*short(r), r.confidence) for r in page.rows] == [
        ("Google Inc.", "google", "former", ("cookie_id", "device_info", "user_agent"), 0.5),
        ("LINE株式会社", "lycorp", "former", ("cookie_id", "device_info", "user_agent"), 0.5),
    ]


def test_english_only_keeps_the_text_that_it_does_not_understand(read: Read) -> None:
    page = read(
        """<table><tr><th>Recipient</th><th>Data sent</th><th>Purpose</th></tr>
        <tr><td>Google LLC</td><td>Things about your visit</td><td>Analytics</td></tr></table>"""
    )
    assert [short(r) for r in page.rows] == [("Google LLC", "google", "legal", ())]
    assert page.rows[0].content_text == "Things about your visit"
    assert page.not_understood == ("Things about your visit",)


def test_prose_gives_a_row_of_little_confidence_and_is_kept(read: Read) -> None:
    text = "当サイトではGoogleアナリティクスを使い、Cookieを送信します。"
    page = read(f"<p>{text}</p>")
    assert [(*short(r), r.confidence, r.quote) for r in page.rows] == [
        ("Googleアナリティクス", "google", "brand", ("cookie_id",), 0.4, text)
    ]
    assert (page.not_understood, page.found) == ((text,), True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Google LLC", True),
        ("当サイトはGoogleアナリティクスを利用しています。", True),
        ("閲覧履歴を外部の会社に送信します。", True),
        ("地図はGoogleでご覧ください。", False),
        ("Google Chromeの設定を利用してください。", False),
        ("当社はCookieを利用しています。", False),
        ("お問い合わせの氏名はSSLで送信されます。", False),
    ],
)
def test_nothing_declared_is_said_only_where_nothing_names_a_recipient_or_a_sending(
    read: Read, text: str, found: bool
) -> None:
    page = read(f"<title>会社案内</title><p>{text}</p>")
    assert (page.rows, page.found) == ((), found)


@pytest.mark.parametrize(
    "text",
    [
        "当社はGoogleアナリティクスにCookieを送信しません。",
        "Google ChromeではCookieの送信を設定で止められます。",
        "お問い合わせの氏名は暗号化して送信されます。",
    ],
)
def test_prose_that_denies_or_names_no_recipient_gives_no_row(read: Read, text: str) -> None:
    assert read(f"<p>{text}</p>").rows == ()


def test_a_page_that_says_nothing_about_sending(read: Read) -> None:
    page = read("<title>会社概要</title><h1>会社概要</h1><table><tr><th>所在地</th><td>東京都</td></tr></table>")
    assert (page.rows, page.found) == ((), False)


def test_same_as_above_and_a_divider_row(read: Read) -> None:
    page = read(
        """<table><tr><th>送信先</th><th>送信する情報</th></tr><tr><td colspan=2>広告</td></tr>
        <tr><td>Google LLC</td><td>Cookie</td></tr><tr><td>KDDI株式会社</td><td>同上</td></tr></table>"""
    )
    assert [short(r) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id",)),
        ("KDDI株式会社", "kddi", "legal", ("cookie_id",)),
    ]


def test_layout_tables_are_walked_through(read: Read) -> None:
    page = read(
        """<table><tr><td><h2>外部送信</h2><table><tr><th>送信先</th><th>送信する情報</th></tr>
        <tr><td>Google LLC</td><td>Cookie</td></tr></table></td></tr></table>"""
    )
    assert [short(r) for r in page.rows] == [("Google LLC", "google", "legal", ("cookie_id",))]


def test_csv_and_plain_text(read: Read) -> None:
    csv = read('送信先,送信される情報,利用目的\nGoogle LLC,"Cookie、URL",解析\n', content_type="text/csv")
    assert [(*short(r), r.where) for r in csv.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id", "page_url"), "csv > tr[2]")
    ]
    text = read("■LINE Tag\n送信先：LINEヤフー株式会社\n送信される情報：Cookie\n", address="policy.txt")
    assert [(*short(r), r.service) for r in text.rows] == [
        ("LINEヤフー株式会社", "lycorp", "legal", ("cookie_id",), "LINE Tag")
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<h3>Google Chrome</h3><p>設定からCookieを無効にできます。</p>",
        "<p>Google Chrome の場合: Cookieを無効にする設定</p>",
        "<h3>Googleについて</h3><p>詳しい説明です。</p>",
        "<p>Google LLC: よい会社です</p>",
    ],
)
def test_prose_about_a_browser_or_a_company_is_no_row(read: Read, html: str) -> None:
    page = read(html)
    assert page.rows == ()
    assert any("Google" in text for text in page.not_understood)


def test_a_header_of_words_the_vocabulary_has_only_in_part(read: Read) -> None:
    page = read(
        """<table><tr><th>主な送信先の会社</th><th>目的</th><th>送られるデータの例</th><th>国</th></tr>
        <tr><td>Google LLC</td><td>解析</td><td>Cookie</td><td>米国</td></tr></table>"""
    )
    assert [(*short(r), r.purposes) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id",), ("解析",))
    ]


def test_lists_that_no_row_refers_to_apply_to_all_rows_with_less_confidence(read: Read) -> None:
    page = read(
        """<h2>1. 送信する情報</h2><ol><li>Cookie</li><li>URL</li></ol><h2>2. 送信先</h2>
        <p>広告名：みほん広告</p><p>提携企業：Google LLC</p><p>広告名：見本広告</p><p>提携企業：株式会社みほん</p>"""
    )
    assert [(*short(r), r.service, r.confidence) for r in page.rows] == [
        ("Google LLC", "google", "legal", ("cookie_id", "page_url"), "みほん広告", 0.5),
        ("株式会社みほん", None, None, ("cookie_id", "page_url"), "見本広告", 0.5),
    ]
