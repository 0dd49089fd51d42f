# SPDX-License-Identifier: Apache-2.0
"""ohm.Macro against integer and NumPy oracles that share no code with it."""

import math

import numpy as np
import ohmformer as ohm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

EXACT = {"device": "ideal", "adc.range": "lossless", "adc.bits": "auto"}


def macro_spec(**values) -> ohm.MacroSpec:
    """The shipped macro with values replaced; `__` stands for the dot."""
    return ohm.MacroSpec.load("rram_128").override({key.replace("__", "."): value for key, value in values.items()})


def exact_spec(**values) -> ohm.MacroSpec:
    return macro_spec().override(EXACT | {key.replace("__", "."): value for key, value in values.items()})


def noisy_spec() -> ohm.MacroSpec:
    return macro_spec(adc__noise=0.5)


@st.composite
def slicings(draw, bits: int) -> list[int]:
    """Slices that add up to the magnitude (or offset) bits."""
    parts, left = [], bits
    while left:
        part = draw(st.integers(1, min(4, left)))
        parts.append(part)
        left -= part
    return parts


@st.composite
def problems(draw):
    """A macro that must be exact, weights and inputs that may take every allowed value."""
    weight_bits, input_bits = draw(st.integers(2, 8)), draw(st.integers(2, 8))
    encoding = draw(st.sampled_from(["differential", "offset_column"]))
    drive = draw(st.sampled_from(["bit_serial", "bipolar"]))
    wordlines = draw(st.integers(1, 40))
    magnitude = weight_bits - 1 if encoding == "differential" else weight_bits
    spec = exact_spec(
        weight__bits=weight_bits,
        weight__encoding=encoding,
        weight__slice_bits=draw(slicings(magnitude)),
        input__bits=input_bits,
        input__encoding=drive,
        input__slice_bits=draw(st.integers(1, min(4, input_bits - 1))),
        array__n_wordlines=wordlines,
        array__rows_active=draw(st.integers(1, wordlines)),
        array__n_bitlines=draw(st.integers(20, 48)),
        adc__kind=draw(st.sampled_from(["uniform", "ideal"])),
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns, tokens = draw(st.integers(1, 90)), draw(st.integers(1, 12)), draw(st.integers(1, 4))
    top, low = 2 ** (weight_bits - 1) - 1, -(2 ** (weight_bits - 1))
    weights = random.integers(-top if encoding == "differential" else low, top + 1, (rows, columns))
    most = 2 ** (input_bits - 1) - 1
    inputs = random.integers(-most - (drive == "bit_serial"), most + 1, (tokens, rows))
    return spec, weights, inputs


@settings(max_examples=120)
@given(problems())
def test_ideal_cells_behind_a_lossless_adc_multiply_integers_exactly(problem):
    spec, weights, inputs = problem
    found = ohm.Macro(spec).program(weights).mvm(inputs)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, inputs.astype(np.int64) @ weights.astype(np.int64))


def test_the_shipped_slices_are_exact_on_more_rows_and_columns_than_one_array_has():
    random = np.random.default_rng(0)
    weights, inputs = random.integers(-127, 128, (300, 200)), random.integers(-128, 128, (7, 300))
    macro = ohm.Macro(exact_spec()).program(weights.astype(np.int8))
    assert (macro.arrays, macro.shape) == (3 * 13, (300, 200))
    np.testing.assert_array_equal(macro.mvm(inputs.astype(np.int8)), inputs @ weights)


@pytest.mark.parametrize("fidelity", ["fused", "sliced"])
def test_signs_multiply_exactly_where_their_converter_does_not_round(fidelity):
    values = {"weight.bits": 1, "weight.encoding": "xnor", "weight.slice_bits": [1], "input.bits": 1}
    spec = exact_spec(adc__kind="ideal", fidelity=fidelity).override(values)
    random = np.random.default_rng(6)
    weights, inputs = random.choice([-1, 1], (94, 9)), random.choice([-1, 1], (8, 94))
    np.testing.assert_array_equal(ohm.Macro(spec).program(weights).mvm(inputs), inputs @ weights)


