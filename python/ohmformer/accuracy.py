# SPDX-License-Identifier: Apache-2.0
"""How accurate a network still is on programmed chips."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ohmformer import _core
from ohmformer.arrays import integers, numbers
from ohmformer.checks import whole
from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError
from ohmformer.mapping import Mapping
from ohmformer.network import Network
from ohmformer.statistics import spread

Scores = dict[str, Any]  # "whole" and "segments", each with nll, perplexity, accuracy, count
Segments = list[tuple[str, int, int]]
CALIBRATION_TOKENS = 256
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Evaluation:
    """Inputs, what they should give, and what sets the ranges of converters."""

    inputs: np.ndarray  # tokens (sequences, length) or images (images, channels, height, width)
    labels: list[int] = field(default_factory=list)  # one per input of a classifier
    segments: Segments = field(default_factory=list)  # of a decoder: name, first, last + 1 position
    calibration: np.ndarray | None = None  # default: the inputs themselves
    calibration_tokens: int = CALIBRATION_TOKENS

    def scored(self) -> _core.EvaluationSet:
        """What is scored, for the core."""
        return _core.EvaluationSet(self.inputs, self.labels, self.segments)

    def calibrating(self) -> _core.EvaluationSet:
        """What sets ranges, for the core."""
        inputs = self.inputs if self.calibration is None else self.calibration
        return _core.EvaluationSet(inputs, [], [])


class Bench:
    """A network on the integers of a chip, ready to be programmed into as many copies as wanted."""

    def __init__(self, network: Network, chip: Chip, evaluation: Evaluation, threads: int):
        self._network, self._chip, self._threads = network, chip, threads
        self._set = evaluation.scored()
        self._calibration = _core.Calibration.record(
            network._graph, evaluation.calibrating(), evaluation.calibration_tokens
        )
        self._integers = _core.QuantisedNetwork(network._graph, chip._spec, self._calibration)

    def float_scores(self) -> Scores:
        """Without any chip."""
        return _core.float_score(self._network._graph, self._set, self._threads)

    def quantised_scores(self) -> Scores:
        """With integers, everything analog ideal."""
        return self._integers.score(self._set, self._threads)

    def program(self, seed: int, number: int, source: str = "all") -> _core.ProgrammedChip:
        """One programmed chip, with all imperfections or one kind of them."""
        spec = self._chip._spec if source == "all" else _core.chip_with_only(self._chip._spec, source)
        return _core.ProgrammedChip(self._integers, spec, seed, number, self._threads)

    def chip_scores(self, chip: _core.ProgrammedChip) -> Scores:
        """On a programmed chip."""
        return chip.score(self._set, self._threads)

    def sources(self) -> list[str]:
        """The imperfections that this chip has, each by itself; without "all" and "none"."""
        ideal = _core.chip_with_only(self._chip._spec, "none").to_yaml()
        names = [name for name in _core.error_sources() if name not in ("all", "none")]
        return [name for name in names if _core.chip_with_only(self._chip._spec, name).to_yaml() != ideal]


@dataclass(frozen=True)
class Accuracy:
    """Scores of a network over programmed chips.

    `metric` is "perplexity" (lower is better) of a decoder, "accuracy" (a share) of a classifier;
    `interval` is the 95 % Student t interval of the mean over chips, None for one chip.
    """

    metric: str
    mean: float | None
    std: float | None
    interval: tuple[float, float] | None
    scores: list[float]
    float_score: float
    quantised_score: float
    nll: list[float]

    @property
    def confidence_interval(self) -> tuple[float, float] | None:
        """The same as `interval`."""
        return self.interval


def metric_of(network: Network) -> str:
    """What a network is scored by.

    >>> metric_of(Network.from_pretrained("gpt2-small"))
    'perplexity'
    """
    return "perplexity" if network.is_decoder else "accuracy"


def evaluate(
    network: Network,
    chip: Chip,
    inputs: Any,
    targets: Any = None,
    chips: int = 10,
    seed: int = 0,
    calibration: Any = None,
    threads: int = 0,
) -> Accuracy:
    """Score a network on `chips` programmed copies of a chip.

    Args: inputs, tokens (sequences, length) or images (images, channels, height, width); targets,
    labels (inputs,) of a classifier, and of a decoder None or the next tokens (sequences, length);
    calibration, inputs that set the ranges of converters (default: the inputs); threads, 0 for all
    processors. The same (seed, chip number) is the same chip, bit for bit, for any threads.

    >>> import numpy as np, ohmformer as ohm
    >>> network = ohm.Network.from_pretrained("known_entropy_gpt")
    >>> tokens = np.arange(32).reshape(1, 32) % 64
    >>> found = ohm.evaluate(network, ohm.Chip.load("rram_22nm"), tokens, chips=2)
    >>> found.metric, len(found.scores), found.mean > 1
    ('perplexity', 2, True)
    """
    Mapping(network, chip)  # refuses what is no network, no chip, or does not fit
    chips = whole(chips, "chips", 1, 10**6)
    seed = whole(seed, "seed", 0, LARGEST_SEED)
    bench = Bench(network, chip, _evaluation(network, inputs, targets, calibration), whole(threads, "threads", 0, 4096))
    reference, quantised = bench.float_scores(), bench.quantised_scores()
    found = [bench.chip_scores(bench.program(seed, number)) for number in range(chips)]
    metric = metric_of(network)
    scores = [one["whole"][metric] for one in found]
    figures = spread(scores)
    return Accuracy(
        metric,
        figures.mean,
        figures.std,
        figures.interval,
        scores,
        reference["whole"][metric],
        quantised["whole"][metric],
        [one["whole"]["nll"] for one in found],
    )


def _evaluation(network: Network, inputs: Any, targets: Any, calibration: Any) -> Evaluation:
    seen = None if calibration is None else inputs_of(network, calibration, "calibration")
    found = inputs_of(network, inputs, "inputs")
    if network.is_decoder:
        return Evaluation(_sequences(found, targets), calibration=seen)
    if targets is None:
        raise ArgumentError("targets: none found; expected one label per input of a classifier")
    labels = integers(targets, "targets", (1,), np.int64)
    return Evaluation(found, [int(label) for label in labels], calibration=seen)


def inputs_of(network: Network, values: Any, name: str) -> np.ndarray:
    """`values` as tokens or images, whichever the network reads; ArgumentError where it has no weights."""
    if not network.has_weights:
        raise ArgumentError(
            f"network {network.name}: no weights; expected a folder with config.json and model.safetensors, "
            "or the name of a trained network"
        )
    return (_tokens if network.to_dict().get("vocabulary") else _images)(values, name)


def _tokens(values: Any, name: str) -> np.ndarray:
    return integers(values, name, (2,), np.int64)


def _images(values: Any, name: str) -> np.ndarray:
    return numbers(values, name, (4,))


def _sequences(tokens: np.ndarray, targets: Any) -> np.ndarray:
    """Tokens with the last target behind them, if targets are given."""
    if targets is None:
        return tokens
    following = _tokens(targets, "targets")
    if following.shape != tokens.shape or (following[:, :-1] != tokens[:, 1:]).any():
        raise ArgumentError(
            f"targets: shape {following.shape} found; expected the next tokens of inputs {tokens.shape}, "
            "or None: a decoder predicts its own next tokens"
        )
    return np.concatenate([tokens, following[:, -1:]], axis=1)


def each_chip(
    bench: Bench, seed: int, numbers_of: range, source: str = "all", visit: Callable[[_core.ProgrammedChip], None] | None = None
) -> Iterator[Scores]:
    """Scores chip by chip; `visit` sees each programmed chip after it was scored."""
    for number in numbers_of:
        chip = bench.program(seed, number, source)
        yield bench.chip_scores(chip)
        if visit:
            visit(chip)
