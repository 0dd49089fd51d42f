# SPDX-License-Identifier: Apache-2.0
"""ohm.Adc against NumPy oracles that share no code with it."""

import numpy as np
import ohmformer as ohm
import pytest

KINDS = ["uniform", "sar", "ramp", "flash", "pipeline", "cyclic", "integrating"]


def values(count: int, reach: float) -> np.ndarray:
    return np.random.default_rng(1).uniform(-reach, reach, count).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_ideal_parts_are_the_ideal_quantiser(kind):
    x = values(100_000, 140.0)
    codes = ohm.Adc(kind=kind, bits=8).convert(x)
    assert codes.dtype == np.int64
    assert np.array_equal(codes, np.clip(np.rint(x), -127, 127))


@pytest.mark.parametrize("levels", ["sign_magnitude", "mid_rise"])
def test_doubles_beside_a_boundary_fall_on_their_own_side(levels):
    adc = ohm.Adc(kind="sar", bits=14, levels=levels)
    x = adc.thresholds[:, None] + np.array([-1e-9, 1e-9])
    np.testing.assert_array_equal(adc.convert(x), adc.thresholds[:, None] + [-0.5, 0.5])


@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_the_number_of_thresholds_below(kind):
    extra = {"dnl": 0.3} if kind == "uniform" else {"comparator_offset": 0.4}
    adc = ohm.Adc(kind=kind, bits=6, signed=False, seed=3, converter=5, **extra)
    x = values(20_000, 70.0)
    codes = adc.convert(x)
    if np.array_equal(np.unique(codes), np.arange(64)) and kind not in ("pipeline", "cyclic"):
        assert np.array_equal(codes, np.searchsorted(adc.thresholds, x.astype(np.float64), side="right"))
    assert codes.min() == 0 and codes.max() == 63


def test_every_converter_has_its_own_mismatch_and_keeps_it():
    def thresholds(converter: int, seed: int = 0) -> np.ndarray:
        return ohm.Adc(kind="sar", capacitor_mismatch=0.02, seed=seed, converter=converter).thresholds

    assert np.array_equal(thresholds(1), thresholds(1))
    assert not np.array_equal(thresholds(0), thresholds(1))
    assert not np.array_equal(thresholds(0), thresholds(0, seed=1))


def test_linearity_is_that_of_the_thresholds():
    adc = ohm.Adc(kind="sar", bits=8, capacitor_mismatch=0.02, gain_error=0.05, offset=3.0, seed=2)
    t = adc.thresholds
    lsb = (t[-1] - t[0]) / (len(t) - 1)
    assert np.allclose(adc.inl, (t - t[0]) / lsb - np.arange(len(t)), atol=1e-9)
    assert np.allclose(adc.dnl, np.diff(t) / lsb - 1, atol=1e-9)
    assert adc.missing_codes == int((np.diff(t) / lsb < 0.1).sum())


def test_effective_bits_follow_from_noise():
    for noise in (0.0, 0.5, 1.0):
        adc = ohm.Adc(kind="uniform", bits=8, levels="mid_tread", noise=noise)
        snr = 10 * np.log10(128**2 / 2 / (1 / 12 + noise**2))
        assert adc.enob() == pytest.approx((snr - 1.76) / 6.02, abs=0.06)


@pytest.mark.parametrize("bits", [4, 8, 12])
def test_effective_bits_of_stochastic_rounding_are_those_of_a_converted_sine(bits):
    adc = ohm.Adc(bits=bits, levels="mid_tread", rounding="stochastic")
    count, cycles, (low, high) = 2**15, 1021, adc.codes
    sine = 0.5 * (low + high) + 0.5 * (high - low + 1) * np.sin(2 * np.pi * cycles * np.arange(count) / count + 0.1)
    power = np.abs(np.fft.rfft(adc.convert(sine)) / count) ** 2
    sndr = 10 * np.log10(power[cycles] / (power[1:].sum() - power[cycles]))
    assert adc.enob() == pytest.approx((sndr - 1.7609) / 6.0206, abs=0.03)
    assert adc.enob() < ohm.Adc(bits=bits, levels="mid_tread").enob() - 0.35


