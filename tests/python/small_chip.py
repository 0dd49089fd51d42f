# SPDX-License-Identifier: Apache-2.0
"""The YAML text of a small chip, to be changed and broken."""

CHIP = """\
source: test
macro: rram_128
mesh: {columns: 4, rows: 4}
macros_per_tile: 96
buffer: {capacity: 64 KiB, energy: 0.1 pJ/bit, bandwidth: 64 GB/s, area: 83000 um2}
digital: digital_22nm
noc: noc_22nm
dram: dram_hbm2e
"""
