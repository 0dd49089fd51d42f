# SPDX-License-Identifier: Apache-2.0
"""Closed forms over many descriptions of a chip: ten thousand points in about a second."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ohmformer import _core
from ohmformer.checks import items, whole
from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError
from ohmformer.mapping import require_pair
from ohmformer.network import Network
from ohmformer.overrides import plain
from ohmformer.performance import LARGEST


def sweep_shape(
    network: Network,
    chip: Chip,
    axes: dict[str, Sequence[Any]],
    prompt: int | None = None,
    generate: int | None = None,
    batch: int = 1,
) -> dict[str, np.ndarray]:
    """What a workload takes at least, for every combination of the axes' values: closed forms.

    Nothing is placed, so that a point takes tens of microseconds. Times are lower bounds of those that
    estimate() finds with all events (tpot_s of several sequences: that of a steady state in which all
    generate at once), rates are upper bounds; energy is the same but for the network on chip and
    leakage, which are lower bounds.

    Args: keys of the chip's description, or prompt, generate, batch, each with its values: numbers (in
    SI units), texts, or lists of whole numbers; "a+b" gives keys a and b the same value. Returns columns
    with one entry per point, the last key varying fastest: the keys, times, rates, energy_j and its
    parts energy_j.<component>, sizes, and problem: why a point cannot be built (its figures are NaN),
    else empty.

    >>> import ohmformer as ohm
    >>> network, chip = ohm.Network.from_pretrained("gpt2-small"), ohm.Chip.load("rram_22nm")
    >>> axes = {"macro.adc.bits": [6, 7, 8], "macros_per_tile": [48, 96]}
    >>> columns = ohm.sweep_shape(network, chip, axes, prompt=64, generate=16)
    >>> len(columns["energy_j"]), columns["macro.adc.bits"].tolist()
    (6, [6, 6, 7, 7, 8, 8])
    >>> bool(np.all(np.diff(columns["energy_j.adc"][::2]) > 0))
    True
    """
    require_pair(network, chip)
    given = [(key, _values(key, values)) for key, values in _named(axes)]
    prompt = None if prompt is None else whole(prompt, "prompt", 0, LARGEST)
    generate = None if generate is None else whole(generate, "generate", 0, LARGEST)
    workload = prompt, generate, whole(batch, "batch", 0, LARGEST)
    found, problems = _core.sweep_shape(network._graph, chip._spec, *workload, given)
    points = int(np.prod([len(values) for _, values in given], dtype=np.int64))
    columns: dict[str, np.ndarray] = {}
    inner = points
    for key, values in given:
        inner //= len(values)
        column = _objects(values) if any(isinstance(value, list) for value in values) else np.array(values)
        columns[key] = np.tile(np.repeat(column, inner), points // (inner * len(values)))
    problem = np.full(points, "", dtype=object)
    for point, text in problems.items():
        problem[point] = text
    return columns | found | {"problem": problem}


def _named(axes: Any) -> list[tuple[str, Any]]:
    if not isinstance(axes, Mapping) or not all(isinstance(key, str) for key in axes):
        raise ArgumentError(f"axes: {repr(axes)[:100]} found; expected a dictionary such as {{'macro.adc.bits': [6, 7, 8]}}")
    return list(axes.items())


def _values(key: str, given: Any) -> list[Any]:
    """The values of one axis in types of Python alone."""
    values = items(given, f"axes: {key}", "a list of values, such as [6, 7, 8]")
    found = [plain(f"axes: {key}[{number}]", value) for number, value in enumerate(values)]
    for number, value in enumerate(found):
        numbers = isinstance(value, list) and all(type(item) in (int, float) for item in value)
        if not numbers and not isinstance(value, (str, int, float)):
            raise ArgumentError(f"axes: {key}[{number}]: {value!r} found; expected a number, a text or a list of numbers")
    return found


def _objects(values: Sequence[Any]) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = [tuple(value) if isinstance(value, list) else value for value in values]
    return column