def test_one_input_gives_one_output_vector():
    macro = ohm.Macro(exact_spec()).program(np.eye(4, dtype=np.int8) * 3)
    np.testing.assert_array_equal(macro.mvm(np.arange(4)), 3 * np.arange(4))
    assert macro.mvm(np.zeros((0, 4), dtype=int)).shape == (0, 4)


def test_values_are_floats_where_they_need_not_be_whole():
    weights, inputs = np.full((4, 2), 5), np.full(4, 3)
    for values in ({"device": "gaussian"}, {"device.read_noise": 0.01}, {"adc.noise": 0.1}, {"adc.range": "max"}):
        spec = exact_spec().override({**values, "adc.bits": 8})
        assert ohm.Macro(spec).program(weights).calibrate(inputs).mvm(inputs).dtype == np.float64


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
@settings(max_examples=25)
def test_any_split_of_a_batch_gives_the_same_bits(parts):
    random = np.random.default_rng(3)
    weights, inputs = random.integers(-127, 128, (70, 9)), random.integers(-127, 128, (sum(parts), 70))
    whole = ohm.Macro(noisy_spec(), seed=4).program(weights).mvm(inputs)
    macro = ohm.Macro(noisy_spec(), seed=4).program(weights)
    pieces = [macro.mvm(piece) for piece in np.split(inputs, np.cumsum(parts)[:-1])]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    np.testing.assert_array_equal(macro.mvm(inputs, first_token=0), whole)


def test_repeated_reads_draw_fresh_noise_and_the_same_token_number_the_same():
    macro = ohm.Macro(noisy_spec()).program(np.full((64, 3), 90))
    x = np.full(64, 77)
    first, second = macro.mvm(x), macro.mvm(x)
    assert (first != second).any()
    np.testing.assert_array_equal(macro.mvm(x, first_token=1), second)


def test_seed_and_chip_decide_what_is_programmed():
    def read(**which):
        return ohm.Macro(macro_spec(), **which).program(np.full((32, 4), 50)).mvm(np.full(32, 9), first_token=0)

    np.testing.assert_array_equal(read(seed=1, chip=2), read(seed=1, chip=2))
    assert (read(seed=1) != read(seed=2)).any() and (read(chip=0) != read(chip=1)).any()


@pytest.mark.parametrize("noisy_off_state", [False, True])
def test_programming_error_has_the_deviation_of_its_spec(noisy_off_state):
    sigma, rows, columns = 0.03, 128, 4000
    values = {"device": "gaussian", "device.sigma": sigma, "device.noisy_off_state": noisy_off_state}
    spec = exact_spec().override(values | {"weight.slice_bits": [7], "adc.kind": "ideal"})
    one_hot = np.zeros(rows, dtype=int)
    one_hot[5] = 1
    found = ohm.Macro(spec, seed=7).program(np.full((rows, columns), 64)).mvm(one_hot)
    # a pair at levels 64 and 0: the second errs only if told to, and not below zero conductance
    cell = spec.to_dict()["device"]
    floor = cell["g_min"] / (cell["g_max"] - cell["g_min"]) / sigma  # in deviations
    expected = 127 * sigma * math.sqrt(1 + noisy_off_state * clipped_variance(floor))
    assert found.std() == pytest.approx(expected, rel=5 / math.sqrt(2 * columns))


def clipped_variance(floor: float) -> float:
    """Variance of max(z, -floor) for a standard normal z, by numerical integration."""
    z = np.linspace(-10, 10, 200001)
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    value = np.maximum(z, -floor)
    mean = (value * density).sum()
    return float(((value - mean) ** 2 * density).sum())


