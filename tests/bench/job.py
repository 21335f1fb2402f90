"""What one measured block is told to do: a JSON file, so that both kinds of block are told the same."""

from pathlib import Path

from pydantic import BaseModel


class Job(BaseModel):
    """The addresses to load, how many at a time, and the settle rule."""

    urls: tuple[str, ...]
    names: dict[str, str]
    ca: Path
    workers: int
    quiet_ms: int
    max_ms: int
    out: Path
    """Where the auditor's run goes; nothing for a plain load."""


def read_job(path: Path) -> Job:
    return Job.model_validate_json(path.read_bytes())
