# SPDX-License-Identifier: Apache-2.0
"""What a person looks at: `report.html` and the table in the terminal."""

from ohmformer.report.page import write_report
from ohmformer.report.terminal import summary_table

__all__ = ["summary_table", "write_report"]
