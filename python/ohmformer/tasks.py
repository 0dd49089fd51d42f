# SPDX-License-Identifier: Apache-2.0
"""What networks of an experiment are scored on."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ohmformer import _core
from ohmformer.accuracy import Evaluation
from ohmformer.errors import ConfigError, Error
from ohmformer.network import Network

HELD_OUT, SPLIT_SEED = 500, 0  # of the digits; shared with experiments/training
FULL_SCALE, MEAN, DEVIATION = 16.0, 0.5, 0.5
CALIBRATION_IMAGES = 128


class MissingPackage(Error):
    """A Python package that only some tasks need is not installed."""


@dataclass(frozen=True)
class Task:
    """An evaluation with what a report says about it.

    `headline` names the segment whose score stands for the whole; `floors` are the best possible
    scores by segment.
    """

    evaluation: Evaluation
    headline: str | None = None
    floors: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def load_task(kind: str, network: Network, data: Path | None, limits: tuple[int, int]) -> Task:
    """The first `samples` inputs (0: all) of a task; `limits` are samples and calibration tokens."""
    return TASKS[kind](network, data, limits)


def digits_split() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training pixels, held-out pixels (n, 1, 8, 8) in [-1, 1] and held-out labels of the digits.

    1797 scans of 8 x 8 pixels (Alpaydin and Kaynak, UCI 1998) as scikit-learn packages them, 500 of
    them held out, stratified by digit.
    """
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError:
        raise MissingPackage(
            "task digits: scikit-learn, which holds the scans, is not installed; "
            "install it with: pip install 'ohmformer[demo]'"
        ) from None
    scans = load_digits()
    pixels = ((scans.images / FULL_SCALE - MEAN) / DEVIATION).astype(np.float32)[:, None]
    split = train_test_split(
        pixels,
        scans.target.astype(np.int64),
        test_size=HELD_OUT,
        random_state=SPLIT_SEED,
        stratify=scans.target,
    )
    return split[0], split[1], split[3]


def _digits(network: Network, data: Path | None, limits: tuple[int, int]) -> Task:
    training, held_out, labels = digits_split()
    return _classified((held_out, labels, training[:CALIBRATION_IMAGES]), limits, [])


def _images(network: Network, data: Path | None, limits: tuple[int, int]) -> Task:
    file, seen, notes = _files(network, data)
    tensors = _open(file, ["pixel_values", "labels"])
    pixels, labels = tensors.read_float("pixel_values"), tensors.read_integers("labels")
    if pixels.ndim != 4 or labels.shape != pixels.shape[:1]:
        raise ConfigError(
            f"{file}: pixel_values {pixels.shape} and labels {labels.shape} found; "
            "expected (images, channels, height, width) and (images,)"
        )
    calibration = None if seen is None else _open(seen, ["pixel_values"]).read_float("pixel_values")
    return _classified((pixels, labels, calibration), limits, notes)


def _language(network: Network, data: Path | None, limits: tuple[int, int]) -> Task:
    file, seen, notes = _files(network, data)
    samples, calibration_tokens = limits
    tokens = _sequences(file, network)[: samples or None]
    calibration = None if seen is None else _sequences(seen, network)
    chain = file.parent / "chain.safetensors"
    known = _known_entropy(chain, tokens.shape[1]) if chain.is_file() else None
    if known is None:
        return Task(Evaluation(tokens, [], [], calibration, calibration_tokens), notes=notes)
    segments, floors = known
    evaluation = Evaluation(tokens, [], segments, calibration, calibration_tokens)
    return Task(evaluation, segments[0][0], floors, notes)


TASKS: dict[str, Callable[[Network, Path | None, tuple[int, int]], Task]] = {
    "digits": _digits,
    "images": _images,
    "language": _language,
}


def _classified(found: tuple, limits: tuple[int, int], notes: list[str]) -> Task:
    pixels, labels, calibration = found
    samples, calibration_tokens = limits
    pixels, labels = pixels[: samples or None], labels[: samples or None]
    names = [int(label) for label in labels]
    return Task(Evaluation(pixels, names, [], calibration, calibration_tokens), notes=notes)


def _files(network: Network, data: Path | None) -> tuple[Path, Path | None, list[str]]:
    """The file to score on, the one to calibrate on if there is one, and what to say about it."""
    if data is None and network.folder is None:
        raise ConfigError(
            f"network {network.name}: a preset has no data of its own; name a safetensors file under `data`, "
            "or use task: none"
        )
    file = data if data is not None else network.folder / "eval.safetensors"
    seen = file.parent / "calibration.safetensors"
    if seen.is_file():
        return file, seen, []
    note = f"{network.name}: no calibration.safetensors beside {file.name}; converter ranges come from the scored inputs"
    return file, None, [note]


def _open(file: Path, names: list[str]) -> _core.Safetensors:
    tensors = _core.Safetensors.open(file)
    for name in names:
        tensors.shape(name)  # refuses what is missing
    return tensors


def _sequences(file: Path, network: Network) -> np.ndarray:
    """Tokens (sequences, length), at most one longer than the network's context: the last is a target only."""
    tokens = _open(file, ["tokens"]).read_integers("tokens")
    if tokens.ndim != 2 or tokens.shape[1] < 2 or not len(tokens):
        raise ConfigError(
            f"{file}: tokens of shape {tokens.shape} found; expected (sequences, length) with a length of at least 2"
        )
    return np.ascontiguousarray(tokens[:, : network.to_dict()["context"] + 1])


def _known_entropy(file: Path, length: int) -> tuple[list[tuple[str, int, int]], dict[str, float]]:
    """Segments and floors of the language that says every sentence of a Markov chain twice."""
    chain = _open(file, ["probabilities", "stationary"])
    probabilities = chain.read_float("probabilities").astype(np.float64)
    stationary = chain.read_float("stationary").astype(np.float64)
    logs = np.log(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    entropy = -math.fsum((stationary[:, None] * probabilities * logs).ravel())
    half = length // 2
    segments = [("first_half", 0, half - 1), ("copy_half", half - 1, length - 1)]
    return segments, {"first_half": math.exp(entropy), "copy_half": 1.0}
