"""Ways from audited pages to a disclosure: the shortest, a closed menu an operation more, over links that are known."""

from auditor.disclosures import Reach, reach
from auditor.evidence import Operation, PageLink, PageLinks

TARGET = "https://a.test/rules"


def page(path: str, *links: tuple[str, bool]) -> PageLinks:
    made = tuple(
        PageLink(text=to, url=f"https://a.test{to}", selector=f"#{to[1:]}", shown=shown) for to, shown in links
    )
    return PageLinks(page=f"https://a.test{path}", links=made, total=len(made))


def ways(*pages: PageLinks, start: str = "/") -> list[tuple[bool, list[tuple[str, str]], int]]:
    found = reach([f"https://a.test{start}"], pages, [TARGET])
    return [(r.reached, [(o.action, o.url.removeprefix("https://a.test")) for o in r.path], r.looked_at) for r in found]


def test_the_page_itself_needs_no_operation() -> None:
    assert reach([f"{TARGET}#top"], [], [TARGET]) == (Reach(page=TARGET, reached=True),)


def test_a_link_is_one_operation() -> None:
    (found,) = reach(["https://a.test/"], [page("/", ("/rules#list", True))], [TARGET])
    way = Operation(action="click", text="/rules#list", selector="#rules#list", url=f"{TARGET}#list")
    assert found == Reach(page="https://a.test/", path=(way,), reached=True, looked_at=1)


def test_the_shortest_way_counts() -> None:
    """One link in a closed menu (two operations) against two links that are to be seen, or one that is."""
    policy = page("/policy", ("/rules", True))
    assert ways(page("/", ("/rules", False)), policy) == [(True, [("open", "/"), ("click", "/rules")], 1)]
    assert ways(page("/", ("/policy", True)), policy) == [(True, [("click", "/policy"), ("click", "/rules")], 2)]
    assert ways(page("/", ("/policy", True), ("/rules", False), ("/rules", True)), policy) == [
        (True, [("click", "/rules")], 2)
    ]


def test_links_that_go_round_lead_nowhere() -> None:
    assert ways(page("/", ("/b", True)), page("/b", ("/", True))) == [(False, [], 2)]


def test_a_page_whose_links_are_not_known_is_left_out() -> None:
    assert ways(page("/b", ("/rules", True)), start="/") == []


def test_five_operations_are_too_many() -> None:
    chain = [page("/" if n == 0 else f"/{n}", (f"/{n + 1}" if n < 4 else "/rules", True)) for n in range(5)]
    assert ways(*chain) == [(False, [], 5)]
    assert ways(*chain, start="/1")[0][0] is True
