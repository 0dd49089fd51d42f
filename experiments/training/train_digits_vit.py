# SPDX-License-Identifier: Apache-2.0
"""Train `digits_vit`, a vision transformer on the scikit-learn digits.

Takes about two minutes on two cores, of which it uses one; writes the model folder with its card.
"""

import numpy as np
import torch
import torch.nn.functional as F

from artefacts import (
    output_folder,
    recipe,
    round_to_half,
    write_card,
    write_json,
    write_model,
    write_tensors,
)
from crossbar_probe import Conditions, crossbars, measure
from digits import DEVIATION, FULL_SCALE, MEAN, load_digits_split
from fit import Schedule, fit, start
from vit import Vit, VitShape

NAME = "digits_vit"
TRAINING_SEED = 1
BATCH = 64
SCHEDULE = Schedule(steps=1800, learning_rate=2e-3, weight_decay=0.1)
CHIPS = 10
CALIBRATION = 128
CONDITIONS = {
    **{f"weight noise {s}": Conditions(weight_noise=s, rows=64) for s in (0.02, 0.05, 0.1)},
    **{f"ADC {b} bits, 64 rows": Conditions(adc_bits=b, rows=64) for b in (8, 6, 5, 4)},
    **{f"input {b} bits": Conditions(input_bits=b, rows=64) for b in (8, 6, 4)},
}


def shifted(images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Move each image by -1, 0 or 1 pixel along both axes, filling with background (-1)."""
    padded = F.pad(images, (1, 1, 1, 1), value=-1.0)
    across, down = random.integers(0, 3, (2, len(images)))
    side = images.shape[-1]
    return torch.stack(
        [p[:, d : d + side, a : a + side] for p, a, d in zip(padded, across, down, strict=True)]
    )


def train(images: torch.Tensor, labels: torch.Tensor) -> Vit:
    """Fit on shifted training images; returns the fp16-rounded network."""
    start(TRAINING_SEED)
    random = np.random.default_rng(TRAINING_SEED)
    model = Vit(VitShape())

    def batch_loss() -> torch.Tensor:
        chosen = torch.from_numpy(random.choice(len(images), BATCH, replace=False))
        return F.cross_entropy(model(shifted(images[chosen], random)), labels[chosen])

    fit(model, batch_loss, SCHEDULE)
    round_to_half(model)
    return model


def accuracy_and_nll(model: Vit, images: torch.Tensor, labels: torch.Tensor) -> list[float]:
    """Accuracy in percent and mean negative log-likelihood in nats."""
    logits = model(images)
    correct = (logits.argmax(dim=1) == labels).double().mean().item()
    return [100 * correct, F.cross_entropy(logits, labels).item()]


def sensitivity(model: Vit, held: tuple[torch.Tensor, torch.Tensor], seen: torch.Tensor) -> str:
    """Accuracy and NLL under crossbar imperfections as Markdown rows."""
    rows = []
    with crossbars(model) as bars:
        for label, conditions in CONDITIONS.items():
            chips = CHIPS if conditions.weight_noise is not None else 1
            run = (lambda: model(seen), lambda: accuracy_and_nll(model, *held))
            scores = measure(bars, conditions, run, chips)
            spread = scores.std(dim=0) if chips > 1 else (None, None)
            cells = [
                f"{mean:.{digits}f}" + (f" ± {std:.{digits}f}" if std is not None else "")
                for mean, std, digits in zip(scores.mean(dim=0), spread, (2, 4), strict=True)
            ]
            rows.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    folder = output_folder(NAME, __doc__)
    images, labels, held_images, held_labels = map(torch.from_numpy, load_digits_split())
    model = train(images, labels)
    write_model(folder, model, model.shape.hf_config())
    preprocessing = {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": False,
        "size": {"height": 8, "width": 8},
        "do_rescale": True,
        "rescale_factor": 1 / FULL_SCALE,
        "do_normalize": True,
        "image_mean": [MEAN],
        "image_std": [DEVIATION],
    }
    write_json(folder / "preprocessor_config.json", preprocessing)
    held = {"pixel_values": held_images, "labels": held_labels}
    write_tensors(folder / "eval.safetensors", held)
    seen = images[:CALIBRATION].clone()
    write_tensors(folder / "calibration.safetensors", {"pixel_values": seen})
    golden = {"pixel_values": held_images[:4].clone(), "logits": model(held_images[:4])}
    write_tensors(folder / "golden.safetensors", golden)
    accuracy, nll = accuracy_and_nll(model, held_images, held_labels)
    card = recipe(model, SCHEDULE, BATCH) | {
        "initial": f"{model.shape.initial_deviation:g}",
        "accuracy": f"{accuracy:.1f}",
        "nll": f"{nll:.4f}",
        "sensitivity": sensitivity(model, (held_images, held_labels), seen),
    }
    write_card(folder, NAME, card)


if __name__ == "__main__":
    main()
