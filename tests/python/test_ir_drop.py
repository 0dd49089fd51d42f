# SPDX-License-Identifier: Apache-2.0
"""ohm.ir_drop against a dense nodal solve in NumPy and closed forms."""

import numpy as np
import ohmformer as ohm
import pytest

ir_drop = ohm.ir_drop


def cells(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(1e-6, 1e-4, (rows, columns))


class Circuit:
    """Dense nodal analysis; nodes are any names, node 0 is the ground."""

    def __init__(self):
        self.edges, self.fixed = [], {0: 0.0}

    def resistor(self, a, b, ohms):
        self.edges.append((a, b, 1.0 / ohms))

    def current_into(self, node) -> float:
        nodes = sorted({n for a, b, _ in self.edges for n in (a, b) if n not in self.fixed}, key=str)
        row = {n: k for k, n in enumerate(nodes)}
        matrix, rhs = np.zeros((len(nodes), len(nodes))), np.zeros(len(nodes))
        for a, b, g in self.edges:
            for one, other in ((a, b), (b, a)):
                if one in row:
                    matrix[row[one], row[one]] += g
                    if other in row:
                        matrix[row[one], row[other]] -= g
                    else:
                        rhs[row[one]] += g * self.fixed[other]
        volts = dict(zip(nodes, np.linalg.solve(matrix, rhs))) | self.fixed
        return sum(g * (volts[a] - volts[b]) * (1 if b == node else -1) for a, b, g in self.edges if node in (a, b))


def nodal(g, on, v, column, wires):
    """Current of one bitline of an array with wordlines (or source lines along them) at voltages v."""
    rows, columns = g.shape
    r_w, r_b, r_d, r_s = wires
    circuit = Circuit()
    for i in range(rows):
        circuit.fixed[f"in{i}"] = v[i]
        for j in range(columns):
            circuit.resistor(f"w{i},{j - 1}" if j else f"in{i}", f"w{i},{j}", r_w if j else r_d)
            if on[i]:
                circuit.resistor(f"w{i},{j}", f"b{i},{j}", 1.0 / g[i, j])
            if i:
                circuit.resistor(f"b{i - 1},{j}", f"b{i},{j}", r_b)
    for j in range(columns):
        circuit.fixed[f"out{j}"] = 0.0
        circuit.resistor(f"b{rows - 1},{j}", f"out{j}", r_s)
    return circuit.current_into(f"out{column}")


def nodal_gated(g, x, v_read, feed, wires):
    """Current of a gated array's only column with a source line of its own."""
    r_b, r_s, r_sl, r_d = wires
    circuit = Circuit()
    circuit.fixed |= {"in": v_read, "out": 0.0}
    last = len(g) - 1
    for i in range(len(g)):
        if x[i]:
            circuit.resistor(f"s{i}", f"b{i}", 1.0 / g[i, 0])
        if i:
            circuit.resistor(f"s{i - 1}", f"s{i}", r_sl)
            circuit.resistor(f"b{i - 1}", f"b{i}", r_b)
    if feed in ("near", "both"):
        circuit.resistor("in", "s0", r_d)
    if feed in ("far", "both"):
        circuit.resistor("in", f"s{last}", r_d)
    circuit.resistor(f"b{last}", "out", r_s)
    return circuit.current_into("out")


def test_the_effective_conductance_is_what_nodal_analysis_finds():
    g, wires = cells(6, 5), (2.0, 3.0, 10.0, 7.0)
    found = ir_drop.effective_conductance(g, *wires)
    assert found.shape == g.shape and found.dtype == np.float64
    for i in range(6):
        unit = np.eye(6)[i]
        expected = [nodal(g, np.ones(6), unit, j, wires) for j in range(5)]
        np.testing.assert_allclose(found[i], expected, rtol=1e-8)


def test_driven_currents_are_the_product_with_the_effective_conductance():
    g, v = cells(20, 12), np.random.default_rng(1).uniform(0.0, 0.3, (4, 20))
    for ends in ({}, {"drive": "both_ends"}, {"sense": "both_ends"}):
        matrix = ir_drop.effective_conductance(g, 2.0, 3.0, 10.0, 7.0, **ends)
        currents = ir_drop.driven_currents(g, v, 2.0, 3.0, 10.0, 7.0, **ends)
        np.testing.assert_allclose(currents, v @ matrix, rtol=1e-9)
        np.testing.assert_array_equal(ir_drop.driven_currents(g, v[2], 2.0, 3.0, 10.0, 7.0, **ends), currents[2])


@pytest.mark.parametrize("feed", ["near", "far", "both"])
def test_gated_currents_are_what_nodal_analysis_finds(feed):
    g, x = cells(15, 4), np.random.default_rng(2).integers(0, 2, (3, 15))
    found = ir_drop.gated_currents(g, x, 0.2, 4.0, 20.0, 6.0, 30.0, feed=feed)
    for n in range(3):
        for j in range(4):
            expected = nodal_gated(g[:, j : j + 1], x[n], 0.2, feed, (4.0, 20.0, 6.0, 30.0))
            assert found[n, j] == pytest.approx(expected, rel=1e-9)


def test_source_lines_along_wordlines_couple_the_columns():
    g, x = cells(6, 5), np.array([1, 0, 1, 1, 0, 1])
    found = ir_drop.gated_currents(g, x, 0.2, 3.0, 7.0, 2.0, 10.0, sourceline="wordline")
    expected = [nodal(g, x, np.full(6, 0.2), j, (2.0, 3.0, 10.0, 7.0)) for j in range(5)]
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_gated_columns_match_exact_rationals():
    g, x = [[1e-4], [5e-5], [2e-5], [1e-4]], [1, 0, 1, 1]
    ideal = ir_drop.gated_currents(g, x, v_read=0.2, r_bitline=2.0, r_sense=5.0)
    near = ir_drop.gated_currents(g, x, 0.2, 2.0, 5.0, r_sourceline=3.0, r_driver=4.0)
    far = ir_drop.gated_currents(g, x, 0.2, 2.0, 5.0, r_sourceline=3.0, r_driver=4.0, feed="far")
    expected = [137545001 / 3130438675025, 22018001 / 501821160063, 22018001 / 501790860045]
    np.testing.assert_allclose([ideal[0], near[0], far[0]], expected, rtol=1e-14)


def test_driven_cells_match_exact_rationals():
    found = ir_drop.effective_conductance([[1e-4, 5e-5], [2.5e-5, 1e-4]], 1.0, 1.0, 1.0, 1.0)
    same = 4001900200003 / 40034009400900018
    expected = [[same, 2000900120003 / 40034009400900018], [500300065003 / 20017004700450009, same]]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_cache_keeps_the_matrix_and_changes_nothing(tmp_path):
    g, folder = cells(9, 7), tmp_path / "kept"
    solved = ir_drop.effective_conductance(g, 2.0, 3.0, 10.0, 7.0)
    for _ in range(2):
        np.testing.assert_array_equal(ir_drop.effective_conductance(g, 2.0, 3.0, 10.0, 7.0, cache=folder), solved)
    assert len(list(folder.iterdir())) == 1
    with pytest.raises(ohm.ArgumentError, match="^cache: int found"):
        ir_drop.effective_conductance(g, 2.0, 3.0, cache=7)
    with pytest.raises(ohm.ArgumentError, match="^cache: '' found"):
        ir_drop.effective_conductance(g, 2.0, 3.0, cache="")


def test_the_power_of_an_operating_point_balances():
    g, v = cells(11, 8), np.random.default_rng(8).uniform(0.0, 0.3, 11)
    point = ir_drop.operating_point(g, v, 2.0, 3.0, 10.0, 7.0)
    np.testing.assert_allclose(point["currents_a"], ir_drop.driven_currents(g, v, 2.0, 3.0, 10.0, 7.0), rtol=1e-9)
    assert point["power_w"] == pytest.approx(v @ point["driver_currents_a"], rel=1e-9)
    assert point["senses_w"] == pytest.approx(7.0 * (point["currents_a"] ** 2).sum(), rel=1e-9)
    assert point["drivers_w"] == pytest.approx(10.0 * (point["driver_currents_a"] ** 2).sum(), rel=1e-9)
    parts = ("cells_w", "wordlines_w", "bitlines_w", "drivers_w", "senses_w")
    assert point["power_w"] == pytest.approx(sum(point[part] for part in parts), rel=1e-8)
    assert point["power_w"] < v**2 @ g.sum(axis=1)


def test_nonlinear_cells_obey_their_curve_and_become_ohmic():
    g, v = cells(6, 5), np.full(6, 0.2)
    ideal = ir_drop.driven_currents(g, v, 0.0, 0.0, v0=0.25)
    np.testing.assert_allclose(ideal, (g * 0.25 * np.sinh(v / 0.25)[:, None]).sum(axis=0), rtol=1e-9)
    ohmic = ir_drop.driven_currents(g, v, 2.0, 3.0, 10.0, 7.0)
    np.testing.assert_allclose(ir_drop.driven_currents(g, v, 2.0, 3.0, 10.0, 7.0, v0=1e4), ohmic, rtol=1e-8)
    for wrong in (-0.1, float("nan"), "a"):
        with pytest.raises(ohm.ArgumentError, match="v0"):
            ir_drop.driven_currents(g, v, 2.0, 3.0, v0=wrong)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1000), (2000, 1)])
