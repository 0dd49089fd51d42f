# SPDX-License-Identifier: Apache-2.0
"""Lists of plain layers (convolutions, matrix products) on a chip of crossbars: conversions, energy, throughput."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

import yaml

from ohmformer import _core
from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError, ConfigError


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast one, where PyYAML has it."""

READS = 1000
"""Of a block whose counts are rounded to whole ones."""


@dataclass(frozen=True)
class Layer:
    """A convolution, or a matrix product as one of 1 x 1; channels and outputs are those of one group."""

    name: str
    channels: int
    outputs: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    out: tuple[int, int] = (1, 1)
    groups: int = 1
    repeat: int = 1
    measured: Mapping[str, float] = field(default_factory=dict)
    """What was recorded of its inputs and weights."""

    @property
    def rows(self) -> int:
        """Inputs of one output."""
        return self.channels * self.kernel[0] * self.kernel[1]

    @property
    def positions(self) -> int:
        """Outputs per channel, which is how often the matrix is used."""
        return self.out[0] * self.out[1]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one group, once."""
        return self.rows * self.outputs * self.positions

    @property
    def all_macs(self) -> int:
        """Those of all groups and repetitions."""
        return self.macs * self.groups * self.repeat


@dataclass(frozen=True)
class LayerList:
    """A network as its layers: what experiments/validation/raella/shapes holds."""

    network: str
    source: str
    macs: float
    """As published."""
    signed_inputs: bool
    layers: tuple[Layer, ...]

    @classmethod
    def load(cls, path: Path) -> "LayerList":
        """Read a file of shapes; ConfigError names the file and the layer that is wrong."""
        try:
            tree = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
            layers = tuple(_layer(dict(row)) for row in tree["layers"])
            return cls(tree["network"], tree["source"], float(tree["macs"]), bool(tree["signed_inputs"]), layers)
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}; expected a YAML file with a list of layers") from None
        except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
            raise ConfigError(f"{path}: not a list of layers: {error}") from error


def _layer(row: dict[str, Any]) -> Layer:
    shape = {key: row.pop(key) for key in ("name", "channels", "outputs")}
    pairs = {key: tuple(row.pop(key)) for key in ("kernel", "out")}
    counts = {key: row.pop(key, 1) for key in ("stride", "groups", "repeat")}
    layer = Layer(**shape, **pairs, **counts, measured=row)
    if min(layer.rows, layer.outputs, layer.positions, layer.stride, layer.groups, layer.repeat) < 1:
        raise ValueError(f"layer {layer.name}: a size below 1")
    return layer


@dataclass(frozen=True)
class Placement:
    """How one copy of a layer lies in arrays."""

    rows: int
    columns: int
    side_by_side: int
    """Neighbouring positions that one array computes at once: a partial Toeplitz matrix."""
    filled: float
    """Share of its cells that hold a weight."""
    arrays: int
    row_tiles: int
    column_tiles: int
    reads: int
    """Of every array per inference."""

    @property
    def drives(self) -> int:
        """Wordlines that are driven per inference, for one group."""
        return self.rows * self.column_tiles * self.reads


def place(layer: Layer, array: Mapping[str, Any]) -> Placement:
    """Fill arrays with a layer; where it leaves room for it, with several neighbouring positions.

    The kernels of neighbouring positions overlap, so that u x v of them need channels x (kernel
    height + (u - 1) stride) x (kernel width + (v - 1) stride) wordlines (Deng et al., SemiMap, IEEE
    TCAD 2018, partial Toeplitz expansion). Of the windows that need no further row tile, which would
    cost conversions, the choice is the one that keeps the fewest arrays busy for the shortest time,
    then the one that drives the fewest wordlines.
    Groups lie in arrays of their own, repetitions are copies that the caller counts.
    """
    return min(_windows(layer, array), key=lambda choice: (choice.arrays * choice.reads, choice.drives))


def _windows(layer: Layer, array: Mapping[str, Any]) -> Iterator[Placement]:
    """Every window of positions whose rows need no more row tiles than one position."""
    row_tiles = ceil(layer.rows / array["rows"])
    (high, wide), step = layer.kernel, layer.stride
    for u in range(1, layer.out[0] + 1):
        for v in range(1, layer.out[1] + 1):
            rows = layer.channels * (high + (u - 1) * step) * (wide + (v - 1) * step)
            if rows > row_tiles * array["rows"]:
                break
            columns = u * v * layer.outputs
            column_tiles = ceil(columns / array["columns"])
            arrays = layer.groups * row_tiles * column_tiles
            reads = ceil(layer.out[0] / u) * ceil(layer.out[1] / v)
            yield Placement(rows, columns, u * v, layer.rows / rows, arrays, row_tiles, column_tiles, reads)


def _split(total: int, most: int) -> list[tuple[int, int]]:
    """(size, count) of the pieces of a direction: full ones and the rest."""
    full, rest = divmod(total, most)
    return [piece for piece in ((most, full), (rest, 1 if rest else 0)) if piece[1]]


@dataclass(frozen=True)
class LayerCost:
    """One layer, all groups and repetitions, once through the network."""

    layer: Layer
    placement: Placement
    conversions: float
    energy_j: dict[str, float]
    interval_s: float
    """Between two inferences with one copy."""


@dataclass(frozen=True)
class LayerStatistics:
    """What a layer's tensors do to a macro, and what the macro adapts to them."""

    bit_density: float
    """Share of ones among the bits of an input, per pass."""
    cell_level: float
    drive_share: float | None = None
    """Mean V² t of a step over that of a full-scale input; from bit_density where it is not known."""
    recovery: float | None = None
    """Share of the narrow conversions that speculation leaves; that of the macro where it is not known."""
    passes: int = 1
    """Signed inputs that take two passes, one per sign."""


