"""The shop, once for all tests of batches."""

from __future__ import annotations

import pytest

from tests.batch.shop import Shop, open_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The toy pack, its template, and makers of clients."""
    return open_shop(tmp_path_factory.mktemp("shop"))
