"""The bench of `auditor decode` in its shortest form."""

from . import decode


def test_what_it_measures() -> None:
    found = decode.measure(3_000, 2)
    assert found["requests"] == 3_000
    assert set(found) == {
        "requests",
        "made_of",
        "different",
        "workers",
        "wall_s",
        "cpu_s",
        "requests_per_second",
        "requests_per_core_second",
        "peak_mb",
    }
    assert float(found["cpu_s"]) > 0


def test_repeated_requests_differ_in_their_numbers() -> None:
    line = '{"url": "https://x.test/12345/a?b=7&c=999999"}'
    first, second = decode.repeated([line], 2)
    assert first != second
    assert [decode._NUMBER.sub("N", one.decode().strip()) for one in (first, second)] == [
        '{"url": "https://x.test/N/a?b=7&c=N"}'
    ] * 2
    assert [len(first), len(second)] == [len(line) + 1] * 2