def test_thin_arrays_have_the_right_currents(shape):
    g, v = cells(*shape), np.full(shape[0], 0.2)
    wires = {"r_bitline": 1e-3, "r_driver": 1.0, "r_sense": 0.5}
    found = ir_drop.driven_currents(g, v, r_wordline=1e-3, **wires)
    matrix = ir_drop.effective_conductance(g, r_wordline=1e-3, **wires)
    np.testing.assert_allclose(found, v @ matrix, rtol=1e-8)
    gated = ir_drop.gated_currents(g, np.ones(shape[0]), 0.2, r_bitline=1e-3, r_sense=0.5)
    ideal = v @ g
    assert gated.shape == found.shape == ideal.shape
    assert (gated < ideal).all() and (gated > 0.5 * ideal).all()
    assert (found < ideal).all() and (found > 0.5 * ideal).all()


def test_ideal_wires_change_nothing():
    g, x = cells(30, 20), np.random.default_rng(3).integers(0, 2, (5, 30))
    np.testing.assert_allclose(ir_drop.effective_conductance(g, 0.0, 0.0), g, rtol=1e-12)
    np.testing.assert_allclose(ir_drop.gated_currents(g, x, 0.2, 0.0, 0.0), 0.2 * x @ g, rtol=1e-12)


def test_open_cells_and_inputs_of_zero_give_no_current():
    g, zeros = cells(5, 4), np.zeros((5, 4))
    wires = {"r_bitline": 1.0, "r_driver": 1.0, "r_sense": 1.0}
    assert not ir_drop.effective_conductance(zeros, 1.0, **wires).any()
    assert not ir_drop.driven_currents(g, np.zeros(5), 1.0, **wires).any()
    for along in ("bitline", "wordline"):
        assert not ir_drop.gated_currents(g, np.zeros((2, 5)), 0.2, sourceline=along, **wires).any()
        assert not ir_drop.gated_currents(zeros, np.ones((2, 5)), 0.2, sourceline=along, **wires).any()


