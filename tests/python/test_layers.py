# SPDX-License-Identifier: Apache-2.0
"""Lists of plain layers on a chip: placement, cost, throughput, and the networks of the RAELLA study."""

from itertools import product
from math import ceil

import pytest
from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError, ConfigError
from ohmformer.validation.layers import Hardware, Layer, LayerCost, LayerList, LayerStatistics, inferences_per_s, layer_cost, place
from ohmformer.validation import raella

WIDE, SMALL = {"rows": 512, "columns": 170}, {"rows": 128, "columns": 32}


@pytest.fixture(scope="module")
def isaac():
    return Hardware.of(Chip.load("isaac_8b"))


def test_a_matrix_fills_arrays_in_both_directions():
    placed = place(Layer("fc", channels=4096, outputs=1024), WIDE)
    assert (placed.row_tiles, placed.column_tiles, placed.arrays, placed.reads) == (8, 7, 56, 1)
    assert placed.filled == 1.0


def test_neighbouring_positions_share_an_array_that_has_room():
    depthwise = Layer("dw", 1, 1, kernel=(3, 3), out=(14, 14), groups=960)
    wide, small = place(depthwise, WIDE), place(depthwise, SMALL)
    assert (wide.side_by_side, wide.arrays, wide.reads) == (98, 960, 2)  # 7 x 14 of 16 x 9 inputs
    assert small.side_by_side * small.reads >= 196 and small.columns <= 32
    assert wide.filled == 9 / wide.rows


@pytest.mark.parametrize("channels, outputs, side, stride", product([1, 3, 64, 200], [1, 30, 64], [7, 9], [1, 2]))
def test_a_placement_computes_every_position_without_more_conversions(channels, outputs, side, stride):
    layer = Layer("conv", channels, outputs, kernel=(3, 3), stride=stride, out=(side, side))
    for array in (WIDE, SMALL):
        placed = place(layer, array)
        assert placed.side_by_side * placed.reads >= layer.positions
        assert placed.row_tiles == ceil(layer.rows / array["rows"]) == ceil(placed.rows / array["rows"])
        assert placed.column_tiles * array["columns"] >= placed.columns == placed.side_by_side * outputs
        alone = placed.row_tiles * ceil(outputs / array["columns"]) * layer.positions
        assert placed.arrays * placed.reads <= alone


def test_a_full_array_converts_what_its_shape_says(isaac):
    cost = layer_cost(isaac, Layer("fc", 128, 32), LayerStatistics(0.5, 0.1))
    assert cost.conversions == 32 * 4 * 8
    assert cost.interval_s == pytest.approx(0.8e-6)
    assert cost.energy_j["adc"] == pytest.approx(1024 * 1.6667e-12, rel=1e-3)


def test_repetitions_and_groups_add_up(isaac):
    seen = LayerStatistics(0.2, 0.1)
    one = layer_cost(isaac, Layer("conv", 16, 16, (3, 3), out=(8, 8)), seen)
    for many in (Layer("conv", 16, 16, (3, 3), out=(8, 8), repeat=3), Layer("conv", 16, 16, (3, 3), out=(8, 8), groups=3)):
        three = layer_cost(isaac, many, seen)
        assert three.conversions == pytest.approx(3 * one.conversions)
        for part, joules in one.energy_j.items():
            assert three.energy_j[part] == pytest.approx(3 * joules), part


def test_two_passes_convert_twice(isaac):
    layer = Layer("fc", 100, 20)
    once, twice = (layer_cost(isaac, layer, LayerStatistics(0.2, 0.1, passes=n)) for n in (1, 2))
    assert twice.conversions == 2 * once.conversions
    assert twice.interval_s == 2 * once.interval_s
    assert twice.energy_j["buffer"] == once.energy_j["buffer"]


def pipeline(*reads: int, arrays: int = 1) -> list[LayerCost]:
    """Layers of one group that take so many microseconds per inference and copy."""
    placed = place(Layer("fc", 1, 1), WIDE)
    shape = placed.__class__(1, 1, 1, 1.0, arrays, 1, 1, 1)
    return [LayerCost(Layer("fc", 1, 1), shape, 0.0, {}, n * 1e-6) for n in reads]


def test_copies_go_to_the_slowest_layer():
    assert inferences_per_s(pipeline(1, 3), 4, 1) == pytest.approx(1e6)
    assert inferences_per_s(pipeline(1, 3), 3, 1) == pytest.approx(2 / 3 * 1e6)
    assert inferences_per_s(pipeline(1, 3), 2, 1) == pytest.approx(1 / 3 * 1e6)
    assert inferences_per_s(pipeline(1), 1, 8) == pytest.approx(8e6)
    assert inferences_per_s(pipeline(1, arrays=3), 4, 2) == pytest.approx(2e6)  # 8 arrays hold two copies


def test_no_other_division_of_tiles_is_faster():
    layers, tiles = pipeline(2, 3, 7), 9
    best = max(
        min(n / t for n, t in zip(given, (2e-6, 3e-6, 7e-6), strict=True))
        for given in product(range(1, tiles), repeat=3)
        if sum(given) <= tiles
    )
    assert inferences_per_s(layers, tiles, 1) == pytest.approx(best)


def test_a_chip_that_is_too_small_is_refused():
    with pytest.raises(ArgumentError, match="2 tiles are needed and the chip has 1"):
        inferences_per_s(pipeline(1, 1), 1, 1)


def test_the_seven_networks_have_the_published_multiply_accumulates():
    found = {network.network: network for network in raella.networks()}
    assert len(found) == 7
    for network in found.values():
        assert sum(layer.all_macs for layer in network.layers) == pytest.approx(network.macs, rel=0.01), network.network


def test_a_file_that_is_no_list_of_layers_is_refused(tmp_path):
    head = "network: x\nsource: x\nmacs: 1\nsigned_inputs: false\n"
    for text in ("1", "{", head, head + "layers: [{name: a}]", head + "layers: [{name: a, channels: 0, outputs: 1, kernel: [1, 1], out: [1, 1]}]"):
        file = tmp_path / "shapes.yaml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match="not a list of layers"):
            LayerList.load(file)


def test_a_file_of_layers_that_cannot_be_read_is_refused(tmp_path):
    for path, reason in ((tmp_path / "no.yaml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=f"{path}: {reason}.*; expected a YAML file with a list of layers"):
            LayerList.load(path)


def test_conversions_per_mac_are_those_of_the_paper():
    steps = list(raella.arithmetic().values())
    assert steps == pytest.approx([0.25, 0.063, 0.047, 0.018], rel=0.05)


def test_raella_needs_less_energy_without_and_with_speculation():
    figures = raella.run()
    assert 1.0 < figures["energy_without_speculation"] < figures["energy"]
    assert figures["throughput"] / figures["throughput_without_speculation"] == pytest.approx(8 / 11, rel=0.01)
    assert figures["energy.least"] <= figures["energy"] <= figures["energy.most"]
