# SPDX-License-Identifier: Apache-2.0
"""Memory cells from Python."""

import numpy as np
import pytest

import ohmformer as ohm


def test_a_cell_is_loaded_overridden_and_written():
    cell = ohm.Device.load("wan_2022").override({"age": "1 s", "g_max": "30 uS"})
    assert cell.to_dict()["age"] == 1.0
    assert cell.to_dict()["g_max"] == 30e-6
    assert "pulses_mean: 8.52" in cell.to_yaml()


def test_leaving_the_measured_range_is_refused_and_quotes_the_paper():
    with pytest.raises(ohm.ConfigError, match="leaves the range of the measurement.*Wan et al"):
        ohm.Device.load("wan_2022").override({"g_max": "41 uS"})
    with pytest.raises(ohm.ArgumentError, match="outside the measured times"):
        ohm.Device.load("wan_2022").program([1e-6], age=1e9)


def test_a_current_that_overflows_is_refused():
    steep = ohm.Device.load("ideal").override({"iv": {"model": "sinh", "v0": "1 mV"}})
    with pytest.raises(ohm.ArgumentError, match="^v: 5.0 V found"):
        steep.current([1e-4], 5.0)


@pytest.mark.parametrize("name", ["sonos_40nm", "pcm_hermes_1", "wan_2022", "milo_2021", "cmo_hfox_2pct"])
def test_targets_beyond_the_measured_range_are_refused(name):
    cell = ohm.Device.load(name)
    largest = cell.to_dict()["g_max"]
    for call in (cell.program, cell.write_verify, cell.programming_cost):
        call([largest])
        with pytest.raises(ohm.ArgumentError, match="^targets: .* leaves the range of the measurement"):
            call([largest / 2, 1.0])
    with pytest.raises(ohm.ArgumentError, match="^g: .* leaves the range of the measurement"):
        cell.sigma(1.0)


def test_programming_follows_the_published_sigma_and_keeps_the_shape():
    cell = ohm.Device.load("wan_2022")
    g = cell.program(np.full((300, 400), 20e-6), seed=1)
    assert g.shape == (300, 400)
    assert np.isclose(g.std(), float(cell.sigma(20e-6)), rtol=0.02)
    assert np.array_equal(g, cell.program(np.full((300, 400), 20e-6), seed=1))
    assert not np.array_equal(g, cell.program(np.full((300, 400), 20e-6), seed=1, chip=1))


def test_a_time_sweep_follows_one_chip():
    cell = ohm.Device.load("wan_2022")
    second, day = (cell.program(np.full(1000, 16e-6), age=t) for t in (1.0, 86400.0))
    clear = (second > 0) & (day > 0)
    first, last = (float(cell.override({"age": age}).sigma(16e-6)) for age in ("1 s", "1 day"))
    assert np.allclose((second[clear] - 16e-6) / first, (day[clear] - 16e-6) / last, atol=1e-9)


def test_write_verify_counts_pulses_and_costs():
    result = ohm.Device.load("wan_2022").write_verify(np.linspace(1e-6, 40e-6, 20000))
    assert np.isclose(result.pulses.mean(), 8.52, rtol=0.03)
    assert result.pulses.sum() == result.cost["pulses"]
    assert result.failed.sum() == result.cost["failed_cells"]
    arrived = ~result.failed
    assert (np.abs(result.g - np.linspace(1e-6, 40e-6, 20000))[arrived] <= 1e-6 + 1e-15).all()


def test_currents_and_noise_are_arrays_in_si_units():
    cell = ohm.Device.load("milo_2021")
    assert np.isclose(cell.current([110e-6], 0.5)[0], 110e-6 * 0.5 * 0.96645705473)
    assert cell.read_sigma([[100e-6]], 0.2, 1e-8).shape == (1, 1)


BAD_TARGETS = [[True, False], [-1e-6], [float("nan")], [float("inf")], "much", ["1e-6"], [1e31], [[1e-6], [1e-6, 2e-6]]]


@pytest.mark.parametrize("bad", BAD_TARGETS)
def test_impossible_conductances_are_refused(bad):
    cell = ohm.Device.load("ideal")
    with pytest.raises(ohm.ArgumentError, match="targets"):
        cell.program(bad)
    with pytest.raises(ohm.ArgumentError, match="targets"):
        cell.write_verify(bad)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), "soon", "5", True, 10**400])
def test_impossible_times_are_refused(bad):
    with pytest.raises(ohm.ArgumentError, match="age"):
        ohm.Device.load("ideal").program([1e-6], age=bad)
    with pytest.raises(ohm.ArgumentError, match="t_read"):
        ohm.Device.load("ideal").read_sigma([1e-6], 0.2, bad)


def test_no_cells_are_no_work():
    cell = ohm.Device.load("wan_2022")
    assert cell.program([]).shape == (0,)
    assert cell.write_verify(np.zeros((0, 3))).g.shape == (0, 3)
