"""Who the browser says it is: what the same Chromium says with a window, in every place a script can run.

Without a window the user agent says HeadlessChrome. Setting it on the command line reaches everything, service
workers too (DESIGN.md 4, fact 18), but empties the high-entropy client hints, which no person's browser does
(https://wicg.github.io/ua-client-hints/). So each target is told both, the hints as this very binary gives them.
"""

import base64
import json
import os
import re
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from auditor.capture.browser.chromium import FLAGS, find_chromium, runs_as_root, user_agent
from auditor.errors import CannotFinish

HINTS = ("architecture", "bitness", "formFactors", "fullVersionList", "model", "platformVersion", "wow64")

ASK = f"""<!doctype html><body><script>
navigator.userAgentData.getHighEntropyValues({json.dumps(HINTS)}).then(hints => {{
  document.body.textContent = "{{" + btoa(JSON.stringify(hints)) + "}}"; }});
</script></body>"""


@lru_cache
def client_hints() -> dict[str, Any]:
    """The binary's own client hints (CDP Emulation.UserAgentMetadata), asked of it once. Raises CannotFinish."""
    with tempfile.TemporaryDirectory(prefix="auditor-hints-") as folder:
        page = Path(folder) / "ask.html"
        page.write_text(ASK)
        command = [
            str(find_chromium()),
            *FLAGS,
            *(["--no-sandbox"] if runs_as_root() else []),
            f"--user-data-dir={folder}/profile",
            "--proxy-server=http://127.0.0.1:9",
            "--virtual-time-budget=5000",
            "--dump-dom",
            page.as_uri(),
        ]
        env = {"HOME": folder, "PATH": os.environ.get("PATH", "")}
        try:
            out = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, check=False).stdout
        except subprocess.TimeoutExpired:
            out = ""
    if (told := re.search(r"\{([A-Za-z0-9+/=]+)\}", out)) is None:
        raise CannotFinish(f"{find_chromium()} does not tell its client hints")
    hints: dict[str, Any] = json.loads(base64.b64decode(told[1]))
    return hints


def user_agent_override() -> dict[str, Any]:
    """Parameters of CDP Emulation.setUserAgentOverride for every target."""
    return {"userAgent": user_agent(), "userAgentMetadata": client_hints()}
