# SPDX-License-Identifier: Apache-2.0
"""Writes a trained model as a self-contained folder in Hugging Face style."""

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

from fit import Schedule

MODELS = Path(__file__).resolve().parents[1] / "models"
CARDS = Path(__file__).resolve().parent / "cards"
SIZE_LIMIT = 2_000_000


def output_folder(name: str, description: str) -> Path:
    """Read `--out` from the command line (default: the committed folder) and create it."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=MODELS / name, help="folder to write")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def round_to_half(model: nn.Module) -> None:
    """Replace every weight by its nearest fp16 value, kept as fp32, and end training."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    model.requires_grad_(False).eval()


def write_json(path: Path, content: dict) -> None:
    """Indented JSON with a final newline."""
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """One safetensors file; refuses one above two megabytes."""
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, metadata={"format": "pt"})
    path.chmod(0o644)
    size = path.stat().st_size
    if size >= SIZE_LIMIT:
        raise ValueError(
            f"{path.name}: {size} bytes; committed files stay below {SIZE_LIMIT} bytes."
        )


def write_model(folder: Path, model: nn.Module, config: dict) -> None:
    """`config.json` and the fp16 `model.safetensors` of a model rounded by `round_to_half`."""
    write_json(folder / "config.json", config)
    halves = {name: p.detach().half() for name, p in model.named_parameters()}
    write_tensors(folder / "model.safetensors", halves)


def recipe(model: nn.Module, schedule: Schedule, batch: int) -> dict[str, str]:
    """Card values that every model shares: size, optimiser settings, library versions."""
    versions = {"PyTorch": torch.__version__, "NumPy": numpy.__version__}
    values = {key: f"{value:g}" for key, value in asdict(schedule).items()}
    return values | {
        "batch": str(batch),
        "parameters": f"{sum(p.numel() for p in model.parameters()):,}",
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_card(folder: Path, name: str, values: dict[str, str]) -> None:
    """Fill the model card template with measured values and the files' content hashes."""
    lines = [
        f"| `{path.name}` | {path.stat().st_size} | `{_sha256(path)}` |"
        for path in sorted(folder.iterdir())
        if path.suffix in (".json", ".safetensors")
    ]
    text = (CARDS / f"{name}.md").read_text(encoding="utf-8")
    for key, value in (values | {"hashes": "\n".join(lines)}).items():
        text = text.replace("{" + key + "}", value)
    (folder / "README.md").write_text(text, encoding="utf-8")
