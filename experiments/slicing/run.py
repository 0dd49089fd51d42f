# SPDX-License-Identifier: Apache-2.0
"""Does slicing a weight over several pairs of cells cure programming error? Writes table.csv and slicing.png.

python experiments/slicing/run.py [--out FOLDER]
"""

import argparse
import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import ohmformer as ohm
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter
from ohmformer.plots import STYLE
from ohmformer.report import palette

MAPPINGS = {  # bits per cell, most significant first, of the seven bits besides the sign
    "4 pairs of 2 bits": [2, 2, 2, 2],
    "1 analog pair": [7],
    "4 pairs of 1, 2, 2, 2 bits": [1, 2, 2, 2],
    "7 pairs of 1 bit": [1] * 7,
}
SIGMAS = [0.005, 0.01, 0.02, 0.05, 0.1]
ROWS, COLUMNS, VECTORS = 128, 64, 128
COLUMN_NAMES = ["cell", "sigma", "mapping", "chips", "simulated", "deviation", "predicted", "snr_db"]


@dataclass(frozen=True)
class Cell:
    """A kind of memory cell, and what is set of it."""

    name: str
    values: dict = field(default_factory=dict)

    def device(self) -> ohm.Device:
        """It alone."""
        return ohm.Device.load(self.name).override(self.values)

    def macro(self, slice_bits: Sequence[int]) -> ohm.MacroSpec:
        """A macro of it in which nothing else errs: ideal converters and wires, inputs in one bipolar step."""
        own = {f"device.{key}": value for key, value in self.values.items()}
        ideal = {"adc.kind": "ideal", "array.ir_drop": "report", "array.n_bitlines": 1024}
        return ohm.MacroSpec.load("rram_128_unsliced").override(
            {"device": self.name, **own, "weight.slice_bits": list(slice_bits), **ideal}
        )


MEASURED = Cell("wan_2022", {"age": "1 day", "read_noise": 0})


def uniform_error(sigma: float) -> Cell:
    """A cell whose levels all err by sigma of its range, reset ones too."""
    return Cell("gaussian", {"sigma": sigma, "noisy_off_state": True})


@dataclass(frozen=True)
class Point:
    """Error of a product / RMS of the products: mean and deviation over simulated chips, and predicted."""

    cell: str
    sigma: float | None  # of every level / range of the cell; None where the levels differ
    mapping: str
    chips: int
    simulated: float
    deviation: float
    predicted: float

    @property
    def snr_db(self) -> float:
        """Signal to noise of the products."""
        return -20 * math.log10(self.simulated)


def matrix(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian weights of 32 steps RMS, within ± 127, and inputs that are uniform in ± 127."""
    random = np.random.default_rng(seed)
    weights = np.clip(np.rint(random.normal(scale=32, size=(ROWS, COLUMNS))), -127, 127).astype(int)
    return weights, random.integers(-127, 128, (VECTORS, ROWS))


def simulated_errors(spec: ohm.MacroSpec, weights: np.ndarray, inputs: np.ndarray, chips: int) -> np.ndarray:
    """RMS error of the products / their RMS, one entry per programmed chip."""
    exact = inputs @ weights
    products = (ohm.Macro(spec, seed=1, chip=chip).program(weights).mvm(inputs) for chip in range(chips))
    return np.array([np.sqrt(np.mean((y - exact) ** 2) / np.mean(exact**2.0)) for y in products])


def clipped_moments(g: np.ndarray, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of max(0, G + sigma ξ): a conductance is never negative."""
    z = g / sigma
    below = np.vectorize(math.erfc)(z / math.sqrt(2)) / 2
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    mean = g * (1 - below) + sigma * density
    return mean, (g**2 + sigma**2) * (1 - below) + g * sigma * density - mean**2


def predicted_error(cell: Cell, slice_bits: Sequence[int], weights: np.ndarray, inputs: np.ndarray) -> float:
    """The same over all possible chips, in closed form.

    The slice of weight 2^s on cells of levels 0 … T holds a digit as the difference of a tuned cell
    and a reset one, and errs by 2^s T / ΔG times the error of each; cells err independently. Where
    σ does not depend on the level, a weight errs by √2 (σ/ΔG) √Σ (2^s T)².
    """
    device = cell.device()
    low, high = (device.to_dict()[key] for key in ("g_min", "g_max"))
    bias, variance, shift = np.zeros(weights.shape), np.zeros(weights.shape), 0
    for bits in reversed(slice_bits):
        top = 2**bits - 1
        step = (high - low) / top
        tuned, reset = low + (np.abs(weights) >> shift & top) * step, np.full(weights.shape, low)
        (mean_t, var_t), (mean_r, var_r) = (clipped_moments(g, device.sigma(g)) for g in (tuned, reset))
        bias += 2**shift / step * ((mean_t - tuned) - (mean_r - reset))
        variance += (2**shift / step) ** 2 * (var_t + var_r)
        shift += bits
    squares = np.mean(inputs**2 @ variance) + np.mean((inputs @ (np.sign(weights) * bias)) ** 2)
    return math.sqrt(squares / np.mean((inputs @ weights) ** 2.0))


def points(cells: Sequence[Cell], chips: int) -> list[Point]:
    """Every cell with every mapping."""
    weights, inputs = matrix()
    found = []
    for cell in cells:
        for mapping, slice_bits in MAPPINGS.items():
            errors = simulated_errors(cell.macro(slice_bits), weights, inputs, chips)
            predicted = predicted_error(cell, slice_bits, weights, inputs)
            sigma = cell.values.get("sigma")
            found.append(Point(cell.name, sigma, mapping, chips, errors.mean(), errors.std(ddof=1), predicted))
    return found


def write_table(found: list[Point], path: Path) -> None:
    """One row per point."""
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMN_NAMES)
        for point in found:
            values = (getattr(point, name) for name in COLUMN_NAMES)
            table.writerow(f"{v:.5g}" if isinstance(v, float) else v for v in values)


