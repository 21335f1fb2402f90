"""Random variation and the second edition, as plain requests see them."""

import re
from pathlib import Path

import pytest

from auditor.demo import hosts
from auditor.demo.web import DemoWeb, demo_web
from auditor.errors import CannotFinish

from .asking import Connection

PAGES = (
    (hosts.SHOP, "/"),
    (hosts.NEWS, "/article/minato"),
    (hosts.BLOG, "/"),
    (hosts.TRAVEL, "/"),
    (hosts.PORTAL, "/"),
)
TAGS = {
    hosts.SHOP: ("sagasu", "tomodachi", "renraku"),
    hosts.NEWS: ("sagasu", "tomodachi", "yomitoki"),
    hosts.BLOG: ("sagasu", "nazo"),
    hosts.TRAVEL: ("sagasu", "tomodachi", "yomitoki", "nazo"),
    hosts.PORTAL: ("sagasu", "renraku", "yomitoki"),
}
SCRIPTS = {
    "sagasu": hosts.SAGASU_TAG,
    "tomodachi": hosts.TOMODACHI_TAG,
    "renraku": hosts.RENRAKU_TAG,
    "yomitoki": f"{hosts.YOMITOKI_CDN}/k.js",
    "nazo": hosts.NAZO,
}
LOADS = 40


def get(web: DemoWeb, host: str, path: str) -> str:
    connection = Connection(web, host)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200
    text = answer.read().decode()
    connection.close()
    return text


def tags_of(host: str, html: str) -> tuple[bool, ...]:
    """Which of a page's tags are there; those that are not count as done."""
    there = []
    for tag in TAGS[host]:
        loaded = f'<script async src="https://{SCRIPTS[tag]}' in html
        assert loaded is not (f'dataset.{tag} = "idle"' in html)
        there.append(loaded)
    return tuple(there)


def loads(folder: Path, seed: int | None) -> dict[str, list[tuple[bool, ...]]]:
    with demo_web(folder, variation=seed) as web:
        return {host: [tags_of(host, get(web, host, path)) for _ in range(LOADS)] for host, path in PAGES}


def test_each_tag_is_in_a_random_half_of_the_loads(tmp_path: Path) -> None:
    first = loads(tmp_path / "1", 7)
    for host, seen in first.items():
        for number in range(len(TAGS[host])):
            # 40 fair coins: outside of this range once in 80,000
            assert 7 <= sum(tags[number] for tags in seen) <= 33, host
        assert len(set(seen)) > 2, host
    assert loads(tmp_path / "2", 7) == first
    assert loads(tmp_path / "3", 8) != first


def test_without_a_seed_every_tag_is_always_there(web: DemoWeb) -> None:
    for host, path in PAGES:
        assert tags_of(host, get(web, host, path)) == (True,) * len(TAGS[host])


EVERYTHING = (
    *((hosts.SHOP, path) for path in ("/", "/item/yunomi", "/cart", "/external-transmission")),
    *((hosts.NEWS, path) for path in ("/", "/article/minato", "/userdata", "/sw.js")),
    *((hosts.BLOG, path) for path in ("/", "/privacy/external")),
    *((hosts.TRAVEL, path) for path in ("/", "/external-rules")),
    *((hosts.PORTAL, path) for path in ("/", "/search?q=x", "/external-transmission", "/optout")),
    *((hosts.SAGASU_TAG, "/stag.js"), (hosts.TOMODACHI_TAG, "/ja_JP/tmevents.js"), (hosts.RENRAKU_TAG, "/n/rt.js")),
    *((hosts.YOMITOKI_CDN, f"/{name}.js") for name in ("k", "worker", "sw-hit")),
    *((hosts.NAZO, "/n.js"), (hosts.EIZO, "/player.js"), (hosts.EIZO, "/embed/sawa-0012")),
    *((hosts.SAGASU_ADS, "/frame.js"), (hosts.TOMODACHI, "/plugins/like.js")),
)


def test_the_second_edition_differs_in_four_things(tmp_path: Path, web: DemoWeb) -> None:
    with demo_web(tmp_path, edition=2) as later:
        pairs = {(host, path): (get(web, host, path), get(later, host, path)) for host, path in EVERYTHING}
    changed = {place: added_lines(*texts) for place, texts in pairs.items() if texts[0] != texts[1]}
    more = '"retarget": "RTSHOP01", "more": {"d1": "basic"}}], ["pv"]);'
    assert {place: [line for line in lines if line] for place, lines in changed.items()} == {
        (hosts.TOMODACHI_TAG, "/ja_JP/tmevents.js"): ['v: "3.2.0",'],
        **{(hosts.SHOP, path): [f'rtQueue.push(["init", {{"customer": "lap", "tag": "{TAG}", {more}'] for path in SHOP},
        (hosts.NEWS, "/"): ['<img src="https://px.kazoe-ya.test/1.gif" alt="" width="1" height="1">'],
        (hosts.PORTAL, "/external-transmission"): ["<td>ページの使われ方の調査と画面の改善</td>"],
    }


SHOP = ("/", "/item/yunomi", "/cart")
TAG = "11111111-1111-4111-8111-111111111111"


def added_lines(before: str, after: str) -> list[str]:
    old = set(re.split(r"\n\s*", before))
    return [line for line in re.split(r"\n\s*", after) if line not in old]


def test_an_edition_there_is_not_cannot_be_served(tmp_path: Path) -> None:
    with pytest.raises(CannotFinish), demo_web(tmp_path, edition=3):
        pass
