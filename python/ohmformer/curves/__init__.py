# SPDX-License-Identifier: Apache-2.0
"""One network under many workloads, many networks on one chip, and what machines allow: as plain numbers."""

import ohmformer.report.page  # noqa: F401  first: its page draws what the modules here compute from its points
