# SPDX-License-Identifier: Apache-2.0
"""Energy from values: exact where tensors were run, and how far off their averages alone would be."""

import ohmformer as ohm
import pytest
from ohmformer.activity import UNKNOWN
from ohmformer.experiment import load_experiment
from ohmformer.report import write_report
from ohmformer.run import run_experiment

EXPERIMENT = """\
title: values
chip: rram_22nm
chips: 1
error_sources: false
points:
  - {name: digits_vit, network: digits_vit, task: digits, samples: 4, calibration_tokens: 64}
  - {name: known_entropy_gpt, network: known_entropy_gpt, task: language, samples: 1, calibration_tokens: 64}
  - {name: stdlib_gpt, network: stdlib_gpt, task: language, samples: 1, calibration_tokens: 64}
  - {name: outliers, network: stdlib_gpt, task: language, samples: 1, calibration_tokens: 64, outliers: 30}
  - {name: shapes, network: vit-small}
"""
NETWORKS = ["digits_vit", "known_entropy_gpt", "stdlib_gpt"]
# How far independence may be off: the sum over all matrices, any one matrix, and the whole chip.
BOUND = (1e-3, 4e-3, 2e-4)  # measured on 64 tokens: 2.7e-4, 1.7e-3, 4.3e-5; on 256: 2.7e-4, 1.5e-3, 4.4e-5
BOUND_OUTLIERS = (2e-3, 1e-2, 4e-4)  # 3.5e-4, 3.8e-3, 5.3e-5; on 256 tokens: 6.7e-4, 5.4e-3, 1.0e-4


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> dict:
    file = tmp_path_factory.mktemp("values") / "values.yaml"
    file.write_text(EXPERIMENT)
    return run_experiment(load_experiment(file), 1, lambda *_: None)[0]


@pytest.fixture(scope="module")
def points(result) -> dict[str, dict]:
    return {point["name"]: point for point in result["points"]}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_cells_are_the_leaves_of_the_ledger(points, name):
    point = points[name]
    leaves = [row["energy_j"] for row in point["breakdown"] if row["component"] == "cells"]
    matrices = [row["cells_energy_j"] for row in point["matmuls"] if "cells_energy_j" in row]
    assert point["cells_energy_j"] == pytest.approx(sum(leaves), rel=1e-12)
    assert point["cells_energy_j"] == pytest.approx(sum(matrices), rel=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_independent_values_change_the_mean_conductance_of_a_matrix_and_nothing_else(points, name):
    device = ohm.Chip.load("rram_22nm").to_dict()["macro"]["device"]
    g_min, width = device["g_min"], device["g_max"] - device["g_min"]
    for row in points[name]["matmuls"]:
        if "cells_energy_j" not in row:
            continue
        ratio = (g_min + row["mean_cell_level"] * width) / (g_min + row["cell_level"] * width)
        assert row["cells_energy_independent_change"] == pytest.approx(ratio - 1, abs=1e-12), row["name"]
        assert row["cells_energy_independent_j"] == pytest.approx(ratio * row["cells_energy_j"], rel=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_change_is_relative_to_what_was_booked(points, name):
    point = points[name]
    for way in ("independent", "assumed"):
        for what in ("cells_energy", "energy"):
            change = point[f"{what}_{way}_j"] / point[f"{what}_j"] - 1
            assert point[f"{what}_{way}_change"] == pytest.approx(change, abs=1e-12)
        # the rest of the chip is the same for independent values, but for control, a share of all
        assert abs(point[f"energy_{way}_change"]) < abs(point[f"cells_energy_{way}_change"])


def test_nothing_is_said_about_values_that_nobody_measured(points):
    assert {key: points["shapes"][key] for key in UNKNOWN} == UNKNOWN
    assert not any("cells_energy_j" in row for row in points["shapes"]["matmuls"])


@pytest.mark.parametrize("name", [*NETWORKS, "outliers"])
def test_statistics_agree_with_tensors_within_the_stated_bound(points, name):
    point = points[name]
    of_sum, of_matrix, of_chip = BOUND_OUTLIERS if name == "outliers" else BOUND
    assert abs(point["cells_energy_independent_change"]) < of_sum
    assert abs(point["energy_independent_change"]) < of_chip
    changes = {row["name"]: row.get("cells_energy_independent_change", 0.0) for row in point["matmuls"]}
    assert max(map(abs, changes.values())) < of_matrix, changes
    assert any(changes.values())  # the covariance is small, not left out


@pytest.mark.parametrize("name", [*NETWORKS, "outliers"])
def test_what_nobody_measured_is_off_by_more_than_what_was_averaged(points, name):
    point = points[name]
    assert abs(point["cells_energy_assumed_change"]) > 10 * abs(point["cells_energy_independent_change"])
    assert abs(point["cells_energy_assumed_change"]) < 0.5  # measured: 24 to 31 %


def test_the_report_shows_what_values_are_worth(result, tmp_path):
    text = write_report(result, tmp_path).read_text().replace("\u00a0", " ")
    table = text[text.index("<th scope=\"row\">stdlib_gpt</th>", text.index("Cells, exact")) :]
    change = next(point for point in result["points"] if point["name"] == "stdlib_gpt")["cells_energy_assumed_change"]
    assert f"<td>{100 * change:+.0f} %</td>" in table[: table.index("</tr>")]


def test_the_report_of_unmeasured_points_says_nothing_about_values(result, tmp_path):
    shapes = result | {"points": [point for point in result["points"] if point["name"] == "shapes"]}
    assert "Independent values" not in write_report(shapes, tmp_path).read_text()
