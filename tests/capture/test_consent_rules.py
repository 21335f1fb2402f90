"""Our consent rules: the files are read strictly, and texts are told apart as a person would."""

import re
from pathlib import Path

import pytest

from auditor.capture.consent.autoconsent import engine, rules_for
from auditor.capture.consent.rules import (
    PRODUCTS_FILE,
    WORDING_FILE,
    Kind,
    load_products,
    load_wording,
    products,
    wording,
)
from auditor.capture.journey import missing_secrets
from auditor.errors import InputError
from auditor.evidence import Consent
from auditor.scenario import ConsentSteps, Fill, Scenario, Site

BUTTONS = {
    Kind.accept: [
        "同意する",
        "同意します",
        "すべて許可",
        "すべて許可する",
        "全て許可",
        "すべて同意",
        "許可する",
        "すべてのCookieを受け入れる",
        "すべてのクッキーを受け入れる",
        "Cookieを許可",
        "同意して閉じる",
        "ＣＯＯＫＩＥに同意する",
        "承諾する",
        "Accept all cookies",
        "Allow all",
        "I agree",
    ],
    Kind.reject: [
        "拒否する",
        "すべて拒否",
        "全て拒否する",
        "すべてのCookieを拒否する",
        "Cookieを拒否",
        "同意しない",
        "同意しません",
        "許可しない",
        "同意せずに続ける",
        "必要なものだけ",
        "必要なクッキーのみ",
        "必要なCookieのみ許可する",
        "必須クッキーのみ",
        "必要最低限のクッキーのみ",
        "オプトアウトする",
        "Reject all",
        "Only necessary cookies",
        "Accept only essential cookies",
        "Continue without accepting",
    ],
    Kind.settings: [
        "設定する",
        "設定",
        "Cookieの設定",
        "クッキー設定",
        "詳細設定",
        "設定を変更",
        "Cookie Settings",
        "Manage preferences",
    ],
    Kind.save: [
        "設定を保存",
        "設定を保存する",
        "選択を保存",
        "保存して閉じる",
        "選択した内容で同意する",
        "Save preferences",
        "Confirm my choices",
    ],
    Kind.acknowledge: ["OK", "ＯＫ", "はい", "わかりました", "了解", "Got it"],
    Kind.close: ["閉じる", "×", "✕", "Close"],
    Kind.other: [
        "",
        "登録する",
        "同意する会社の一覧",
        "プライバシーポリシー",
        "詳細はこちら",
        "利用規約に同意して登録する",
        "個人情報の取り扱いに同意する",
        "次へ",
        "Learn more",
        "Accept terms and register",
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in BUTTONS.items() for text in texts])
def test_a_button_is_what_its_text_says(kind: Kind, text: str) -> None:
    assert wording().kind(text) is kind


@pytest.mark.parametrize(
    ("text", "is_banner"),
    [
        ("当サイトではCookieを使用しています。同意する", True),
        ("当社は、クッキー を使用します", True),
        ("閲覧の分析と広告のために情報を外部に送信します。", True),
        ("ｃｏｏｋｉｅ", True),
        ("利用規約に同意してください(Cookieの項目を含みます)。同意する", False),
        ("会員登録するとCookieを使用します。", False),
        ("あなたは20歳以上ですか。当サイトはCookieを使用します。はい", False),
        ("キャンペーンのお知らせ 閉じる", False),
        ("同意する", False),
    ],
)
def test_a_banner_speaks_of_what_consent_banners_do(text: str, is_banner: bool) -> None:
    assert wording().is_about_consent(text) is is_banner


