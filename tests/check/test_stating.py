"""JP-07 and JP-10 where a row leaves an item to a page it links to (GL解説: a link may do, a dead one does not)."""

import pytest

from auditor.disclosures import Disclosure, LinkedPage
from tests.check.chain import cases_of, judge, read, request, went

POLICY = "https://adcom.test/privacy"
PAGE = f"""<title>外部送信</title><table>
<tr><th>送信先事業者</th><th>送信される情報</th><th>プライバシーポリシー</th></tr>
<tr><td>アドコム株式会社</td><td></td><td><a href="{POLICY}">同社のページ</a></td></tr></table>"""
SENT = (request(number=2), request(number=3))


def linked(**told: object) -> Disclosure:
    page = LinkedPage.model_validate({"url": POLICY, "address": POLICY, "evidence": "shop.disclosure/r00002", **told})
    return read(PAGE).model_copy(update={"linked": (page,)})


@pytest.mark.parametrize(
    ("page", "case", "seen"),
    [
        (read(PAGE), "delegated", "開かれていない"),
        (
            linked(status=200, japanese=0.8, content=("cookie_id", "page_url")),
            "delegated",
            "日本語の割合0.80、Cookie等のブラウザ識別子、閲覧したページのURL",
        ),
        (linked(status=200, japanese=0.0), "delegated", "日本語の割合0.00、情報の種類の語なし"),
        (linked(status=403), "delegated", "開かれていない"),
        (linked(status=404), "empty", ""),
    ],
)
@pytest.mark.parametrize("rule", ["JP-07", "JP-10"])
def test_what_a_row_leaves_to_a_link_is_a_question(page: Disclosure, case: str, seen: str, rule: str) -> None:
    judged = judge(page, went(*SENT))
    assert cases_of(judged, rule) == [(case, "review" if case == "delegated" else "fail")]
    (found,) = [f for f in judged.findings if f.rule == rule]
    assert (seen in found.message_ja, POLICY in found.message_ja) == (True, case == "delegated")


def test_without_a_link_the_row_states_nothing() -> None:
    judged = judge(PAGE.replace(POLICY, ""), went(*SENT))
    assert cases_of(judged, "JP-07") == [("empty", "fail")]
    assert cases_of(judged, "JP-10") == [("empty", "fail")]
