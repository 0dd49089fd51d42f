# SPDX-License-Identifier: Apache-2.0
"""Write tiny random transformers with the outputs that Hugging Face transformers computes.

They pin the loader and the operators to the public implementation: every folder holds
`config.json`, the weights and `golden.safetensors` (inputs and outputs, fp32). Weights are drawn
far wider than at usual initialisation, and the norms' epsilon is far larger than usual, so that a
mistake in any operator shows. Takes about ten seconds.
"""

import argparse
import json
import platform
from collections.abc import Callable
from pathlib import Path

import numpy
import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedModel,
    ViTConfig,
    ViTForImageClassification,
)

SEED = 2024
DEVIATION = 0.25
NORM_EPSILON = 1e-3


def randomise(model: PreTrainedModel) -> PreTrainedModel:
    """Draw every weight from N(0, 0.25); norm gains from N(1, 0.25)."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = DEVIATION * torch.randn(parameter.shape, generator=generator)
            norm_gain = parameter.ndim == 1 and name.endswith("weight")
            parameter.copy_(1 + noise if norm_gain else noise)
    return model.eval()


def gpt2() -> tuple[PreTrainedModel, dict[str, torch.Tensor]]:
    """Language model with tied embeddings; tokens (2, 24) to logits (2, 24, 96)."""
    config = GPT2Config(
        vocab_size=96,
        n_positions=24,
        n_embd=32,
        n_layer=2,
        n_head=4,
        activation_function="gelu_new",
        layer_norm_epsilon=NORM_EPSILON,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = randomise(GPT2LMHeadModel(config))
    tokens = torch.randint(96, (2, 24), generator=torch.Generator().manual_seed(SEED + 1))
    output = model(tokens, output_hidden_states=True)
    return model, {
        "tokens": tokens,
        "logits": output.logits,
        "last_hidden_state": output.hidden_states[-1],
    }


def bert() -> tuple[PreTrainedModel, dict[str, torch.Tensor]]:
    """Sequence classifier with pooler; tokens (2, 16), token types 0, no padding; 5 classes."""
    config = BertConfig(
        vocab_size=80,
        max_position_embeddings=20,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        layer_norm_eps=NORM_EPSILON,
        num_labels=5,
        pad_token_id=None,
    )
    model = randomise(BertForSequenceClassification(config))
    tokens = torch.randint(80, (2, 16), generator=torch.Generator().manual_seed(SEED + 2))
    output = model(tokens, token_type_ids=torch.zeros_like(tokens), output_hidden_states=True)
    return model, {
        "tokens": tokens,
        "logits": output.logits,
        "last_hidden_state": output.hidden_states[-1],
    }


def vit() -> tuple[PreTrainedModel, dict[str, torch.Tensor]]:
    """Image classifier; pixel_values (2, 3, 16, 16) to logits (2, 7)."""
    config = ViTConfig(
        image_size=16,
        patch_size=4,
        num_channels=3,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        layer_norm_eps=NORM_EPSILON,
        num_labels=7,
    )
    model = randomise(ViTForImageClassification(config))
    pixels = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(SEED + 3))
    return model, {"pixel_values": pixels, "logits": model(pixels).logits}


def write(folder: Path, build: Callable, shard: str) -> None:
    """Save the model as transformers does, in shards of at most `shard`, and its golden values."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.safetensors*"):
        stale.unlink()
    model, golden = build()
    model.save_pretrained(folder, max_shard_size=shard)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file({k: v.contiguous() for k, v in golden.items()}, folder / "golden.safetensors")
    for path in folder.glob("*.safetensors"):
        path.chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    here = Path(__file__).resolve().parent
    parser.add_argument("--out", type=Path, default=here, help="folder to write the folders into")
    out = parser.parse_args().out
    torch.set_num_threads(1)
    with torch.no_grad():
        write(out / "gpt2_tiny", gpt2, "1MB")
        write(out / "gpt2_tiny_sharded", gpt2, "60KB")
        write(out / "bert_tiny", bert, "1MB")
        write(out / "vit_tiny", vit, "1MB")
    provenance = {
        "script": "tests/golden/make_golden.py",
        "seed": SEED,
        "weight_deviation": DEVIATION,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "safetensors": safetensors.__version__,
    }
    (out / "provenance.json").write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