def test_every_fact_has_its_source() -> None:
    assert {(p.product, p.country) for p in products() if p.country == "JP"} == {
        ("webtru", "JP"),
        ("trust360", "JP"),
        ("stright", "JP"),
        ("stright-settings", "JP"),
        ("ecbeing", "JP"),
    }
    assert all(p.source and p.mark for p in products())


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (PRODUCTS_FILE, "    banner: [", "    baner: [", "products.0.baner: unknown key (did you mean banner?)"),
        (
            PRODUCTS_FILE,
            "      - click:",
            "      - clik:",
            "products.0.accept.0.clik: unknown key (did you mean click?)",
        ),
        (PRODUCTS_FILE, "product: trust360", "product: webtru", "product there twice: webtru"),
        (
            PRODUCTS_FILE,
            "      - check: [",
            "      - click: [a]\n        check: [",
            "needs exactly one of click, check and uncheck",
        ),
        (PRODUCTS_FILE, "    mark: S", "    mark: sure", "products.0.mark: Input should be 'V', 'S' or 'M'"),
        (WORDING_FILE, "\nreject:", "\nrejct:", "rejct: unknown key (did you mean reject?)"),
        (
            WORDING_FILE,
            "  - クッキー\n",
            "  - (クッキー\n",
            "banner.1: not a regular expression: missing ), unterminated subpattern",
        ),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(
    tmp_path: Path, file: Path, old: str, new: str, message: str
) -> None:
    text = file.read_text("utf-8")
    assert old in text
    wrong = tmp_path / file.name
    wrong.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        (load_products if file is PRODUCTS_FILE else load_wording)(wrong)
    assert re.match(rf"{re.escape(str(wrong))}:\d+: ", str(refused.value))
    assert message in str(refused.value)


def test_autoconsent_is_the_one_our_changes_are_for() -> None:
    """Every change found its one place; no click of the engine is left that would not be ours."""
    script = engine()
    assert "elements[0].click()" not in script.replace("auditorClick(elements[0])", "")
    assert "document.head || document.getElementsByTagName" in script


def test_rules_that_refuse_by_accepting_or_hiding_are_left_out() -> None:
    def names(choice: Consent, url: str, *, top: bool = True) -> set[str]:
        return {rule["name"] for rule in rules_for(choice, url, top=top)}

    anywhere = "https://one.test/"
    assert {"didomi", "quantcast", "cookieyes"} <= names(Consent.reject, anywhere)
    # Its refusal is the button of its acceptance; its refusal only hides; ours is asked instead.
    assert "ibanez" in names(Consent.accept, "https://www.ibanez.com/")
    assert "ibanez" not in names(Consent.reject, "https://www.ibanez.com/")
    assert "opalcollection-com" not in names(Consent.reject, "https://www.opalcollection.com/")
    assert not {"datasign", "trust360", "stright", "usercentrics-api"} & names(Consent.accept, anywhere)
    # Another site's rule, and a rule for pages in a frame.
    assert "mizuno.com" not in names(Consent.reject, anywhere)
    assert "didomi" not in names(Consent.reject, anywhere, top=False)


def test_rules_change_nothing_of_a_page_but_by_clicks() -> None:
    def keys(step: object) -> set[str]:
        match step:
            case dict():
                return set(step).union(*(keys(value) for value in step.values()))
            case list():
                return set().union(*(keys(value) for value in step))
        return set()

    for rule in rules_for(Consent.reject, "https://one.test/", top=True):
        used = keys([rule["optIn"], rule["optOut"]])
        assert not used & {"hide", "removeClass", "setStyle", "addStyle", "stylesheet"}, rule["name"]


def test_secrets_of_all_steps_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LACKING_BEFORE", "LACKING_REJECT"):
        monkeypatch.delenv(name, raising=False)
    site = Site(
        id="a",
        operator="x",
        url="https://one.test/",
        before=(Fill(fill="#a", secret_env="LACKING_BEFORE"),),
        consent=ConsentSteps(reject=(Fill(fill="#a", secret_env="LACKING_REJECT"),)),
    )
    whole = Scenario(scenario="s", sites=(site,))
    assert missing_secrets(whole) == ["LACKING_BEFORE", "LACKING_REJECT"]
    assert Scenario.model_validate_json(whole.model_dump_json()) == whole
