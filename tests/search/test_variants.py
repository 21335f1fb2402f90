"""The forms of contact data, and that their rules say where they come from."""

import hashlib

from auditor.search import Searcher, forms_of
from auditor.search.variants import normalisations


def test_forms() -> None:
    assert forms_of("email", "Taro.Yamada+x@gmail.com") == {
        "Taro.Yamada+x@gmail.com": "",
        "taro.yamada+x@gmail.com": "lower",
        "taroyamada+x@gmail.com": "gmail",
        "taroyamada@gmail.com": "gmail_suffix",
        "TARO.YAMADA+X@GMAIL.COM": "upper",
    }
    phone = {label: text for text, label in forms_of("phone", "090-0123-4567").items()}
    assert phone["e164"] == "+819001234567"
    assert phone["country_digits"] == "819001234567"
    assert phone["digits"] == "09001234567"
    kana = {label: text for text, label in forms_of("name_kana", "キリサキ ガイチ").items()}
    assert kana["hiragana"] == "きりさき がいち"
    assert kana["half_kana"] == "ｷﾘｻｷ ｶﾞｲﾁ"
    address = {label: text for text, label in forms_of("address", "東京都千代田区霞町61丁目70番80号").items()}
    assert address["blocks"] == "東京都千代田区霞町61-70-80"
    born = {label: text for text, label in forms_of("birthday", "1970-02-05").items()}
    assert (born["basic"], born["short kanji"]) == ("19700205", "1970年2月5日")
    assert forms_of("something else", " x ") == {" x ": "", "x": "trimmed"}


def test_a_normalised_hash_is_told_by_its_form() -> None:
    searcher = Searcher([forms_of("phone", "090-0123-4567")])
    digest = hashlib.sha256(b"819001234567").hexdigest()
    assert searcher.text(f"ud[ph]={digest}".encode()) == [(0, "country_digits", ("sha256",))]


def test_every_rule_has_its_source() -> None:
    rules = normalisations().rules
    assert len({(rule.label, rule.fields) for rule in rules}) == len(rules)
    assert {rule.mark for rule in rules} <= {"V", "S", "M"}
