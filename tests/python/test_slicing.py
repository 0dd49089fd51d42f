# SPDX-License-Identifier: Apache-2.0
"""The study of slices and programming error: simulated chips against its closed form, and its lesson."""

import csv
import importlib.util
import math
import sys

import numpy as np
import pytest


@pytest.fixture(scope="module")
def slicing(repository):
    """experiments/slicing/run.py as a module."""
    spec = importlib.util.spec_from_file_location("slicing_run", repository / "experiments/slicing/run.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def found(slicing):
    """Four chips of cells whose levels err alike, by 2 % of the range, and of measured ones."""
    return slicing.points([slicing.uniform_error(0.02), slicing.MEASURED], chips=4)


def test_simulated_chips_err_as_the_closed_form_says(slicing, found):
    weights = slicing.ROWS * slicing.COLUMNS
    for point in found:
        # a chip averages the squared errors of so many weights, of which the 128 vectors show about half
        deviation = point.predicted / math.sqrt(2 * weights / 2 * point.chips)
        assert abs(point.simulated - point.predicted) < 5 * deviation, point


def test_the_closed_form_is_that_of_the_text_where_all_levels_err_alike(slicing):
    weights, inputs = slicing.matrix()
    for slice_bits, factor in (([7], 127), ([2] * 4, math.hypot(3, 12, 48, 192)), ([1] * 7, math.sqrt((4**7 - 1) / 3))):
        error = slicing.predicted_error(slicing.uniform_error(0.02), slice_bits, weights, inputs)
        per_weight = math.sqrt(2) * 0.02 * factor
        squares = np.mean(np.sum(inputs**2, axis=1)) * per_weight**2
        assert error == pytest.approx(math.sqrt(squares / np.mean((inputs @ weights) ** 2.0)), rel=1e-3)


def test_equal_slices_are_no_cure_and_fewer_levels_at_the_top_are(slicing, found):
    alike, measured = (
        {point.mapping: point.snr_db for point in found if (point.sigma is None) == flag} for flag in (False, True)
    )
    equal, analog, one_bit_top, single = slicing.MAPPINGS
    assert alike[equal] - alike[analog] == pytest.approx(-3.9, abs=0.3)
    assert alike[single] > alike[one_bit_top] > alike[analog] + 3.5
    # measured cells err least when reset, and most weights leave the top slice reset: a gain, and a small one
    assert 1 < measured[equal] - measured[analog] < 2.5
    assert measured[single] > measured[one_bit_top] > measured[equal] + 4


def test_the_shipped_table_is_what_the_script_writes(slicing, repository, tmp_path):
    slicing.write_table(slicing.points([slicing.MEASURED], chips=20), tmp_path / "table.csv")
    with (repository / "experiments/slicing/table.csv").open() as file:
        shipped = [row for row in csv.reader(file) if row[0] in ("cell", slicing.MEASURED.name)]
    with (tmp_path / "table.csv").open() as file:
        assert list(csv.reader(file)) == shipped


def test_the_plot_is_drawn(slicing, found, tmp_path):
    slicing.write_plot(found, tmp_path / "slicing.png")
    assert (tmp_path / "slicing.png").read_bytes().startswith(b"\x89PNG")
