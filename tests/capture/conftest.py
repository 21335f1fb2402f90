from collections.abc import Iterator

import pytest

from .chain import Loop, WebChain


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebChain]:
    with Loop() as loop:
        yield WebChain(loop, tmp_path_factory.mktemp("chain"))
