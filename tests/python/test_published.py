# SPDX-License-Identifier: Apache-2.0
"""MVM errors of the NeuRRAM chip (Wan et al., Nature 608, 504, 2022) beside simulated ones.

The measurement (Extended Data Fig. 5, Fig. 3f): one 64 x 64 matrix of normally distributed weights, 1000 vectors uniform
in [-1, 1], RMS errors in units of the product; inputs of 4 bits with outputs of 6 bits, inputs of 6 bits in two phases
with outputs of 8 bits. The macro is the shipped one, with weights as analog pairs instead of four bits. The mapping is
that of the software that the authors published with the paper (github.com/weierwan/Neurram_48core, doi
10.5281/zenodo.6558399, notebooks of chip inference): the largest conductance stands for the 95th percentile of the
|weights|, and every column is read through a line fitted to the expected products.

Cells are programmed in three iterations, which lowers their mean spread half an hour later from 2.8 to 2 uS (Methods).
Assumptions: this measurement used three iterations as the paper's networks did; |weights| beyond the percentile are
clipped, and the expected product is that of the clipped matrix; wires, drivers and coupling are ideal.
"""

import math

import numpy as np
import ohmformer as ohm
import pytest
from scipy.stats import norm

FOUR_BITS, SIX_BITS_IN_TWO_PHASES = 0.582, 0.519  # Methods and Fig. 3h
ROWS, VECTORS = 64, 1000
ONCE, THREE_TIMES = {"age": "30 min"}, {"age": "30 min", "sigma_scale": 2.0 / 2.8}  # programmed


def neurram(**values) -> ohm.MacroSpec:
    """The chip's core, its weights analog pairs of cells as demonstrated; `__` stands for the dot."""
    cells = {f"device.{key}": value for key, value in THREE_TIMES.items()}
    changed = {"weight.bits": 8, "weight.slice_bits": [7], "array.ir_drop": "report"} | cells
    return ohm.MacroSpec.load("neurram").override(changed | {key.replace("__", "."): value for key, value in values.items()})


def through_lines(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """What is found, column by column, after the offset and the slope of the line that fits it best."""
    lines = [np.polyfit(x, y, 1) for x, y in zip(expected.T, found.T, strict=True)]
    slope, offset = np.array(lines).T
    return (found - offset) / slope


def rms_error(spec: ohm.MacroSpec, percentile: float = 95, chips: int = 8) -> float:
    """Over chips, vectors and columns; the matrix and the vectors depend on the chip alone."""
    top = 2 ** (spec.to_dict()["input"]["bits"] - 1) - 1
    squares = []
    for chip in range(chips):
        random = np.random.default_rng(chip)
        w, x = random.normal(size=(ROWS, ROWS)), random.uniform(-1, 1, (VECTORS, ROWS))
        largest = np.percentile(np.abs(w), percentile)
        w, step = w.clip(-largest, largest), largest / 127
        codes = np.rint(x * top).astype(int)
        macro = ohm.Macro(spec, seed=1, chip=chip).program(np.rint(w / step).astype(int)).calibrate(codes)
        squares.append((through_lines(macro.mvm(codes), x @ w) - x @ w) ** 2)
    return math.sqrt(np.mean(squares))


@pytest.mark.parametrize(("programmed", "published"), [(ONCE, 2.8e-6), (THREE_TIMES, 2.0e-6)])
def test_the_cells_spread_as_the_paper_says(programmed, published):
    cell = ohm.Device.load("wan_2022").override(programmed)
    assert cell.sigma(np.linspace(1e-6, 40e-6, 400)).mean() == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize(
    ("input_bits", "output_bits", "published"), [(4, 6, FOUR_BITS), (6, 8, SIX_BITS_IN_TWO_PHASES)]
)
def test_a_gaussian_matrix_errs_as_on_the_neurram_chip(input_bits, output_bits, published):
    # found: 0.62 and 0.51; two chips differ by about 1 %
    found = rms_error(neurram(input__bits=input_bits, adc__bits=output_bits))
    assert found == pytest.approx(published, rel=0.15)


def test_cells_inputs_and_converters_all_take_part_in_the_error():
    ideal = rms_error(neurram(device="ideal"), chips=2)
    assert 0.5 * FOUR_BITS < ideal < 0.7 * FOUR_BITS


def test_the_mapping_decides_more_than_reprogramming_the_cells():
    # the largest |weight| instead of the 95th percentile as the largest conductance: 1.6 times the error
    mapped = rms_error(neurram(), chips=4)
    once = neurram(**{f"device.{key}": value for key, value in ({"sigma_scale": 1} | ONCE).items()})
    assert rms_error(neurram(), percentile=100, chips=4) > 1.5 * mapped
    assert 1.1 * mapped < rms_error(once, chips=4) < 1.4 * mapped


def clipped_moments(g: np.ndarray, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of max(0, G + sigma ξ)."""
    z = g / sigma
    mean = g * norm.cdf(z) + sigma * norm.pdf(z)
    return mean, (g**2 + sigma**2) * norm.cdf(z) + g * sigma * norm.pdf(z) - mean**2


def implied_error(cell: ohm.Device, levels: np.ndarray) -> float:
    """RMS error of a product / RMS of the product, from σ(G) of the cells alone.

    A weight of level k is the pair (g_min + k step, g_min), each off by its own σ(G) and never below
    zero; inputs are independent of zero mean, so that squared errors of weights add up.
    """
    limits = cell.to_dict()
    low, step = limits["g_min"], (limits["g_max"] - limits["g_min"]) / 127
    tuned, rest = low + np.abs(levels) * step, np.full(levels.shape, low)
    (mean_t, variance_t), (mean_r, variance_r) = (clipped_moments(g, cell.sigma(g)) for g in (tuned, rest))
    bias = (mean_t - tuned) - (mean_r - rest)
    return math.sqrt((bias**2 + variance_t + variance_r).sum() / ((levels * step) ** 2).sum())


@pytest.mark.parametrize(
    ("device", "age"), [("wan_2022", "1 s"), ("wan_2022", "1 day"), ("wan_2022", "2 days"), ("wan_2022_crosssim", "1 s")]
)
def test_the_error_of_a_gaussian_matrix_is_what_the_published_spread_implies(device, age):
    values = {"device": device, "device.age": age, "device.read_noise": 0}
    spec = neurram(**values, device__sigma_scale=1, adc__kind="ideal", array__sensing="current")
    random = np.random.default_rng(0)
    w, x = random.normal(size=(256, 256)), random.integers(-7, 8, (400, 256))
    levels = np.rint(w / np.abs(w).max() * 127).astype(int)
    errors = [ohm.Macro(spec, seed=2, chip=chip).program(levels).mvm(x) - x @ levels for chip in range(4)]
    found = np.sqrt(np.mean(np.square(errors))) / np.sqrt(np.mean(np.square(x @ levels)))
    # 4 · 65536 weights, whose squared errors vary about as much as their mean: 0.1 %; 400 vectors: below 1 %
    assert found == pytest.approx(implied_error(ohm.Device.load(device).override({"age": age}), levels), rel=0.01)
