from pathlib import Path

import pytest

from .listed import DOMAIN, ENTITY, ENTITY_MAP, write


@pytest.fixture
def radar(tmp_path: Path) -> Path:
    """A small copy of the shape of DuckDuckGo's Tracker Radar."""
    write(tmp_path / "radar/entities/Kazoe, Inc..json", ENTITY)
    write(tmp_path / "radar/build-data/generated/entity_map.json", ENTITY_MAP)
    write(tmp_path / "radar/domains/JP/kazoe-stats.test.json", DOMAIN)
    write(tmp_path / "radar/domains/JP/nobody.test.json", {**DOMAIN, "domain": "nobody.test", "owner": {}})
    write(tmp_path / "radar/package.json", {"name": "radar"})
    return tmp_path / "radar"
