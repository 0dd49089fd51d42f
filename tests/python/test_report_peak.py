# SPDX-License-Identifier: Apache-2.0
"""The chip at full load in the report: a row per level, bits, and the power of its components."""

import copy

import pytest
from fixtures.synthetic_result import point
from ohmformer import Chip
from ohmformer.report.page import page
from ohmformer.report.peak import peak_power_chart, peak_bits, peak_rows
from ohmformer.report.tables import peak_table


@pytest.fixture(scope="module")
def loaded():
    """A point with the peak of the chip that every example uses."""
    return point("stdlib_gpt") | {"peak": Chip.load("rram_22nm").peak().to_dict()}


def test_every_level_that_adds_something_is_a_row(loaded):
    assert [row[0] for row in peak_rows(loaded)] == ["macro", "tile", "chip", "system"]
    with_cores = {"peak": Chip.load("isaac_ce").peak().to_dict()}
    assert [row[0] for row in peak_rows(with_cores)] == ["macro", "core", "tile", "chip"]


def test_throughput_is_written_plainly_and_ranges_in_brackets(loaded):
    rows = {row[0]: row for row in peak_rows(loaded)}
    assert float(rows["chip"][2]) == pytest.approx(loaded["peak"]["chip"]["tops"], rel=0.01)
    assert "(" in rows["macro"][3] and " W" in rows["chip"][3] and "mm²" in rows["chip"][4]


def test_operations_carry_their_bits(loaded):
    level = loaded["peak"]["macro"]
    assert peak_bits(loaded).startswith("operations of 8-bit inputs and 8-bit weights")
    assert f"{level['output_bits']}-bit outputs" in peak_table(loaded)


def test_the_bars_are_the_chip_with_its_range(loaded):
    bars = peak_power_chart(loaded, {}).figure.data[0]
    chip = loaded["peak"]["chip"]
    largest = max(chip["parts"], key=lambda part: part["power_w"])
    assert bars.y[0] == largest["component"] and list(bars.x) == sorted(bars.x, reverse=True)
    high, low = (bars.x[0] + bars.error_x.array[0], bars.x[0] - bars.error_x.arrayminus[0])
    assert high / low == pytest.approx(largest["power_high_w"] / largest["power_low_w"])


def test_a_result_without_a_peak_has_neither(loaded):
    bare = {key: value for key, value in loaded.items() if key != "peak"}
    assert peak_rows(bare) == [] and peak_table(bare) == "" and peak_power_chart(bare, {}) is None
    assert "full load" not in page({"points": [bare]})


def test_the_page_shows_it_and_survives_missing_figures(loaded):
    assert "The chip at full load" in page({"points": [loaded]})
    gaps = copy.deepcopy(loaded)
    for level in gaps["peak"].values():
        level["tops_per_mm2"] = level["power_low_w"] = None
    assert all(row[6] == "–" for row in peak_rows(gaps))