def test_one_bit_has_two_codes():
    assert ohm.Adc(bits=1, levels="mid_rise").convert([-3.0, -0.1, 0.1, 3.0]).tolist() == [-0.5, -0.5, 0.5, 0.5]
    assert ohm.Adc(bits=1, levels="mid_tread").codes == (-1.0, 0.0)
    assert ohm.Adc(bits=1, signed=False).codes == (0.0, 1.0)
    with pytest.raises(ohm.ArgumentError, match="bits: 1 with levels: sign_magnitude.*levels: mid_rise"):
        ohm.Adc(bits=1)


def test_an_ideal_converter_keeps_double_precision():
    x = np.array([1.3, 16777217.0, -0.1, 1e300])
    np.testing.assert_array_equal(ohm.Adc(kind="ideal").convert(x), x)


@pytest.mark.parametrize(
    "fields",
    [{"bits": 16, "offset": 0.7, "gain_error": 0.01}, {"bits": 14, "inl": 1.0, "dnl": 0.2, "offset": 0.7}, {"bits": 16, "offset": 0.7}],
)
def test_codes_change_within_single_precision_of_the_thresholds(fields):
    adc = ohm.Adc(levels="mid_tread", seed=4, **fields)
    t = adc.thresholds[np.diff(adc.thresholds, prepend=-np.inf, append=np.inf)[:-1] > 0.1][::37]
    low, high = t - 0.05, t + 0.05
    below = adc.convert(low)
    for _ in range(40):
        middle = 0.5 * (low + high)
        up = adc.convert(middle) > below
        low, high = np.where(up, low, middle), np.where(up, middle, high)
    assert np.all(np.abs(high - t) <= 2.0**-21 * np.abs(t) + 1e-6)


def test_noise_is_fresh_and_keyed_by_the_number_of_the_conversion():
    adc = ohm.Adc(bits=10, noise=2.0)
    first, second = adc.convert(np.zeros(5000)), adc.convert(np.zeros(5000))
    assert not np.array_equal(first, second)
    assert np.array_equal(adc.convert(np.zeros(5000), first=0), first)
    assert np.array_equal(np.concatenate([adc.convert(np.zeros(7), first=0), adc.convert(np.zeros(4993), first=7)]), first)
    assert np.std(first) == pytest.approx(np.sqrt(4 + 1 / 12), rel=0.05)


def test_stochastic_rounding_is_unbiased():
    adc = ohm.Adc(bits=8, rounding="stochastic")
    codes = adc.convert(np.full(100_000, 3.3))
    assert set(np.unique(codes)) == {3, 4}
    assert codes.mean() == pytest.approx(3.3, abs=5 * np.sqrt(0.21 / 1e5))


def test_reach_falls_on_the_last_code_and_what_is_beyond_clips():
    adc = ohm.Adc(kind="sar", bits=5, reach=0.3)
    assert adc.convert([0.3, -0.3, 1.0]).tolist() == [15, -15, 15]
    assert adc.clipped == 1
    assert adc.step == pytest.approx(0.02)
    assert adc.thresholds[-1] == pytest.approx(0.29)


def test_shapes_are_kept():
    adc = ohm.Adc()
    assert adc.convert(np.zeros((2, 3, 4))).shape == (2, 3, 4)
    assert adc.convert([]).shape == (0,)
    assert adc.convert(2.7).shape == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "sigma_delta"},
        {"bits": 0},
        {"bits": 21},
        {"bits": "auto", "range": "lossless"},
        {"kind": "sar", "bits": 15},
        {"kind": "flash", "capacitor_mismatch": 0.1},
        {"nose": 0.1},
        {"reach": 0.0},
        {"reach": float("nan")},
        {"reach": 5e-324},
        {"reach": 10**400},
        {"signed": "no"},
        {"seed": -1},
        {"converter": 1.5},
    ],
)
def test_what_no_converter_is_gets_refused(fields):
    with pytest.raises((ohm.ConfigError, ohm.ArgumentError)):
        ohm.Adc(**fields)


@pytest.mark.parametrize("bad", [[float("nan")], [float("inf")], ["x"], [[1], [1, 2]], None])
def test_values_that_are_no_numbers_get_refused(bad):
    with pytest.raises(ohm.ArgumentError):
        ohm.Adc().convert(bad)


def test_an_ideal_converter_has_codes_without_end_and_no_thresholds():
    adc = ohm.Adc(kind="ideal")
    assert adc.convert([0.25]).tolist() == [0.25]
    with pytest.raises(ohm.ArgumentError):
        _ = adc.thresholds
