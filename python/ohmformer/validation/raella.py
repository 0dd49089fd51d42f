# SPDX-License-Identifier: Apache-2.0
"""RAELLA beside the 8-bit ISAAC that its authors compare it with (Andrulis, Emer, Sze, ISCA 2023)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import geometric_mean
from typing import Any

from ohmformer.chip import Chip
from ohmformer.validation.layers import Hardware, Layer, LayerCost, LayerList, LayerStatistics, inferences_per_s, layer_cost
from ohmformer.roots import experiments_root

SLICES = {2: [4, 4], 3: [4, 2, 2], 4: [2, 2, 2, 2], 8: [1] * 8}
"""Weight slices that RAELLA chooses from, by their number."""

PLAIN = {"macro.input.speculation.slice_bits": [], "macro.read.time": "1 ns"}
"""RAELLA without speculation: one pulse per step."""


@dataclass
class Machine:
    """A chip and how it takes to the tensors of a layer."""

    chip: Chip
    adapts: bool
    """Slices weights layer by layer."""
    speculates: bool = False
    _hardware: dict[int, Hardware] = field(default_factory=dict)

    def hardware(self, layer: Layer) -> Hardware:
        """The chip with the slices that this layer's weights take."""
        slices = int(layer.measured["slices"]) if self.adapts else 0
        if slices not in self._hardware:
            sliced = {"macro.weight.slice_bits": SLICES[slices]} if self.adapts else {}
            self._hardware[slices] = Hardware.of(self.chip.override(sliced))
        return self._hardware[slices]

    def statistics(self, layer: Layer, signed: bool) -> LayerStatistics:
        """What the recorded figures of a layer mean here."""
        seen = layer.measured
        if not self.adapts:
            # signed inputs are stored with an offset: about half of their bits are ones
            return LayerStatistics(seen.get("isaac_ones", seen["ones"]), seen["isaac_level"])
        passes = 2 if signed else 1
        if not self.speculates:
            return LayerStatistics(seen["ones"], seen["level"], passes=passes)
        here = self.hardware(layer)
        longest = 2 ** max(here.chip["macro"]["input"]["speculation"]["slice_bits"]) - 1
        drive = seen["pulses"] / (here.array["steps"] * longest)
        return LayerStatistics(seen["ones"], seen["level"], drive, seen["recovery"], passes)

    def costs(self, network: LayerList) -> list[LayerCost]:
        """Every layer of a network."""
        signed = network.signed_inputs
        return [layer_cost(self.hardware(one), one, self.statistics(one, signed)) for one in network.layers]


def machines() -> dict[str, Machine]:
    """The two of the paper, and RAELLA without speculation."""
    raella = Chip.load("raella")
    return {
        "isaac": Machine(Chip.load("isaac_8b"), adapts=False),
        "raella": Machine(raella, adapts=True, speculates=True),
        "raella_plain": Machine(raella.override(PLAIN), adapts=True),
    }


def networks() -> Iterator[LayerList]:
    """The seven networks of the comparison."""
    for file in sorted((experiments_root() / "validation" / "raella" / "shapes").glob("*.yaml")):
        yield LayerList.load(file)


def conversions_per_mac(chip: Chip) -> float:
    """ADC conversions per multiply-accumulate of an array whose rows are all in use."""
    array = Hardware.of(chip).array
    return array["slices"] * array["conversions_per_sum"] / array["rows"]


def arithmetic() -> dict[str, float]:
    """The paper's four steps from ISAAC to RAELLA, each with full arrays."""
    raella = Chip.load("raella")
    plain = raella.override(PLAIN)
    steps = {
        "isaac": Chip.load("isaac_8b"),
        "centre_offset": plain.override({"macro.weight.slice_bits": [2, 2, 2, 2]}),
        "weight_slicing": plain,
        "speculation": raella,
    }
    return {f"conversions_per_mac.{name}": conversions_per_mac(chip) for name, chip in steps.items()}


def compare(network: LayerList, with_these: dict[str, Machine]) -> dict[str, dict[str, Any]]:
    """By machine: energy by component (J), throughput (1/s) and conversions per MAC of one network.

    per_s: a tile holds one layer, as in the paper; per_s_by_unit: a unit of arrays does.
    """
    rows: dict[str, dict[str, Any]] = {}
    for name, machine in with_these.items():
        costs, tree = machine.costs(network), machine.chip.to_dict()
        energy: dict[str, float] = {}
        for cost in costs:
            for part, joules in cost.energy_j.items():
                energy[part] = energy.get(part, 0.0) + joules
        tiles, in_tile, in_unit = tree["mesh"]["columns"] * tree["mesh"]["rows"], tree["macros_per_tile"], tree["core"]["macros"]
        macs = sum(cost.layer.all_macs for cost in costs)
        rows[name] = {
            "energy_j": energy,
            "per_s": inferences_per_s(costs, tiles, in_tile),
            "per_s_by_unit": inferences_per_s(costs, tiles * in_tile // in_unit, in_unit),
            "conversions_per_mac": sum(cost.conversions for cost in costs) / macs,
        }
    return rows


def run() -> dict[str, float]:
    """Every figure of the study: conversions per MAC, ratios by network, geometric means."""
    figures = arithmetic()
    ratios: dict[str, list[float]] = {}
    all_machines = machines()
    for network in networks():
        rows = compare(network, all_machines)
        base = rows["isaac"]
        for name, label in (("raella", ""), ("raella_plain", "_without_speculation")):
            gains = {
                "energy": sum(base["energy_j"].values()) / sum(rows[name]["energy_j"].values()),
                "throughput": rows[name]["per_s"] / base["per_s"],
                "throughput_by_unit": rows[name]["per_s_by_unit"] / base["per_s_by_unit"],
            }
            for what, gain in gains.items():
                ratios.setdefault(f"{what}{label}", []).append(gain)
                figures[f"{what}{label}.{network.network}"] = gain
    for what, values in ratios.items():
        figures[what] = geometric_mean(values)
        figures[f"{what}.least"], figures[f"{what}.most"] = min(values), max(values)
    return figures
