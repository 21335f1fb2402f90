"""A passphrase and a sealed state are nowhere but where they must be: not in what is derived, nor on a command line."""

import json
from pathlib import Path

import pytest

from auditor.capture.states.sealed import seal
from auditor.demo.web import demo_web
from auditor.evidence import Outcome, Visit
from auditor.pipeline import audit, derive_and_write

from .small import scenario

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PASSPHRASE = "p4ssphrase-of-the-st4te"
SESSION, TOKEN = "s3ssion-of-the-st4te", "t0ken-in-loc4l-storage"
SITES = """
- id: news
  operator: 株式会社朝比奈新聞社
  url: https://www.asahina-news.test/
  journey: [python: processes]
"""
PLATFORMS = """
visitors: [logged_in]
platforms:
  t:
    vendor: tomodachi
    state: {file: state.age, passphrase_env: SECRET_OF_STATE}
    proof: {cookie: tm_user, domain: tomodachi.test}
    visitors: [logged_in]
"""
PROCESSES = """

async def processes(page):
    lines = [part for child in psutil.Process().children(recursive=True) for part in child.cmdline()]
    with open(__file__ + ".txt", "w") as file:
        file.write("\\n".join(lines))
"""


def cookie(name: str) -> dict[str, object]:
    where = {"domain": ".tomodachi.test", "path": "/", "expires": -1, "httpOnly": True, "secure": True}
    return {"name": name, "value": SESSION, "sameSite": "None", **where}


def test_secrets_stay_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_STATE", PASSPHRASE)
    ended: list[Visit] = []
    with demo_web(tmp_path / "web") as web:
        path = scenario(web, tmp_path, SITES, PLATFORMS)
        steps = path.with_name("steps.py")
        steps.write_text(steps.read_text() + PROCESSES)
        origin = {"origin": "https://www.tomodachi.test", "localStorage": [{"name": "token", "value": TOKEN}]}
        state = {"cookies": [cookie("tm_user"), cookie("tm_xs")], "origins": [origin]}
        seal(state, path.with_name("state.age"), PASSPHRASE)
        run = audit(path, tmp_path / "run", 1, lambda _total: ended.append, lambda _scenario: None)
    derive_and_write(run)
    assert [(v.outcome, v.reason) for v in ended] == [(Outcome.complete, "")]
    files = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    raw = [p for p in files if run.visits_dir in p.parents]
    assert {"run.json", "custody.jsonl", "index.html", "cookies.csv"} <= {p.name for p in files}
    # The state was used: the raw evidence, a secret itself, holds the cookie that was sent.
    visit = run.visits_dir / ended[0].visit
    assert SESSION in (visit / "state.json").read_text()
    for file, content in files.items():
        assert PASSPHRASE.encode() not in content, file
        assert TOKEN.encode() not in content, file
        if file not in raw:
            assert SESSION.encode() not in content, file
    lines = steps.with_name("steps.py.txt").read_text()
    assert "--remote-debugging-port" in lines and "auditor.capture.network.proxy" in lines
    assert not [secret for secret in (PASSPHRASE, SESSION, TOKEN) if secret in lines]
    assert "passphrase_env" in json.loads((run.data / "run.json").read_text())["scenario"]