def test_read_noise_adds_up_over_the_cells_that_conduct():
    relative, reads = 0.02, 4000
    spec = exact_spec().override({"device.read_noise": relative, "weight.slice_bits": [7], "adc.kind": "ideal"})
    rows = 40
    macro = ohm.Macro(spec, seed=1).program(np.full((rows, 1), 127))
    x = np.zeros((reads, rows), dtype=int)
    x[:, :25] = 1
    found = macro.mvm(x)
    cell = spec.to_dict()["device"]
    step = (cell["g_max"] - cell["g_min"]) / 127
    one_read = relative * math.sqrt(25 * (cell["g_max"] ** 2 + cell["g_min"] ** 2)) / step
    # bit-serial: every step converts, those that drive nothing are silent
    assert found.std() == pytest.approx(one_read, rel=5 / math.sqrt(2 * reads))
    assert found.mean() == pytest.approx(25 * 127, abs=5 * one_read / math.sqrt(reads))


@pytest.mark.parametrize("fidelity", ["sliced", "fused"])
def test_small_cells_beside_an_outlier_keep_their_noise(fidelity):
    # Cells of a few of 127 levels have less than a thousandth of the variance of the outlier's, which is not driven.
    relative, rows, reads = 0.02, 129, 3000
    changes = {"device.read_noise": relative, "device.g_min": "1 uS", "weight.slice_bits": [7], "adc.kind": "ideal"}
    spec = exact_spec().override(changes | {"fidelity": fidelity, "array.rows_active": rows, "array.n_wordlines": rows})
    random = np.random.default_rng(0)
    w = np.rint(random.normal(size=(rows, 8)) * np.array([1, 1, 2, 2, 4, 4, 8, 8])).astype(int)
    w[0] = 127
    one = random.integers(0, 101, rows)
    one[0] = 0
    found = ohm.Macro(spec, seed=1).program(w).mvm(np.tile(one, (reads, 1)))
    cell = spec.to_dict()["device"]
    step = (cell["g_max"] - cell["g_min"]) / 127
    squares = (cell["g_min"] + np.abs(w) * step) ** 2 + cell["g_min"] ** 2
    planes = sum(4**k * (one >> k & 1) for k in range(7))  # each bit is a conversion of its own
    expected = (relative / step) ** 2 * planes @ squares
    # carried rounding leaves a few hundredths; 3000 reads: 5 sigma are 13 %
    assert found.var(axis=0) == pytest.approx(expected, rel=0.2)
    assert (found.var(axis=0) / expected).mean() == pytest.approx(1, rel=0.06)


def test_adc_range_max_rounds_and_clips_as_numpy_does():
    bits = 4
    spec = exact_spec(
        weight__slice_bits=[7], input__encoding="bipolar", input__slice_bits=7, adc__bits=bits
    ).override({"adc.range": "max"})
    random = np.random.default_rng(5)
    weights, seen = random.integers(-127, 128, (60, 8)), random.integers(-127, 128, (20, 60))
    unseen = np.sign(weights[:, 0]) * 127 * np.ones((1, 60), dtype=int)
    macro = ohm.Macro(spec).program(weights).calibrate(seen)
    codes = 2 ** (bits - 1) - 1
    step = np.abs(seen @ weights).max() / codes
    for inputs in (seen, unseen):
        expected = np.clip(np.rint(inputs @ weights / step), -codes, codes) * step
        np.testing.assert_allclose(macro.mvm(inputs), expected, rtol=1e-3, atol=0.01 * step)
    assert macro.clipped > 0


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (np.ones((2, 2)), "weights: dtype float64 found; expected integers"),
        (np.full((2, 2), np.nan), "weights: dtype float64"),
        (np.full((2, 2), 128), "weights: 128 found; expected 8-bit signed integers in [-128, 127]"),
        (np.full((2, 2), 2**40), "weights: values beyond 32 bits"),
        (np.ones(3, dtype=int), "weights: shape (3,) found; expected an array with 2 axes"),
        (np.zeros((0, 2), dtype=int), "weights: shape (0, 2) found; expected at least one row"),
        ([[1, 2], [3]], "weights: not an array"),
        ("text", "weights: shape () found"),
        (np.array([["a"]]), "weights: dtype <U1 found"),
    ],
)
def test_weights_that_cannot_be_programmed_are_refused(weights, text):
    with pytest.raises(ohm.ArgumentError) as caught:
        ohm.Macro(exact_spec()).program(weights)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        (np.ones(5, dtype=int), "inputs: shape (1, 5) found; expected (tokens, 4), one value for each row"),
        (np.ones((1, 2, 4), dtype=int), "inputs: shape (1, 2, 4) found; expected an array with 1 or 2 axes"),
        (np.full(4, 128), "inputs: 128 found; expected 8-bit signed integers in [-128, 127]"),
        (np.full(4, 0.5), "inputs: dtype float64 found"),
    ],
)
def test_inputs_that_cannot_be_driven_are_refused(inputs, text):
    macro = ohm.Macro(exact_spec()).program(np.ones((4, 2), dtype=int))
    with pytest.raises(ohm.ArgumentError) as caught:
        macro.mvm(inputs)
    assert str(caught.value).startswith(text)


