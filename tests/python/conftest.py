# SPDX-License-Identifier: Apache-2.0
"""What the Python tests share: where the repository lies, and repeatable Hypothesis runs."""

from pathlib import Path

import hypothesis
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root folder of the repository."""
    return REPOSITORY