@dataclass(frozen=True)
class Hardware:
    """What a layer meets: the macro, what an array of it holds, and the chip around it."""

    macro: Any
    array: dict[str, Any]
    chip: dict[str, Any]

    @classmethod
    def of(cls, chip: Chip) -> "Hardware":
        """That of a chip as it stands."""
        macro = _core.macro_of(chip._spec)
        return cls(macro, _core.macro_shape(macro), chip.to_dict())


def layer_cost(hardware: Hardware, layer: Layer, statistics: LayerStatistics) -> LayerCost:
    """Conversions, energy by component and interval of a layer.

    Arrays: expected values of their macro, block by block; cells that a Toeplitz matrix leaves empty
    are assumed to stay unformed, which hardly conduct. Buffer: an input enters once (borders
    ignored) and is read once per new column of the sliding window, both in every tile that needs it;
    an output is written once. Router: an input and an output once each. Digital unit: one addition
    per further row tile, one requantisation per output. The cycle is that of a full array, as in
    ISAAC and RAELLA.
    """
    array = hardware.array
    placement = place(layer, array)
    times = layer.groups * layer.repeat
    reads = layer.positions / placement.side_by_side * times * statistics.passes
    conversions, energy = 0.0, {}
    seen = statistics.bit_density, statistics.cell_level, statistics.drive_share, statistics.recovery
    for rows, n_rows in _split(placement.rows, array["rows"]):
        for columns, n_columns in _split(placement.columns, array["columns"]):
            block = _core.block_cost(hardware.macro, (rows, columns, READS), *seen)
            scale = n_rows * n_columns * reads / READS
            conversions += scale * block["conversions"]
            for part, joules in block["energy_j"].items():
                energy[part] = energy.get(part, 0.0) + scale * joules
    energy["cells"] *= placement.filled
    energy |= _tile_energy(layer, placement, hardware.chip)
    interval = placement.reads * array["interval_s"] * statistics.passes
    return LayerCost(layer, placement, conversions, energy, interval)


def _tile_energy(layer: Layer, placement: Placement, tree: Mapping[str, Any]) -> dict[str, float]:
    in_bytes, times = tree["macro"]["input"]["bits"] / 8, layer.groups * layer.repeat
    outputs = layer.positions * layer.outputs * times
    (high, wide), stride = layer.kernel, layer.stride
    entering = layer.channels * layer.out[0] * layer.out[1] * stride * stride * times * in_bytes
    per_tile = max(1, tree["macros_per_tile"] // placement.row_tiles)
    copies = ceil(placement.column_tiles / per_tile)
    read = layer.channels * high * min(wide, stride) * layer.positions * times * in_bytes
    leaving = outputs * in_bytes
    digital = tree["digital"]
    return {
        "buffer": tree["buffer"]["energy"] * (copies * (entering + read) + leaving),
        "router": tree["noc"]["router_energy"] * (copies * entering + leaving),
        "accumulate": digital["accumulate"]["energy"] * outputs * (placement.row_tiles - 1),
        "quantise": digital["quantise"]["energy"] * outputs,
    }


def inferences_per_s(costs: list[LayerCost], tiles: int, macros_per_tile: int) -> float:
    """Throughput of a pipeline of layers whose weights are copied until the tiles are used up.

    A tile holds one layer, as many copies as fit. From the fewest tiles that hold the network, the
    slowest layer gets one more tile until none is left (Andrulis et al., RAELLA, ISCA 2023). Throws
    ArgumentError where the network does not fit.
    """
    stages = [cost for cost in costs for _ in range(cost.layer.repeat)]
    given = [ceil(cost.placement.arrays / macros_per_tile) for cost in stages]
    if sum(given) > tiles:
        raise ArgumentError(f"layers: {sum(given)} tiles are needed and the chip has {tiles}; use a larger one")

    def rate(i: int) -> float:
        return (given[i] * macros_per_tile // stages[i].placement.arrays) / stages[i].interval_s

    rates = [rate(i) for i in range(len(stages))]
    for _ in range(tiles - sum(given)):
        slowest = min(range(len(stages)), key=rates.__getitem__)
        given[slowest] += 1
        rates[slowest] = rate(slowest)
    return min(rates)
