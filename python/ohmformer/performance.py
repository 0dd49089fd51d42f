# SPDX-License-Identifier: Apache-2.0
"""What a workload costs: latency, energy, area."""

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ohmformer import _core
from ohmformer.checks import activity_of, items, real, whole
from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError
from ohmformer.mapping import Mapping, fits, map_network, require_pair
from ohmformer.network import Network

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 2**31
TIMELINE_TOKENS = 4
FIDELITIES = ("automatic", "events", "structure", "shape")


class Performance:
    """Times, energies and areas of one workload, in SI units.

    A token is an output token of a decoder, an input token of an encoder. Every figure of `to_dict()`
    is an attribute as well: `energy_j`, `ttft_s`, `macs`, …
    """

    def __init__(self, estimate: _core.CostEstimate):
        self._estimate = estimate
        figures = estimate.figures()
        per_token = figures["energy_per_token_j"] / figures["energy_j"] if figures["energy_j"] else 0.0
        figures["latency_s"] = figures["makespan_s"]
        figures["energy_per_token_low_j"] = figures["energy_low_j"] * per_token
        figures["energy_per_token_high_j"] = figures["energy_high_j"] * per_token
        for end in ("low", "high"):
            figures[f"power_{end}_w"] = figures[f"energy_{end}_j"] / (figures["makespan_s"] or math.inf)
        figures["tokens_per_j"] = 1.0 / figures["energy_per_token_j"] if figures["energy_per_token_j"] else None
        self._figures = figures

    latency_s = property(lambda self: self._figures["latency_s"], doc="Time from the first input to the last output.")
    ttft_s = property(lambda self: self._figures["ttft_s"], doc="Time to first token, mean over sequences.")
    tpot_s = property(lambda self: self._figures["tpot_s"], doc="Time per output token after the first; of lower bounds, the difference of two.")
    tokens_per_s = property(lambda self: self._figures["tokens_per_s"], doc="Throughput over all sequences.")
    tokens_per_j = property(lambda self: self._figures["tokens_per_j"], doc="Tokens per joule.")
    energy_j = property(lambda self: self._figures["energy_j"], doc="Energy of the whole workload.")
    energy_per_token_j = property(lambda self: self._figures["energy_per_token_j"], doc="Energy per token.")
    energy_per_decoded_token_j = property(
        lambda self: self._figures["energy_per_decoded_token_j"],
        doc="Energy of an output token after the first: its step and what leaks meanwhile; None where there is none.",
    )
    power_w = property(lambda self: self._figures["power_w"], doc="Energy over latency.")
    area_m2 = property(lambda self: self._figures["area_m2"], doc="Area of the tiles that hold weights.")
    makespan_s = property(lambda self: self._figures["makespan_s"], doc="The same as latency_s.")
    lower_bound_s = property(lambda self: self._figures["lower_bound_s"], doc="No schedule is faster.")
    macs = property(lambda self: self._figures["macs"], doc="Multiply-accumulates of the whole workload.")
    kv_bytes_per_token = property(
        lambda self: self._figures["kv_bytes_per_token"], doc="Keys and values of one token over all layers, bytes."
    )

    @property
    def conditions(self) -> dict[str, Any]:
        """Prompt, generated tokens, batch, and the kind: decoder, encoder, or encoder-decoder.

        Of an encoder-decoder the prompt is what the encoder reads.
        """
        return dict(self._figures["conditions"])

    @property
    def assumptions(self) -> list[str]:
        """What the figures take for granted."""
        return list(self._figures["assumptions"])

    @property
    def breakdown(self) -> list[dict[str, Any]]:
        """One row per component × operator × phase: energy, busy time, area, count, source."""
        return self._estimate.breakdown()

    @property
    def components(self) -> list[dict[str, Any]]:
        """Energy by component, the largest first: component, energy_j, energy_low_j, energy_high_j."""
        return self._estimate.components()

    def table(self) -> "pd.DataFrame":
        """The breakdown as a tidy table, one row per component × operator × phase."""
        import pandas as pd

        return pd.DataFrame(self.breakdown)

    def busiest(self, count: int = 10) -> list[dict[str, Any]]:
        """The resources that work longest: resource, busy_s."""
        return self._estimate.busiest(whole(count, "count", 0, LARGEST))

    def occupation(self) -> dict[str, Any]:
        """How long tiles and links work: `tiles` with lists tile, arrays, arrays_s (sum over the tile's
        arrays), digital_s, attention_s; `links` with lists link, from, to (tiles), busy_s."""
        return self._estimate.occupation()

    def events(self) -> list[dict[str, Any]]:
        """What the first tokens do when: resource, name, start_s, duration_s, phase, token."""
        return self._estimate.events()

    def temperatures(self) -> list[float]:
        """Kelvin by tile, row by row of the mesh; empty unless the chip has a `thermal:` section."""
        return self._estimate.temperatures()

    def timeline(self) -> dict[str, Any]:
        """The same as a Chrome trace, which opens in Perfetto."""
        return json.loads(self._estimate.timeline())

    def to_dict(self) -> dict[str, Any]:
        """All totals, without the breakdown."""
        return dict(self._figures)

    def __repr__(self) -> str:
        return f"<ohmformer.Performance {self.latency_s:.4g} s, {self.energy_j:.4g} J, {self.area_m2:.4g} m2>"


