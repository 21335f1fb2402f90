"""Replay: a recording answers in place of the web, through mitmproxy's server replay.

A request the recording has no answer for gets an empty one (204) and is counted as such; nothing is ever
sent to the real web.
"""

from pathlib import Path

from mitmproxy import exceptions, flow, http, io
from mitmproxy.addons.serverplayback import ServerPlayback


class Answers:
    """mitmproxy addon, after ServerPlayback: marks who answered."""

    def __init__(self) -> None:
        self.active = False
        self.unanswered = 0

    def use(self, recording: Path | None, playback: ServerPlayback) -> None:
        """Answer from this HAR or dump; None: let everything through. Raises ValueError for an unreadable file."""
        self.active, self.unanswered = recording is not None, 0
        if recording is None:
            playback.flowmap = {}
            return
        try:
            flows: list[flow.Flow] = list(io.read_flows_from_paths([str(recording)]))
        except exceptions.FlowReadException as error:
            raise ValueError(f"{recording.name}: {error}") from None
        for one in flows:
            if isinstance(one, http.HTTPFlow):
                _as_recorded(one)
        playback.load_flows(flows)

    def request(self, flow: http.HTTPFlow) -> None:
        """Mark an answer from the recording; give an empty one where playback had none."""
        if not self.active:
            return
        if flow.response is None or (flow.response.status_code == 204 and not flow.response.headers):
            self.unanswered += 1
            flow.metadata["answer"] = "empty"
            flow.response = http.Response.make(204)
        else:
            flow.metadata["answer"] = "recording"


def _as_recorded(one: http.HTTPFlow) -> None:
    """HAR bodies are decoded already: drop the header that says they are not, and lengths that no longer hold."""
    if one.response is not None:
        for name in ("content-encoding", "content-length", "transfer-encoding"):
            one.response.headers.pop(name, None)
