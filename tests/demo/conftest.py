from collections.abc import Iterator

import pytest

from auditor.demo.web import DemoWeb, demo_web


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWeb]:
    with demo_web(tmp_path_factory.mktemp("demo")) as running:
        yield running