def estimate(
    mapping: Mapping | tuple[Network, Chip],
    prompt: int | None = None,
    generate: int | None = None,
    batch: int = 1,
    *,
    activity: Sequence[tuple[float, float] | _core.InputStatistics] = (),
    timeline_tokens: int = TIMELINE_TOKENS,
    expert_imbalance: float = 1.0,
    fidelity: str = "automatic",
) -> Performance:
    """Latency, energy and area of `batch` sequences that arrive together.

    Args: a mapping, or a network and a chip, of which there are then as many as it takes. prompt tokens
    per sequence, tokens to generate (decoders); what is left out is chosen to suit the network. activity
    decides the energy of the analog part: for every matrix (in the order of `network.matmuls`) or once
    for all a pair of the share of ones among the driven bits and the mean position of cells in their
    range; left out, (0.5, 0.25). expert_imbalance: tokens of the busiest routed expert over the mean,
    from 1 to experts / chosen ones.
    fidelity of the times of a network and a chip: events (of every step; it must fit), structure
    (identical layers solved once), shape (closed forms), or automatic: events where it fits and they
    take a few seconds at most (ten where a key, such as map.duplication, leaves no other way; what
    takes longer is refused unless events are asked for). Where the chip says map.tensor_parallel: cheapest, ways
    to spread layers are compared by structure (`parallelism` in to_dict()), whatever fits.

    >>> import ohmformer as ohm
    >>> mapping = ohm.map(ohm.Network.from_pretrained("vit-small"), ohm.Chip.load("rram_22nm"))
    >>> perf = ohm.estimate(mapping)
    >>> perf.lower_bound_s <= perf.latency_s, round(sum(perf.table()["energy_j"]) / perf.energy_j, 6)
    (True, 1.0)
    >>> large = ohm.Network.from_pretrained("llama-3-70b"), ohm.Chip.load("rram_22nm")
    >>> perf = ohm.estimate(large, prompt=1, generate=2)
    >>> perf.to_dict()["times_fidelity"], perf.to_dict()["system_chips"] > 100
    ('structure', True)
    """
    if fidelity not in FIDELITIES:
        raise ArgumentError(f"fidelity: {fidelity!r} found; expected one of {', '.join(FIDELITIES)}")
    prompt = None if prompt is None else whole(prompt, "prompt", 0, LARGEST)
    generate = None if generate is None else whole(generate, "generate", 0, LARGEST)
    shares = [activity_of(entry) for entry in items(activity, "activity", "a list of pairs such as [(0.5, 0.25)]")]
    workload = prompt, generate, whole(batch, "batch", 0, LARGEST), shares, real(expert_imbalance, "expert_imbalance")
    mapping = _mapped(mapping, fidelity, workload[:4])
    if isinstance(mapping, Mapping):
        tokens = whole(timeline_tokens, "timeline_tokens", 0, LARGEST)
        return Performance(_core.CostEstimate.of(mapping._mapped, *workload, tokens))
    network, chip = mapping
    return Performance(_core.estimate_structure(network._graph, chip._spec, *workload, fidelity))


def _mapped(given: Any, fidelity: str, workload: tuple[int | None, int | None, int, list]) -> Mapping | tuple[Network, Chip]:
    """A mapping where every step is to be simulated, else the network and its chip."""
    if isinstance(given, Mapping):
        if fidelity in ("structure", "shape"):
            raise ArgumentError(f"fidelity: {fidelity} for a mapping; expected a network and a chip: estimate((network, chip))")
        return given
    if not (isinstance(given, tuple) and len(given) == 2):
        found = type(given).__name__
        raise ArgumentError(f"mapping: {found} found; expected the result of ohmformer.map(), or a network and a chip")
    network, chip = given
    require_pair(network, chip)
    if fidelity != "events" and chip.to_dict()["map"]["tensor_parallel"] == "cheapest":
        return given
    tokens = _core.tokens_of(network._graph, chip._spec, *workload[:3])
    if fidelity == "events" or (fidelity == "automatic" and _simulated(network, chip, tokens, workload)):
        return map_network(network, chip)
    return given


def _simulated(network: Network, chip: Chip, tokens: float, workload: tuple) -> bool:
    """Whether every step is simulated unasked: where that is quick, or a key that nothing else follows wants it."""
    pair = network._graph, chip._spec
    if _core.simulates_all(*pair, tokens):
        return True
    asked = _core.asks_for_all_tiles(*pair, *workload)
    if asked is None or not fits(network, chip):
        return False
    if _core.simulates_all(*pair, tokens, needed=True):
        return True
    key, expected = asked
    raise ArgumentError(
        f"chip {chip.name}: {key}: only a simulation of every step of {network.name} on all of its tiles follows it, which takes "
        f"long; expected fidelity: events, which asks for it, or {key}: {expected}"
    )
