# SPDX-License-Identifier: Apache-2.0
"""Outlier twins of a GPT, and the channel rescaling that heals them.

Large language models carry a few activation channels a hundred times larger than the rest
(Dettmers et al., "LLM.int8()", NeurIPS 2022). A twin has them by construction and computes the
same function.
"""

import copy

import torch
from torch import nn

from gpt import Gpt

CHANNELS = 2


def normed_matrices(model: Gpt) -> list[tuple[nn.LayerNorm, torch.Tensor]]:
    """Each LayerNorm with the matrix it feeds, as a view (inputs, outputs)."""
    pairs = []
    for block in model.transformer["h"]:
        pairs.append((block.ln_1, block.attn.c_attn.weight.data))
        pairs.append((block.ln_2, block.mlp.c_fc.weight.data))
    return [*pairs, (model.transformer["ln_f"], model.lm_head.weight.data.T)]


def outlier_twin(model: Gpt, factor: float, seed: int = 0) -> Gpt:
    """Multiply two random channels of every LayerNorm by `factor`, divide their rows by it."""
    twin = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(seed)
    for norm, matrix in normed_matrices(twin):
        scale = torch.ones(len(matrix))
        scale[torch.randperm(len(matrix), generator=generator)[:CHANNELS]] = factor
        _rescale(norm, matrix, scale)
    return twin


def smoothed(model: Gpt, channel_maxima: list[torch.Tensor], alpha: float = 0.5) -> Gpt:
    """Divide channel j of every LayerNorm by max|x_j|^alpha / max|W_j|^(1 - alpha).

    After Xiao et al., "SmoothQuant" (ICML 2023), equation 4; `channel_maxima` holds max |x_j| per
    LayerNorm in the order of `normed_matrices`.
    """
    healed = copy.deepcopy(model)
    for (norm, matrix), maxima in zip(normed_matrices(healed), channel_maxima, strict=True):
        scale = maxima**alpha / matrix.abs().amax(dim=1) ** (1 - alpha)
        _rescale(norm, matrix, 1 / scale)
    return healed


def _rescale(norm: nn.LayerNorm, matrix: torch.Tensor, scale: torch.Tensor) -> None:
    norm.weight.data *= scale
    norm.bias.data *= scale
    matrix /= scale[:, None]
