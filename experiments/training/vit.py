# SPDX-License-Identifier: Apache-2.0
"""Vision transformer for classification whose tensors carry the Hugging Face names.

After Dosovitskiy et al., "An Image is Worth 16x16 Words" (ICLR 2021): patches, class token, learned
positions, pre-norm encoder, exact (erf) GELU. Departures: no dropout, and first weights of standard
deviation 0.1 instead of 0.02, as suits the small width.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class VitShape:
    """Counts that size the network, image and patch sides in pixels, and two scales."""

    image: int = 8
    patch: int = 2
    channels: int = 1
    width: int = 64
    inner: int = 128
    heads: int = 4
    layers: int = 4
    classes: int = 10
    norm_epsilon: float = 1e-12
    initial_deviation: float = 0.1

    def hf_config(self) -> dict:
        """The `config.json` under which Hugging Face transformers builds the same network."""
        names = {str(k): str(k) for k in range(self.classes)}
        return {
            "model_type": "vit",
            "architectures": ["ViTForImageClassification"],
            "image_size": self.image,
            "patch_size": self.patch,
            "num_channels": self.channels,
            "hidden_size": self.width,
            "intermediate_size": self.inner,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "hidden_act": "gelu",
            "layer_norm_eps": self.norm_epsilon,
            "qkv_bias": True,
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
            "id2label": names,
            "label2id": {name: int(k) for k, name in names.items()},
            "torch_dtype": "float16",
        }


def _norm(shape: VitShape) -> nn.LayerNorm:
    return nn.LayerNorm(shape.width, eps=shape.norm_epsilon)


class Dense(nn.Module):
    """An affine map under the name `dense`."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.dense = nn.Linear(inputs, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dense(x)


class SelfAttention(nn.Module):
    """Multi-head self-attention without the output projection."""

    def __init__(self, shape: VitShape):
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        query, key, value = (
            part(x).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(query, key, value)
        return mixed.transpose(1, 2).reshape(batch, length, width)


class Layer(nn.Module):
    """Encoder layer: residual attention and residual feed-forward, each behind a LayerNorm."""

    def __init__(self, shape: VitShape):
        super().__init__()
        self.attention = nn.ModuleDict(
            {"attention": SelfAttention(shape), "output": Dense(shape.width, shape.width)}
        )
        self.intermediate = Dense(shape.width, shape.inner)
        self.output = Dense(shape.inner, shape.width)
        self.layernorm_before = _norm(shape)
        self.layernorm_after = _norm(shape)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        attended = self.attention["attention"](self.layernorm_before(x))
        x = x + self.attention["output"](attended)
        return x + self.output(F.gelu(self.intermediate(self.layernorm_after(x))))


class Embeddings(nn.Module):
    """Images (batch, channels, side, side) to class token and patch tokens with positions."""

    def __init__(self, shape: VitShape):
        super().__init__()
        patches = (shape.image // shape.patch) ** 2
        std = shape.initial_deviation
        self.cls_token = nn.Parameter(std * torch.randn(1, 1, shape.width))
        self.position_embeddings = nn.Parameter(std * torch.randn(1, patches + 1, shape.width))
        projection = nn.Conv2d(shape.channels, shape.width, shape.patch, stride=shape.patch)
        self.patch_embeddings = nn.ModuleDict({"projection": projection})

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        patches = self.patch_embeddings["projection"](pixels).flatten(2).transpose(1, 2)
        first = self.cls_token.expand(len(pixels), -1, -1)
        return torch.cat([first, patches], dim=1) + self.position_embeddings


class Vit(nn.Module):
    """Images (batch, channels, side, side) to class logits (batch, classes)."""

    def __init__(self, shape: VitShape):
        super().__init__()
        self.vit = nn.ModuleDict(
            {
                "embeddings": Embeddings(shape),
                "encoder": nn.ModuleDict(
                    {"layer": nn.ModuleList(Layer(shape) for _ in range(shape.layers))}
                ),
                "layernorm": _norm(shape),
            }
        )
        self.shape = shape
        self.classifier = nn.Linear(shape.width, shape.classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=shape.initial_deviation)
                nn.init.zeros_(module.bias)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        x = self.vit["embeddings"](pixels)
        for layer in self.vit["encoder"]["layer"]:
            x = layer(x)
        return self.classifier(self.vit["layernorm"](x)[:, 0])