def test_order_and_arguments_are_checked():
    with pytest.raises(ohm.ArgumentError, match="holds no weights yet; call program"):
        ohm.Macro(exact_spec()).mvm(np.ones(4, dtype=int))
    with pytest.raises(ohm.ArgumentError, match="seed: -1 found; expected a whole number from 0"):
        ohm.Macro(exact_spec(), seed=-1)
    with pytest.raises(ohm.ArgumentError, match="spec: str found; expected a MacroSpec"):
        ohm.Macro("rram_128")
    macro = ohm.Macro(macro_spec(adc__range="mse")).program(np.ones((4, 2), dtype=int))
    with pytest.raises(ohm.ArgumentError, match="calibrate on inputs before the first read"):
        macro.mvm(np.ones(4, dtype=int))
    with pytest.raises(ohm.ArgumentError, match="exceed the 2.32 numbers"):
        ohm.Macro(exact_spec()).program(np.ones((4, 2), dtype=int)).mvm(np.ones((2, 4), dtype=int), 2**32 - 1)


def test_calibrating_on_zeros_is_refused():
    for adc_range in ("max", "percentile", "mse", "learned"):
        macro = ohm.Macro(macro_spec(adc__range=adc_range)).program(np.ones((4, 2), dtype=int))
        with pytest.raises(ohm.ArgumentError, match="calibration inputs: only zeros found"):
            macro.calibrate(np.zeros((3, 4), dtype=int))
    ohm.Macro(exact_spec()).program(np.ones((4, 2), dtype=int)).calibrate(np.zeros((3, 4), dtype=int))


def coarse(bits: int, fidelity: str) -> ohm.MacroSpec:
    """Ideal unsliced cells on driven rows."""
    driven = {"array.topology": "driven", "array.ir_drop": "report", "weight.slice_bits": [8]}
    return macro_spec(device="ideal", adc__bits=bits, fidelity=fidelity).override(driven)


def test_fused_is_refused_where_sums_spread_less_than_its_converters_round():
    random = np.random.default_rng(0)
    weights, inputs = random.integers(-127, 128, (256, 40)), random.integers(-127, 128, (200, 256))
    failing = [c for c in coarse(2, "sliced").linear_conditions() if not c["holds"]]
    assert [c["name"] for c in failing] == ["sums spread over half a step of their converters, so that rounding is noise"]
    with pytest.raises(ohm.ConfigError, match="fidelity.*fused needs that sums spread over half a step.*expected 0.5"):
        ohm.Macro(coarse(2, "fused"))
    macro = ohm.Macro(coarse(3, "fused"), seed=2).program(weights)
    with pytest.raises(ohm.ArgumentError, match=r"fused found sums that spread over 0\.2\d* steps.*at least 0.5"):
        macro.mvm(inputs)
    exact = inputs @ weights
    errors = {f: (ohm.Macro(coarse(4, f), seed=2).program(weights).mvm(inputs) - exact).std() for f in ("fused", "sliced")}
    assert errors["fused"] == pytest.approx(errors["sliced"], rel=0.03)


def test_expected_counts_carry_no_dust_of_their_sum():
    programming = ohm.Macro(macro_spec()).program(np.ones((300, 40), dtype=int)).programming
    for key in ("pulses", "verify_reads", "cycles", "failed_cells"):
        assert programming[key] == round(programming[key], 6)
