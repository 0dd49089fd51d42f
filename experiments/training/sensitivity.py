# SPDX-License-Identifier: Apache-2.0
"""Perplexity of a trained GPT under crossbar imperfections, as rows of a Markdown table."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from crossbar_probe import Conditions, crossbars, measure
from gpt import Gpt, next_token_nll
from outliers import outlier_twin, smoothed

CHIPS = 5

CONDITIONS = {
    **{f"weight noise {s}": Conditions(weight_noise=s) for s in (0.01, 0.02, 0.05, 0.1)},
    **{f"ADC {b} bits, 96 rows": Conditions(adc_bits=b) for b in (8, 7, 6, 5, 4)},
    **{f"ADC {b} bits, 128 rows": Conditions(adc_bits=b, rows=128) for b in (8, 6, 5, 4)},
    **{f"input {b} bits": Conditions(input_bits=b) for b in (8, 6, 4)},
}
TWIN_CONDITIONS = {
    "ideal": Conditions(),
    "input 8 bits": Conditions(input_bits=8),
    "weight noise 0.03": Conditions(weight_noise=0.03),
}


@dataclass(frozen=True)
class Task:
    """Held-out and calibration tokens (sequences, length) and the scores of a network on tokens."""

    held_out: torch.Tensor
    calibration: torch.Tensor
    score: Callable[[Gpt, torch.Tensor], list[float]]


def gpt_sensitivity(model: Gpt, task: Task) -> str:
    """Change of every score in percent, mean and standard deviation over five chips.

    Below the network itself follow its outlier twin (two channels x 100 per LayerNorm) and the
    twin after channel rescaling.
    """
    clean = torch.tensor(task.score(model, task.held_out), dtype=torch.float64)
    twin = outlier_twin(model, factor=100.0)
    healed = smoothed(twin, _channel_maxima(twin, task.calibration))
    rows = (
        _changes(model, task, CONDITIONS, clean)
        | _changes(twin, task, _named("outlier twin", TWIN_CONDITIONS), clean)
        | _changes(healed, task, _named("outlier twin rescaled", TWIN_CONDITIONS), clean)
    )
    return "\n".join(f"| {label} | {' | '.join(cells)} |" for label, cells in rows.items())


def _named(prefix: str, conditions: dict[str, Conditions]) -> dict[str, Conditions]:
    return {f"{prefix}, {label}": value for label, value in conditions.items()}


def _changes(
    model: Gpt, task: Task, conditions: dict[str, Conditions], clean: torch.Tensor
) -> dict[str, list[str]]:
    rows = {}
    run = (
        lambda: next_token_nll(model, task.calibration),
        lambda: task.score(model, task.held_out),
    )
    with crossbars(model) as bars:
        for label, condition in conditions.items():
            chips = CHIPS if condition.weight_noise is not None else 1
            change = 100 * (measure(bars, condition, run, chips) / clean - 1)
            rows[label] = [_cell(score) for score in change.T]
    return rows


def _cell(change: torch.Tensor) -> str:
    spread = f" ± {change.std():.2f}" if len(change) > 1 else ""
    return f"{change.mean():+.2f}{spread}"


def _channel_maxima(model: Gpt, calibration: torch.Tensor) -> list[torch.Tensor]:
    """max |x_j| behind each LayerNorm over the calibration tokens, in network order."""
    with crossbars(model) as bars:
        for bar in bars:
            bar.calibrate(rows=Conditions().rows)
        next_token_nll(model, calibration)
        maxima = {bar.module: bar.channel_max for bar in bars}
    blocks = model.transformer["h"]
    fed = [module for block in blocks for module in (block.attn.c_attn, block.mlp.c_fc)]
    return [maxima[module] for module in [*fed, model.lm_head]]
