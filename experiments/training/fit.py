# SPDX-License-Identifier: Apache-2.0
"""The optimisation loop that all committed models share."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

THREADS = 1


@dataclass(frozen=True)
class Schedule:
    """AdamW with linear warm-up over `warmup` steps and a cosine decay to zero at `steps`."""

    steps: int
    learning_rate: float
    weight_decay: float
    warmup: int = 50
    gradient_norm: float = 1.0

    def rate(self, step: int) -> float:
        """Learning rate of one step."""
        if step < self.warmup:
            return self.learning_rate * (step + 1) / self.warmup
        progress = (step - self.warmup) / max(1, self.steps - self.warmup)
        return 0.5 * self.learning_rate * (1 + math.cos(math.pi * progress))


def start(seed: int) -> None:
    """Fix the random state and compute on one thread, as the last bits depend on the number."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)


def fit(model: nn.Module, batch_loss: Callable[[], torch.Tensor], schedule: Schedule) -> None:
    """Minimise `batch_loss`, which draws one batch and returns its mean loss.

    Weight decay (decoupled, Loshchilov & Hutter, ICLR 2019) acts on tensors of two or more
    dimensions only. Every hundred steps the loss is printed.
    """
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": schedule.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=schedule.learning_rate, betas=(0.9, 0.98))
    for step in range(schedule.steps):
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(step)
        loss = batch_loss()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), schedule.gradient_norm)
        optimiser.step()
        if step % 100 == 99:
            print(f"step {step + 1:5d}  loss {loss.item():.4f}", flush=True)
