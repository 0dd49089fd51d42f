# SPDX-License-Identifier: Apache-2.0
"""What a person looks at: `report.html` and the table in the terminal."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ohmformer.report.page import write_report
    from ohmformer.report.terminal import summary_table

__all__ = ["summary_table", "write_report"]

_HOMES = {"summary_table": "terminal", "write_report": "page"}


def __getattr__(name: str) -> Any:
    """Plotly, which the page needs, takes longer to import than an estimate takes."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ohmformer.report' has no attribute {name!r}")
    return getattr(import_module(f"ohmformer.report.{_HOMES[name]}"), name)
