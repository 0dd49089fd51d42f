# SPDX-License-Identifier: Apache-2.0
"""Figures of chips as lines of text: a name, and a cell per chip."""

from collections.abc import Callable
from typing import Any

from ohmformer.chip import Chip
from ohmformer.comparison import shares
from ohmformer.report.quantities import ABSENT, digits, finite, quantity, share, whole, with_span

MOST_PARTS = 8
NONE = "none"

Row = dict[str, Any]
Lines = tuple[tuple[str, Callable[[Row], str]], ...]


def _bits(row: Row) -> str:
    return f"{row['input_bits']}, {row['weight_bits']}, {row['output_bits']}"


def _adc(row: Row) -> str:
    if row["adc_kind"] == NONE:
        return NONE
    return f"{row['adc_bits'] or 'auto'} bits, {row['adc_kind']}, {quantity(row['adc_rate_hz'], 'Hz')}"


FACTS: Lines = (
    ("node", lambda row: quantity(row["node_m"], "m")),
    ("arrays", lambda row: f"{whole(row['arrays'])} of {row['array_rows']} × {row['array_columns']}"),
    ("cells", lambda row: f"{whole(row['cells'])} of {row['cell_bits']} bits"),
    ("weights", lambda row: f"{(row['weight_bytes'] or 0) / 2**20:,.4g} MiB"),
    ("ADC", _adc),
    ("bitlines per ADC", lambda row: str(row["columns_per_adc"] or NONE)),
    ("ADC cost after", lambda row: str(row["adc_cost"])),
    ("MVM: interval, energy", lambda row: f"{quantity(row['mvm_s'], 's')}, {quantity(row['mvm_j'], 'J')}"),
    ("memory beside the chip", lambda row: f"{row['dram_bytes'] / 2**30:g} GiB" if row["dram_bytes"] else NONE),
)
NETWORK: Lines = (
    ("arrays", lambda row: whole(row["network_arrays"])),
    ("cells used", lambda row: share(row["network_utilisation"])),
    ("chips", lambda row: whole(row["network_chips"])),
    ("tokens per second", lambda row: quantity(row.get("network_tokens_per_s"), "")),
    ("energy per token", lambda row: _span(row, "network_energy_per_token", "j", "J")),
    ("time to first token", lambda row: quantity(row.get("network_ttft_s"), "s")),
    ("time per output token", lambda row: quantity(row.get("network_tpot_s") or None, "s")),  # 0: one token alone
    ("power", lambda row: quantity(row.get("network_power_w"), "W")),
)
OF_ENCODERS = {  # other names of lines; an encoder gives no tokens
    "tokens per second": "input tokens per second",
    "energy per token": "energy per input token",
    "time to first token": "time per batch of inputs",
    "time per output token": None,
}


def network_lines(decoder: bool) -> Lines:
    """What a network takes and gives."""
    if decoder:
        return NETWORK
    named = ((OF_ENCODERS.get(name, name), text) for name, text in NETWORK)
    return tuple((name, text) for name, text in named if name is not None)


def peak_lines(level: str) -> Lines:
    """What one block of a level reaches at full load."""
    return (
        ("bits: input, weight, output", _bits),
        ("TOPS", lambda row: _plain_span(row, f"{level}_tops")),
        ("power", lambda row: _span(row, f"{level}_power", "w", "W")),
        ("area", lambda row: _span(row, f"{level}_area", "m2", "m2")),
        ("TOPS/W", lambda row: _plain_span(row, f"{level}_tops_per_w")),
        ("TOPS/mm²", lambda row: _plain_span(row, f"{level}_tops_per_mm2")),
    )


def _span(row: Row, key: str, ending: str, unit: str) -> str:
    return with_span(*(row.get(f"{key}{end}_{ending}") for end in ("", "_low", "_high")), unit)


def _plain_span(row: Row, key: str) -> str:
    """Without prefixes: TOPS/W are compared, not converted."""
    values = [finite(row.get(key + end)) for end in ("", "_low", "_high")]
    if values[0] is None:
        return ABSENT
    ends = values[1:]
    spread = None not in ends and ends[0] != ends[1]
    return digits(values[0], 4) + (f" ({digits(ends[0])}–{digits(ends[1])})" if spread else "")


def lines(rows: list[Row], chosen: Lines) -> list[list[str]]:
    """The chosen figures of every chip: a name, then a cell per chip."""
    return [[name, *(text(row) for row in rows)] for name, text in chosen]


def share_lines(chips: list[Chip], level: str, figure: str) -> list[list[str]]:
    """What a level's power or area goes to; the components that weigh most anywhere, and the rest."""
    found = [shares(chip, level, figure) for chip in chips]
    weight = {name: max(one.get(name, 0.0) for one in found) for one in found for name in one}
    names = sorted(weight, key=lambda name: -weight[name])
    kept, others = names[:MOST_PARTS], names[MOST_PARTS:]
    cells = [[name, *(share(one.get(name)) for one in found)] for name in kept]
    if others:
        rest = (sum(one.get(name, 0.0) for name in others) for one in found)
        cells.append([f"{len(others)} others", *(share(part) for part in rest)])
    return cells
