# SPDX-License-Identifier: Apache-2.0
"""Decoder-only transformer (GPT-2) whose tensors carry the Hugging Face names.

Pre-norm blocks, learned positions and tanh-approximated GELU after Radford et al., "Language Models
are Unsupervised Multitask Learners" (2019). Departures from GPT-2: no dropout, an output layer of
its own, and first weights of standard deviation 0.08 instead of 0.02, as suits the small width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class GptShape:
    """Counts that size the network, and the standard deviation of its first weights."""

    vocabulary: int
    positions: int
    width: int = 96
    heads: int = 4
    layers: int = 3
    initial_deviation: float = 0.08

    def hf_config(self) -> dict:
        """The `config.json` under which Hugging Face transformers builds the same network."""
        return {
            "model_type": "gpt2",
            "architectures": ["GPT2LMHeadModel"],
            "vocab_size": self.vocabulary,
            "n_positions": self.positions,
            "n_embd": self.width,
            "n_layer": self.layers,
            "n_head": self.heads,
            "n_inner": None,
            "activation_function": "gelu_new",
            "layer_norm_epsilon": 1e-5,
            "scale_attn_weights": True,
            "scale_attn_by_inverse_layer_idx": False,
            "reorder_and_upcast_attn": False,
            "tie_word_embeddings": False,
            "attn_pdrop": 0.0,
            "embd_pdrop": 0.0,
            "resid_pdrop": 0.0,
            "bos_token_id": None,
            "eos_token_id": None,
            "torch_dtype": "float16",
        }


class Conv1D(nn.Module):
    """Affine map y = x W + b with W stored (inputs, outputs), the GPT-2 layout."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.weight + self.bias


class Attention(nn.Module):
    """Causal multi-head self-attention; c_attn holds query, key and value side by side."""

    def __init__(self, shape: GptShape):
        super().__init__()
        self.heads = shape.heads
        self.c_attn = Conv1D(shape.width, 3 * shape.width)
        self.c_proj = Conv1D(shape.width, shape.width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        query, key, value = (
            part.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in self.c_attn(x).split(width, dim=2)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.c_proj(mixed.transpose(1, 2).reshape(batch, length, width))


class FeedForward(nn.Module):
    """Two affine maps around a tanh-approximated GELU, inner width four times the outer."""

    def __init__(self, shape: GptShape):
        super().__init__()
        self.c_fc = Conv1D(shape.width, 4 * shape.width)
        self.c_proj = Conv1D(4 * shape.width, shape.width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    """Residual attention followed by residual feed-forward, each behind a LayerNorm."""

    def __init__(self, shape: GptShape):
        super().__init__()
        self.ln_1 = nn.LayerNorm(shape.width)
        self.attn = Attention(shape)
        self.ln_2 = nn.LayerNorm(shape.width)
        self.mlp = FeedForward(shape)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    """Token ids (batch, length) to next-token logits (batch, length, vocabulary)."""

    def __init__(self, shape: GptShape):
        super().__init__()
        self.shape = shape
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(shape.vocabulary, shape.width),
                "wpe": nn.Embedding(shape.positions, shape.width),
                "h": nn.ModuleList(Block(shape) for _ in range(shape.layers)),
                "ln_f": nn.LayerNorm(shape.width),
            }
        )
        self.lm_head = nn.Linear(shape.width, shape.vocabulary, bias=False)
        self._initialise()

    def _initialise(self) -> None:
        """Normal weights, residual outputs divided by sqrt(2 layers) as in GPT-2."""
        std = self.shape.initial_deviation
        residual_std = std / math.sqrt(2 * self.shape.layers)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                residual = name.endswith("c_proj.weight")
                nn.init.normal_(parameter, std=residual_std if residual else std)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        parts = self.transformer
        x = parts["wte"](tokens) + parts["wpe"].weight[: tokens.shape[1]]
        for block in parts["h"]:
            x = block(x)
        return self.lm_head(parts["ln_f"](x))


def next_token_nll(model: nn.Module, tokens: torch.Tensor, batch: int = 64) -> torch.Tensor:
    """Negative log-likelihood in nats of tokens 1..T-1 given those before, (sequences, T - 1)."""
    return torch.cat([batch_nll(model, part) for part in tokens.split(batch)])


def batch_nll(model: nn.Module, tokens: torch.Tensor) -> torch.Tensor:
    """As `next_token_nll` in one forward pass, differentiable."""
    logits = model(tokens[:, :-1])
    return F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
