"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.standard.load import load_standard
from pipeline.standard.types import Standard

TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def toy() -> Standard:
    """The toy standard pack, small enough to be read whole."""
    return load_standard(TESTS / "toy_standard", TESTS / "toy_factors")
