# SPDX-License-Identifier: Apache-2.0
"""One network under many workloads, many networks on one chip, and what machines allow: as plain numbers."""