def test_the_mean_loss_is_close_to_the_exact_one():
    g = np.random.default_rng(4).uniform(0.05, 1.0, (64, 64)) * 1e-4
    exact = ir_drop.effective_conductance(g, 1.0, 1.0, 1.0, 1.0)
    assert ir_drop.mean_loss(g, 1.0, 1.0) == pytest.approx(1 - exact.sum() / g.sum(), abs=0.03)
    assert ir_drop.mean_loss(g, 0.0, 0.0) == 0.0
    gated = ir_drop.mean_loss(g, r_bitline=1.0, topology="gated", activity=1.0)
    ideal = 0.2 * g.sum(axis=0)
    exact = ir_drop.gated_currents(g, np.ones(64), 0.2, 1.0, 0.0)
    assert gated == pytest.approx(1 - exact.sum() / ideal.sum(), abs=0.03)


def test_layouts_and_dtypes_do_not_matter():
    g, x = cells(6, 5).astype(np.float32), np.array([[1, 0, 1, 1, 0, 1]])
    expected = ir_drop.gated_currents(g.astype(np.float64), x, 0.2, 1.0, 1.0)
    for same in (np.asfortranarray(g), g.tolist(), g[::-1][::-1]):
        np.testing.assert_array_equal(ir_drop.gated_currents(same, x, 0.2, 1.0, 1.0), expected)
    for same in (x.astype(bool), x.astype(float), x.astype(np.int8), x.tolist()):
        np.testing.assert_array_equal(ir_drop.gated_currents(g, same, 0.2, 1.0, 1.0), expected)


GOOD = np.full((3, 2), 1e-5)
BAD_CELLS = {
    "nan": np.full((3, 2), np.nan),
    "inf": np.full((3, 2), np.inf),
    "negative": np.full((3, 2), -1e-6),
    "empty": np.empty((0, 2)),
    "no columns": np.empty((3, 0)),
    "one axis": np.full(3, 1e-5),
    "three axes": np.full((3, 2, 1), 1e-5),
    "complex": np.full((3, 2), 1j),
    "strings": [["a", "b"]],
    "ragged": [[1e-5], [1e-5, 1e-5]],
    "objects": [[object(), None]],
    "none": None,
    "booleans": np.ones((3, 2), dtype=bool),
}