def draw_sweep(axes: Axes, found: list[Point]) -> None:
    """Error over sigma: closed form as lines, simulated chips as points."""
    for number, mapping in enumerate(MAPPINGS):
        line = [point for point in found if point.mapping == mapping and point.sigma]
        x, colour = [100 * point.sigma for point in line], palette.colour(number)
        axes.plot(x, [100 * point.predicted for point in line], color=colour, lw=1.6)
        axes.errorbar(
            x,
            [100 * point.simulated for point in line],
            yerr=[100 * point.deviation for point in line],
            fmt="osD^"[number],
            ms=6,
            capsize=4,
            color=colour,
            label=mapping,
        )
    axes.set(xscale="log", yscale="log", title="Cells whose levels all err alike")
    axes.set_xlabel("programming error of a cell, % of its range")
    axes.set_ylabel("RMS error of a product, % of the RMS product")
    for axis, ticks in ((axes.xaxis, [100 * s for s in SIGMAS]), (axes.yaxis, [1, 2, 5, 10, 20, 50, 100])):
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_locator(FixedLocator([]))
    legend = f"lines: closed form; points: mean and\nstandard deviation of {found[0].chips} simulated chips"
    axes.legend(title=legend, loc="upper left", alignment="left", title_fontsize=9.5)


def draw_measured(axes: Axes, found: list[Point]) -> None:
    """Error per mapping on measured cells: bars of simulated chips, the closed form as dashes."""
    bars = [point for point in found if point.cell == MEASURED.name]
    x = range(len(bars))
    axes.bar(
        x,
        [100 * point.simulated for point in bars],
        yerr=[100 * point.deviation for point in bars],
        color=[palette.colour(n) for n in x],
        width=0.62,
        error_kw={"capsize": 5, "ecolor": "#404650", "lw": 1.4},
    )
    axes.hlines(
        [100 * point.predicted for point in bars],
        [n - 0.42 for n in x],
        [n + 0.42 for n in x],
        color="black",
        ls="--",
        lw=1.4,
        label="closed form",
    )
    for n, point in enumerate(bars):
        axes.annotate(
            f"SNR {point.snr_db:.1f} dB",
            (n, 100 * (max(point.simulated, point.predicted) + point.deviation)),
            (0, 5),
            textcoords="offset points",
            ha="center",
        )
    axes.set_xticks(x, [point.mapping.replace(" of ", "\nof ").replace("analog ", "analog\n") for point in bars])
    axes.set_ylim(0, 115 * max(point.simulated for point in bars))
    axes.grid(visible=False, axis="x")
    axes.set(title="Measured cells (Wan et al. 2022, one day old)")
    axes.set_ylabel("RMS error of a product, % of the RMS product")
    axes.legend()


def write_plot(found: list[Point], path: Path) -> None:
    """Both panels side by side; the same points give the same bytes."""
    with rc_context(STYLE):
        figure = Figure(figsize=(11.5, 4.6))
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2)
        draw_sweep(left, found)
        draw_measured(right, found)
        figure.savefig(path, metadata={"Software": None})


def main() -> None:
    """Runs all cells and mappings."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=Path("results/slicing"))
    arguments.add_argument("--chips", type=int, default=20)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    found = points([*map(uniform_error, SIGMAS), MEASURED], given.chips)
    write_table(found, given.out / "table.csv")
    write_plot(found, given.out / "slicing.png")
    for point in found:
        sigma = "measured" if point.sigma is None else f"{100 * point.sigma:g} %"
        print(
            f"{sigma:>9}  {point.mapping:<27} {100 * point.simulated:6.2f} ± {100 * point.deviation:.2f} %"
            f"  closed form {100 * point.predicted:6.2f} %  {point.snr_db:5.1f} dB"
        )


if __name__ == "__main__":
    main()
