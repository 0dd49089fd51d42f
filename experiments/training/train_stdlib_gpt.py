# SPDX-License-Identifier: Apache-2.0
"""Train `stdlib_gpt`, a byte-level GPT on modules of the Python standard library.

Takes about four minutes on two cores, of which it uses one; writes the model folder with its card.
Reads Debian 12's /usr/lib/python3.11 and refuses files whose content differs from
`stdlib_manifest.json`.
"""

import math
import sys

import numpy as np
import torch

from artefacts import output_folder, recipe, round_to_half, write_card, write_model, write_tensors
from fit import Schedule, fit, start
from gpt import Gpt, GptShape, batch_nll, next_token_nll
from sensitivity import Task, gpt_sensitivity
from stdlib_text import read_split, windows

NAME = "stdlib_gpt"
TRAINING_SEED, EVALUATION_SEED, CALIBRATION_SEED = 1, 2, 3
CONTEXT = 96
BATCH = 16
SCHEDULE = Schedule(steps=1500, learning_rate=3e-3, weight_decay=0.1)


def perplexity(model: Gpt, tokens: torch.Tensor) -> list[float]:
    """Perplexity per byte of bytes 1..96 of each window."""
    return [next_token_nll(model, tokens).double().mean().exp().item()]


def train(text: np.ndarray) -> Gpt:
    """Fit on windows drawn uniformly from `text`; returns the fp16-rounded network."""
    start(TRAINING_SEED)
    random = np.random.default_rng(TRAINING_SEED)
    model = Gpt(GptShape(vocabulary=256, positions=CONTEXT))

    def batch_loss() -> torch.Tensor:
        return batch_nll(model, torch.from_numpy(windows(text, BATCH, CONTEXT + 1, random))).mean()

    fit(model, batch_loss, SCHEDULE)
    round_to_half(model)
    return model


def main() -> None:
    folder = output_folder(NAME, __doc__)
    try:
        seen, held_out = read_split("train"), read_split("held_out")
    except ValueError as refusal:
        sys.exit(str(refusal))
    model = train(seen)
    evaluation = np.random.default_rng(EVALUATION_SEED)
    tokens = torch.from_numpy(windows(held_out, 192, CONTEXT + 1, evaluation))
    random = np.random.default_rng(CALIBRATION_SEED)
    calibration = torch.from_numpy(windows(seen, 64, CONTEXT, random))
    write_model(folder, model, model.shape.hf_config())
    write_tensors(folder / "eval.safetensors", {"tokens": tokens})
    write_tensors(folder / "calibration.safetensors", {"tokens": calibration})
    inputs = tokens[:2, :CONTEXT].clone()
    write_tensors(folder / "golden.safetensors", {"tokens": inputs, "logits": model(inputs)})
    score = perplexity(model, tokens)[0]
    card = recipe(model, SCHEDULE, BATCH) | {
        "initial": f"{model.shape.initial_deviation:g}",
        "perplexity": f"{score:.4f}",
        "bits": f"{math.log2(score):.3f}",
        "sensitivity": gpt_sensitivity(model, Task(tokens, calibration, perplexity)),
    }
    write_card(folder, NAME, card)


if __name__ == "__main__":
    main()
