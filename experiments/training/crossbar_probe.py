# SPDX-License-Identifier: Apache-2.0
"""A small reference for matrix products in analog crossbars, used to probe the trained models.

Weights are the signed entries of W (inputs, outputs); rows are cut into tiles, each tile's partial
sum passes its own converter, and the converted sums are added digitally with the bias. Converters
are symmetric with 2^(b-1) - 1 levels on either side and saturate at their range.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Conditions:
    """What is imperfect; `None` is ideal.

    weight_noise: standard deviation of additive Gaussian noise over max |W| of the output column.
    adc_bits: converter bits on partial sums, range = largest |partial sum| per tile in calibration.
    input_bits: converter bits on inputs, range = largest |input| per matrix in calibration.
    rows: rows per tile.
    """

    weight_noise: float | None = None
    adc_bits: int | None = None
    input_bits: int | None = None
    rows: int = 96


class Crossbar:
    """One matrix with its bias, standing in for the forward pass of its module."""

    def __init__(self, module: nn.Module):
        self.module = module
        dense = isinstance(module, nn.Linear)
        self.ideal = (module.weight.T if dense else module.weight).detach()
        self.bias = module.bias
        self.conditions = Conditions()
        self.calibrating = False
        self.program(Conditions())

    def program(self, conditions: Conditions, generator: torch.Generator | None = None) -> None:
        """Write the weights, drawing one chip's noise."""
        self.conditions = conditions
        self.weight = self.ideal
        if conditions.weight_noise is not None:
            column_max = self.ideal.abs().amax(dim=0)
            noise = torch.randn(self.ideal.shape, generator=generator)
            self.weight = self.ideal + conditions.weight_noise * column_max * noise

    def calibrate(self, rows: int) -> None:
        """Start collecting ranges with tiles of `rows` rows."""
        self.conditions = Conditions(rows=rows)
        self.calibrating = True
        self.input_range = torch.zeros(())
        self.channel_max = torch.zeros(len(self.ideal))
        self.sum_range = torch.zeros(-(-len(self.ideal) // rows))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        if self.calibrating:
            self.channel_max = torch.maximum(self.channel_max, x.abs().flatten(0, -2).amax(dim=0))
            self.input_range = self.channel_max.max()
        elif self.conditions.input_bits is not None:
            x = convert(x, self.input_range, self.conditions.input_bits)
        rows = self.conditions.rows
        tiles = zip(x.split(rows, dim=-1), self.weight.split(rows), strict=True)
        total = sum(self._tile_sum(t, part @ weight) for t, (part, weight) in enumerate(tiles))
        return total if self.bias is None else total + self.bias

    def _tile_sum(self, tile: int, partial: torch.Tensor) -> torch.Tensor:
        if self.calibrating:
            self.sum_range[tile] = torch.maximum(self.sum_range[tile], partial.abs().max())
            return partial
        if self.conditions.adc_bits is None:
            return partial
        return convert(partial, self.sum_range[tile], self.conditions.adc_bits)


def convert(value: torch.Tensor, full_scale: torch.Tensor, bits: int) -> torch.Tensor:
    """Round to the nearest of 2^bits - 1 symmetric levels and saturate at the full scale."""
    levels = 2 ** (bits - 1) - 1
    step = full_scale / levels
    return (value / step).round().clamp(-levels, levels) * step


@contextmanager
def crossbars(model: nn.Module) -> Iterator[list[Crossbar]]:
    """Run every matrix product of `model` in crossbars inside the `with` block."""
    modules = [m for m in model.modules() if isinstance(m, nn.Linear) or _is_conv1d(m)]
    bars = [Crossbar(module) for module in modules]
    for bar in bars:
        bar.module.forward = bar
    try:
        yield bars
    finally:
        for bar in bars:
            del bar.module.forward


def _is_conv1d(module: nn.Module) -> bool:
    return type(module).__name__ == "Conv1D"


def measure(
    bars: list[Crossbar],
    conditions: Conditions,
    run: tuple[Callable[[], None], Callable[[], list[float]]],
    chips: int = 1,
) -> torch.Tensor:
    """Scores (chips, k) under `conditions`; `run` is (calibration pass, scoring pass).

    Chip c draws its noise from seed c, matrix after matrix in network order, so that two
    conditions are compared on the same chips.
    """
    calibrate, score = run
    for bar in bars:
        bar.program(Conditions(rows=conditions.rows))
        bar.calibrate(conditions.rows)
    calibrate()
    scores = []
    for chip in range(chips):
        generator = torch.Generator().manual_seed(chip)
        for bar in bars:
            bar.calibrating = False
            bar.program(conditions, generator)
        scores.append(score())
    return torch.tensor(scores, dtype=torch.float64)