@pytest.mark.parametrize("g", BAD_CELLS.values(), ids=BAD_CELLS.keys())
def test_impossible_cells_are_refused(g):
    calls = (
        lambda: ir_drop.effective_conductance(g, 1.0, 1.0),
        lambda: ir_drop.driven_currents(g, np.ones(3), 1.0, 1.0),
        lambda: ir_drop.gated_currents(g, np.ones((1, 3)), 0.2, 1.0, 1.0),
        lambda: ir_drop.gated_currents(g, np.ones((1, 3)), 0.2, 1.0, 1.0, sourceline="wordline"),
        lambda: ir_drop.mean_loss(g, 1.0, 1.0),
        lambda: ir_drop.driven_deck(g, np.ones(3), 1.0, 1.0),
        lambda: ir_drop.gated_deck(g, np.ones(3), 0.2, 1.0, 1.0),
    )
    for call in calls:
        with pytest.raises(ohm.ArgumentError, match=r"^g\b"):
            call()


@pytest.mark.parametrize("ohms", [-1.0, float("nan"), float("inf"), "1", None, 1j, True, [1.0]])
def test_impossible_resistances_are_refused(ohms):
    for name in ("r_wordline", "r_bitline", "r_driver", "r_sense"):
        with pytest.raises(ohm.ArgumentError, match=name):
            ir_drop.effective_conductance(GOOD, **({"r_wordline": 1.0, "r_bitline": 1.0} | {name: ohms}))
    for name in ("r_bitline", "r_sense", "r_sourceline", "r_driver", "v_read"):
        if name == "v_read" and ohms == -1.0:
            continue
        good = {"v_read": 0.2, "r_bitline": 1.0, "r_sense": 1.0}
        for along in ("bitline", "wordline"):
            with pytest.raises(ohm.ArgumentError, match=name if along == "bitline" else "r_|v_read"):
                ir_drop.gated_currents(GOOD, np.ones((1, 3)), **(good | {name: ohms}), sourceline=along)


BAD_INPUTS = [[[0.5, 0, 1]], [[2, 0, 1]], [[-1, 0, 1]], [[np.nan, 0, 1]], [["a", "b", "c"]], [[1, 1]], 1, [[[1, 1, 1]]]]


@pytest.mark.parametrize("x", BAD_INPUTS)
def test_inputs_other_than_bits_are_refused(x):
    with pytest.raises(ohm.ArgumentError, match=r"^x\b"):
        ir_drop.gated_currents(GOOD, x, 0.2, 1.0, 1.0)


def test_wrong_words_and_sizes_are_refused():
    for wrong in ({"feed": "middle"}, {"sourceline": "diagonal"}, {"sourceline": "wordline", "feed": "far"}):
        with pytest.raises(ohm.ArgumentError, match=r"^(feed|sourceline): "):
            ir_drop.gated_currents(GOOD, np.ones((1, 3)), 0.2, 1.0, 1.0, **wrong)
    for wrong in ({"drive": "no_end"}, {"sense": 2}, {"tolerance": 0.0}, {"tolerance": "tight"}):
        with pytest.raises(ohm.ArgumentError, match=next(iter(wrong))):
            ir_drop.effective_conductance(GOOD, 1.0, 1.0, **wrong)
    with pytest.raises(ohm.ArgumentError, match=r"^v\b"):
        ir_drop.driven_currents(GOOD, np.ones(2), 1.0, 1.0)
    with pytest.raises(ohm.ArgumentError, match=r"^activity: "):
        ir_drop.mean_loss(GOOD, 1.0, 1.0, activity=1.5)


def test_an_array_of_open_cells_takes_no_power():
    for seed in range(50):
        v = np.random.default_rng(seed).uniform(-1, 1, 3)
        point = ir_drop.operating_point(np.zeros((3, 4)), v, 3.0, 1.0, 7.0, 1.0, drive="both_ends")
        assert not point["currents_a"].any() and abs(point["power_w"]) < 1e-25


def test_a_steep_cell_converges():
    for v, v0, ma in ((0.5, 0.02, 3.3752), (1.0, 0.05, 6.1001)):  # roots of v0 asinh(I / (g v0)) + 100 Ohm I = v
        found = ir_drop.driven_currents([[1e-4]], [v], 50.0, 50.0, 50.0, 50.0, v0=v0)
        np.testing.assert_allclose(found, [1e-3 * ma], rtol=1e-4)
