# SPDX-License-Identifier: Apache-2.0
"""Chips side by side: what they are, what they reach at full load, what a network makes of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError, Error
from ohmformer.mapping import fit, map_network
from ohmformer.network import Network
from ohmformer.performance import estimate

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("macro", "core", "tile", "chip", "system")
PEAK_KEYS = (
    "tops", "power_w", "power_low_w", "power_high_w", "area_m2", "area_low_m2", "area_high_m2",
    "tops_per_w", "tops_per_w_low", "tops_per_w_high", "tops_per_mm2", "tops_per_mm2_low", "tops_per_mm2_high",
)  # fmt: skip
ESTIMATE_KEYS = (
    "tokens_per_s", "energy_per_token_j", "energy_per_token_low_j", "energy_per_token_high_j", "ttft_s", "tpot_s", "power_w",
)  # fmt: skip
FIT_KEYS = ("arrays", "tiles", "chips", "utilisation", "fits")
WHOLE_KEYS = ("adc_bits", "columns_per_adc")  # stay whole numbers beside a chip that has none


def compare(
    *chips: Chip | str,
    network: Network | str | None = None,
    prompt: int | None = None,
    generate: int | None = None,
    batch: int = 1,
) -> "pd.DataFrame":
    """One row per chip: node, arrays, cells, bits, ADC, peak at every level, shares of power and area.

    Args: chips, or their names; with a network also what it takes of each chip and what it costs
    there (`prompt`, `generate`, `batch` as in estimate()). Columns are in SI units and named
    LEVEL_KEY, network_KEY; `network_problem` says why a chip cannot run it. A digital engine has no
    ADC: its kind and cost are "none". `.T` puts the chips side by side.

    >>> table = compare("rram_22nm", Chip.load("rram_22nm").override({"macro.adc.bits": 6}))
    >>> table["adc_bits"].tolist(), bool(table["macro_tops_per_w"].is_monotonic_increasing)
    ([8, 6], True)
    """
    if not chips:
        raise ArgumentError("compare: no chips given; expected at least one, such as compare('rram_22nm', 'isaac_ce')")
    workload = {"prompt": prompt, "generate": generate, "batch": batch}
    chosen = _chosen(network, workload)
    loaded = [_chip(chip) for chip in chips]
    rows = [_row(chip, chosen, workload) for chip in loaded]
    import pandas as pd

    table = pd.DataFrame(rows, index=pd.Index(labels(loaded), name="chip"))
    for key in WHOLE_KEYS:
        table[key] = pd.Series([row[key] for row in rows], table.index, dtype=object)
    return table


def labels(chips: Sequence[Chip]) -> list[str]:
    """Names, with what was set where a name stands there twice."""
    names = [chip.name for chip in chips]
    found = []
    for number, (chip, name) in enumerate(zip(chips, names, strict=True)):
        changed = repr(chip).partition(name)[2].strip(", >") if names.count(name) > 1 else ""
        label = f"{name}, {changed}" if changed else name
        found.append(label if label not in found else f"{label} ({number + 1})")
    return found


def shares(chip: Chip, level: str, figure: str) -> dict[str, float]:
    """Share of each component in a level's power or area, the largest first."""
    block = chip.peak()[level]
    whole = block[figure]
    found = {part["component"]: part[figure] / whole for part in block["parts"] if whole and part[figure]}
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


def _chosen(network: Network | str | None, workload: dict[str, Any]) -> Network | None:
    """The network; ArgumentError if there is none for the workload that is asked for."""
    asked = [f"{key}={value!r}" for key, value in workload.items() if value != (1 if key == "batch" else None)]
    if network is None and asked:
        raise ArgumentError(f"compare: {', '.join(asked)} without a network; expected one to run, such as --network vit-small")
    return network if network is None or isinstance(network, Network) else Network.from_pretrained(network)


def _chip(chip: Chip | str) -> Chip:
    if isinstance(chip, Chip):
        return chip
    if not isinstance(chip, str):
        raise ArgumentError(f"compare: {type(chip).__name__} found; expected an ohmformer.Chip or the name of one")
    return Chip.load(chip)


def _row(chip: Chip, network: Network | None, workload: dict[str, Any]) -> dict[str, Any]:
    peak = chip.peak()
    row = _facts(chip, peak)
    for level in LEVELS:
        for key in PEAK_KEYS if level in peak else ():
            row[f"{level}_{key}"] = peak[level].get(key)
    for level in ("macro", "chip"):
        for figure, word in (("power_w", "power"), ("area_m2", "area")):
            row |= {f"{level}_{word}_share_{name}": part for name, part in shares(chip, level, figure).items()}
    return row if network is None else row | _network(chip, network, workload)


def _facts(chip: Chip, peak: Any) -> dict[str, Any]:
    tree = chip.to_dict()
    macro, macros = tree["macro"], peak["macro"]
    array = macro["array"]
    return {
        "source": tree["source"],
        "node_m": macro["periphery"]["node"],
        "arrays": macros["count"],
        "array_rows": array["n_wordlines"],
        "array_columns": array["n_bitlines"],
        "cells": macros["count"] * array["n_wordlines"] * array["n_bitlines"],
        "cell_bits": max(macro["weight"]["slice_bits"]),
        "weight_bytes": peak["chip"]["weight_bytes"],
        **{key: macros[key] for key in ("input_bits", "weight_bits", "output_bits")},
        **_adc(macro),
        "mvm_s": macros["interval_s"],
        "mvm_j": macros["mvm_j"],
        "dram_bytes": tree["dram"]["capacity"],
    }


def _adc(macro: dict[str, Any]) -> dict[str, Any]:
    adc = macro["adc"]
    if macro["engine"]["kind"] == "digital":
        return {"adc_kind": "none", "adc_bits": None, "adc_rate_hz": None, "adc_cost": "none", "columns_per_adc": None}
    return {
        "adc_kind": adc["kind"],
        "adc_bits": adc["bits"],
        "adc_rate_hz": adc["rate"],
        "adc_cost": adc["cost"],
        "columns_per_adc": macro["array"]["columns_per_adc"],
    }


def _network(chip: Chip, network: Network, workload: dict[str, Any]) -> dict[str, Any]:
    """What the network takes, and what it costs where it can run; one chip's refusal stops no other."""
    row: dict[str, Any] = dict.fromkeys((f"network_{key}" for key in FIT_KEYS)) | {"network_problem": ""}
    try:
        taken = fit(network, chip)
        row |= {f"network_{key}": taken[key] for key in FIT_KEYS}
        figures = estimate(map_network(network, chip), **workload).to_dict()
    except Error as failure:
        return row | {"network_problem": str(failure)}
    return row | {f"network_{key}": figures[key] for key in ESTIMATE_KEYS}
