# SPDX-License-Identifier: Apache-2.0
"""Check every committed model against the public `transformers` package.

Loads each model folder with `transformers` in fp32 and compares its logits with
`golden.safetensors`. Takes about ten seconds; exits with 1 if any logit differs by more than 1e-3.
"""

import sys

import torch
import transformers
from safetensors.torch import load_file

from artefacts import MODELS

LARGEST_DIFFERENCE = 1e-3


def difference(name: str) -> float:
    """Largest |logit difference| of one model over its golden inputs."""
    golden = load_file(MODELS / name / "golden.safetensors")
    config = transformers.AutoConfig.from_pretrained(MODELS / name)
    kind = getattr(transformers, config.architectures[0])
    model = kind.from_pretrained(MODELS / name, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(golden.get("tokens", golden.get("pixel_values"))).logits
    return (logits - golden["logits"]).abs().max().item()


def main() -> None:
    folders = sorted(path.parent.name for path in MODELS.glob("*/golden.safetensors"))
    found = {name: difference(name) for name in folders}
    for name, value in found.items():
        print(f"{name}: largest logit difference {value:.2e}")
    sys.exit(int(not found or max(found.values()) > LARGEST_DIFFERENCE))


if __name__ == "__main__":
    main()
