"""Two recordings of one shop's page, a month apart, as HAR; and its disclosure then and now.

Between them: the script of タグヤ and the version in its hits, a parameter of it, a recipient, a row of the disclosure.
"""

import json
from pathlib import Path

PAGE = "https://www.mise.test/"
OLD_TAG = '/* tagya */ window.tagya = {version: "1.2.0"};'
NEW_TAG = '/* tagya */ window.tagya = {version: "1.3.0"};'

SCENARIO = """\
scenario: {name}
sites:
  - id: mise
    operator: 株式会社みせ
    url: https://www.mise.test/
    disclosure: {{file: {name}.html}}
"""

DISCLOSURE = """\
<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>外部送信について</title></head><body>
<h1>利用者情報の外部送信について</h1>
<table>
<tr><th>送信先</th><th>サービス</th><th>送信される情報</th><th>利用目的</th></tr>
<tr><td>株式会社タグヤ</td><td>タグヤ計測</td><td>閲覧したページのURL、Cookie ID</td><td>{purpose}</td></tr>
<tr><td>株式会社こうこく</td><td>こうこく配信</td><td>IPアドレス</td><td>広告の配信</td></tr>
</table></body></html>
"""


def har(entries: list[dict[str, object]]) -> dict[str, object]:
    page = {
        "startedDateTime": "2026-10-01T00:00:00.000Z",
        "id": "page_1",
        "title": PAGE,
        "pageTimings": {"onContentLoad": 1, "onLoad": 2},
    }
    log = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "pages": [page], "entries": entries}
    return {"log": log}


def entry(url: str, kind: str, text: str = "", mime: str = "image/gif", number: int = 0) -> dict[str, object]:
    headers = [{"name": "User-Agent", "value": "Test/1"}, {"name": "Referer", "value": PAGE}]
    return {
        "pageref": "page_1",
        "startedDateTime": f"2026-10-01T00:00:{number:02}.000Z",
        "time": 1,
        "_resourceType": kind,
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "HTTP/1.1",
            "headers": headers,
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Content-Type", "value": mime}],
            "cookies": [],
            "content": {"size": len(text.encode()), "mimeType": mime, "text": text},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(text.encode()),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
    }


def entries(*, later: bool) -> list[dict[str, object]]:
    version, tag = ("1.3.0", NEW_TAG) if later else ("1.2.0", OLD_TAG)
    hit = (
        f"https://hit.tagya.test/h?v={version}&u=https%3A%2F%2Fwww.mise.test%2F&_={'222222222' if later else '111111'}"
    )
    listed = [
        entry(PAGE, "document", "<!DOCTYPE html><p>みせ", "text/html", 0),
        entry("https://cdn.tagya.test/tag.js", "script", tag, "text/javascript", 1),
        entry(hit + ("&rank=3" if later else ""), "image", number=2),
        entry("https://ad.koukoku.test/i?slot=7&uid=8f3a2c71b04e4d1d", "image", number=3),
    ]
    if later:
        listed.append(entry("https://px.atarashii.test/p?site=mise&k=1", "image", number=4))
    return listed


def write(folder: Path, name: str, *, later: bool) -> tuple[Path, Path]:
    """The recording and the scenario it belongs to."""
    recording, scenario = folder / f"{name}.har", folder / f"{name}.yaml"
    recording.write_text(json.dumps(har(entries(later=later))), "utf-8")
    scenario.write_text(SCENARIO.format(name=name), "utf-8")
    purpose = "利用状況の分析と広告の配信" if later else "利用状況の分析"
    (folder / f"{name}.html").write_text(DISCLOSURE.format(purpose=purpose), "utf-8")
    return recording, scenario
