"""The two benches of the search in their shortest form: what they prove is asserted, how long it took is not."""

from . import following, leaks


def test_leaks() -> None:
    found = leaks.measure(seed=3, count=300)
    assert found["recall"] >= leaks.RECALL, found["missed"]
    assert (found["taken"], found["wrong"]) == (0, [])


def test_following() -> None:
    found = following.follow(seed=3, values=300, requests=300, size=1_500_000)
    assert found["planted"] > 400
    assert found["missed"] == 0
    assert found["peak_rss_mb"] > 0
