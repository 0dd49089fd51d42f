# SPDX-License-Identifier: Apache-2.0
"""Train `known_entropy_gpt`, a GPT on a Markov language whose entropy is known exactly.

Takes about two minutes on two cores, of which it uses one; writes the model folder with its card.
"""

import math

import numpy as np
import torch

from artefacts import output_folder, recipe, round_to_half, write_card, write_model, write_tensors
from fit import Schedule, fit, start
from gpt import Gpt, GptShape, batch_nll, next_token_nll
from markov import HALF, SYMBOLS, MarkovChain
from sensitivity import Task, gpt_sensitivity

NAME = "known_entropy_gpt"
CHAIN_SEED, TRAINING_SEED, CALIBRATION_SEED = 9, 1, 1000
FIRST_EVALUATION_SEED = 2
REALISED_FLOOR_TOLERANCE = 0.003
BATCH = 32
SCHEDULE = Schedule(steps=700, learning_rate=4e-3, weight_decay=0.35)


def perplexities(model: Gpt, tokens: torch.Tensor) -> list[float]:
    """Perplexity of the first half (tokens 1..31) and of the copy half (tokens 32..63)."""
    nll = next_token_nll(model, tokens).double()
    return [nll[:, : HALF - 1].mean().exp().item(), nll[:, HALF - 1 :].mean().exp().item()]


def evaluation_sequences(chain: MarkovChain) -> tuple[int, np.ndarray]:
    """Seed and sequences (256, 64) of the first seed whose realised floor is within 0.3 %."""
    seed = FIRST_EVALUATION_SEED
    while True:
        tokens = chain.sample(np.random.default_rng(seed), 256)
        excess = math.expm1(chain.true_nll(tokens).mean() - chain.entropy())
        if abs(excess) < REALISED_FLOOR_TOLERANCE:
            return seed, tokens
        seed += 1


def train(chain: MarkovChain) -> Gpt:
    """Fit on fresh sequences, never the same twice; returns the fp16-rounded network."""
    start(TRAINING_SEED)
    random = np.random.default_rng(TRAINING_SEED)
    model = Gpt(GptShape(vocabulary=SYMBOLS, positions=2 * HALF))
    fit(
        model,
        lambda: batch_nll(model, torch.from_numpy(chain.sample(random, BATCH))).mean(),
        SCHEDULE,
    )
    round_to_half(model)
    return model


def main() -> None:
    folder = output_folder(NAME, __doc__)
    chain = MarkovChain.draw(CHAIN_SEED)
    model = train(chain)
    evaluation_seed, sequences = evaluation_sequences(chain)
    tokens = torch.from_numpy(sequences)
    calibration = torch.from_numpy(chain.sample(np.random.default_rng(CALIBRATION_SEED), 64))
    write_model(folder, model, model.shape.hf_config())
    write_tensors(folder / "eval.safetensors", {"tokens": tokens})
    write_tensors(folder / "calibration.safetensors", {"tokens": calibration})
    golden = {"tokens": tokens[:2].clone(), "logits": model(tokens[:2])}
    write_tensors(folder / "golden.safetensors", golden)
    parts = {
        "successors": torch.from_numpy(chain.successors),
        "probabilities": torch.from_numpy(chain.probabilities),
        "stationary": torch.from_numpy(chain.stationary),
    }
    write_tensors(folder / "chain.safetensors", parts)
    first, copied = perplexities(model, tokens)
    floor = math.exp(chain.entropy())
    card = recipe(model, SCHEDULE, BATCH) | {
        "initial": f"{model.shape.initial_deviation:g}",
        "evaluation_seed": str(evaluation_seed),
        "floor": f"{floor:.4f}",
        "realised_floor": f"{math.exp(chain.true_nll(sequences).mean()):.4f}",
        "first": f"{first:.4f}",
        "above_floor": f"{100 * (first / floor - 1):.1f}",
        "copy": f"{copied:.4f}",
        "sensitivity": gpt_sensitivity(model, Task(tokens, calibration, perplexities)),
    }
    write_card(folder, NAME, card)


if __name__ == "__main__":
    main()
