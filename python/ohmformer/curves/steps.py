# SPDX-License-Identifier: Apache-2.0
"""A network on chips while it decodes, at any context and batch."""

from functools import cached_property
from typing import Any

from ohmformer import _core
from ohmformer.chip import Chip
from ohmformer.mapping import Mapping, fit_to_stay
from ohmformer.network import Network
from ohmformer.performance import Performance, estimate


class Steps:
    """Prices of many workloads of one network on one chip, or on as many as it needs.

    A network that the chip holds is simulated with its prompts, event by event, where that takes a few seconds at
    most for a point; else identical layers are solved once, on as many chips as it takes, and prompts are in the
    cache: the time that it takes does not grow with the context.

    >>> network, chip = Network.from_pretrained("llama-3-70b"), Chip.load("rram_22nm")
    >>> step = Steps(network, chip).step(8192, 1)
    >>> step["times_fidelity"], step["times_are"]
    ('structure', 'exact')
    """

    def __init__(self, network: Network, chip: Chip):
        self.network, self.chip = network, chip
        self.fit = fit_to_stay(network, chip)

    def by_events(self, context: int, batch: int) -> bool:
        """Whether a point is simulated with its prompts, whatever other points are asked for."""
        return _core.simulates_all(self.network._graph, self.chip._spec, context * batch)

    def answered(self, prompt: int) -> int:
        """Tokens of a prompt that a source of two stacks has no room for: those of an answer so far."""
        return max(0, prompt - self.network.to_dict()["context"]) if self.network.start_tokens else 0

    def in_cache(self, prompt: int, generate: int, batch: int) -> bool:
        """Whether a workload is priced with its prompts, or the answers so far, in the cache."""
        return self.network.is_decoder and (self.answered(prompt) > 0 or not self.by_events(prompt + generate, batch))

    def performance(self, prompt: int, generate: int, batch: int) -> Performance:
        """What a workload costs; without events, of a decoder that has read its prompts but for their last tokens."""
        if self.in_cache(prompt, generate, batch):
            answered = self.answered(prompt)
            return Performance(self._model.decoding(prompt - answered, generate, batch, answered))
        if self.by_events(prompt + generate, batch):
            kept = generate if self.network.is_decoder else None
            return estimate(self._mapping, prompt=prompt, generate=kept, batch=batch, timeline_tokens=0)
        return Performance(self._model.estimate(prompt, None, batch))

    def step(self, context: int, batch: int) -> dict[str, Any]:
        """One token of each of `batch` sequences that attend to `context` positions.

        Keys: time_s, energy_j, times_fidelity, times_are (exact, extrapolated or lower bounds).
        """
        if self.by_events(context, batch):
            return _core.chip_step(self._mapping._mapped, context, batch) | {"times_fidelity": "events", "times_are": "exact"}
        return self._model.decode_step(context, batch)

    @cached_property
    def _mapping(self) -> Mapping:
        return Mapping(self.network, self.chip)

    @cached_property
    def _model(self) -> _core.StructureModel:
        return _core.StructureModel(self.network._graph, self.chip._spec)
