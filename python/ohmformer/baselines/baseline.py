# SPDX-License-Identifier: Apache-2.0
"""Digital machines as rooflines: GPUs, and accelerators as their makers describe them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ohmformer import _core
from ohmformer.checks import of_kind, real, whole
from ohmformer.chip import Described
from ohmformer.errors import ArgumentError
from ohmformer.network import Network
from ohmformer.roots import Folder, config_roots

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 2**31
WIDEST = 64  # bits of a weight, a key or a value
PUBLISHED = ("measured", "claim")  # standings of a published result, the better one first
# How pictures and tables call what stands behind a rate; checked and claimed are only workloads near a published one.
STANDING = {
    "measured": "roofline, checked",
    "claim": "as claimed",
    "extrapolated": "extrapolated",
    "data sheet": "roofline",
    "model": "chip, modelled",
}


class Figures(Mapping[str, Any]):
    """Figures of one result in SI units; each is a key and an attribute.

    >>> Figures({"ttft_s": 0.5}).ttft_s
    0.5
    """

    def __init__(self, figures: dict[str, Any]):
        self._figures = figures

    def __getitem__(self, key: str) -> Any:
        return self._figures[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_") or key not in self._figures:
            raise AttributeError(key)
        return self._figures[key]

    def to_dict(self) -> dict[str, Any]:
        """All figures."""
        return dict(self._figures)


class Baseline(Described):
    """A digital machine that streams weights, keys and values from its memory.

    A pass takes the longer of its operations and its bytes, at stated shares of the peaks, plus
    what the devices exchange (roofline: Williams et al., CACM 52, 2009).

    >>> server = Baseline.preset("h100_x8")
    >>> llama = Network.from_pretrained("llama-3-70b")
    >>> round(server.estimate(llama, prompt=2047, generate=3, batch=8).decode_tokens_per_s, -1)
    1560.0
    >>> server.evidence
    'claim'
    """

    _reader = _core.BaselineSpec

    @classmethod
    def preset(cls, name: str, configs: Iterable[Folder] = ()) -> "Baseline":
        """A baseline by its name in configs/baseline; ConfigError for any other."""
        return cls.load(name, configs)

    @classmethod
    def from_yaml(cls, path: str | Path, configs: Iterable[Folder] = ()) -> "Baseline":
        """A baseline from a YAML file of your own."""
        return cls.load(path if not isinstance(path, str) else Path(path), configs)

    @property
    def evidence(self) -> str:
        """The best that anyone published of it: "measured" results, "claim"s, or nothing beyond its "data sheet"."""
        found = {row["status"] for row in self.to_dict()["published"]}
        return next((status for status in PUBLISHED if status in found), "data sheet")

    def estimate(self, network: Network, prompt: int | None = None, generate: int | None = None, batch: int = 1) -> Figures:
        """A workload: `batch` sequences that arrive together, as in ohmformer.estimate().

        Keys: ttft_s, tpot_s, makespan_s, output_tokens_per_s and total_tokens_per_s (input + output)
        over all sequences, decode_tokens_per_s (output, while decoding), tokens_per_s_per_user,
        energy_j and tokens per joule (0 where no power is published), macs, resident_bytes,
        decode_gain (most that weights in place gain over it), prefill and decode (one pass, with
        what bounds it: compute, weights, kv or exchange), assumptions. Of two stacks the prompt is
        the source, and prefill ends with the first output. ArgumentError where weights, keys and
        values do not fit.
        """
        prompt = None if prompt is None else whole(prompt, "prompt", 0, LARGEST)
        generate = None if generate is None else whole(generate, "generate", 0, LARGEST)
        batch = whole(batch, "batch", 0, LARGEST)
        return Figures(_core.baseline_estimate(self._spec, _graph(network), prompt, generate, batch))

    def steady(self, network: Network, prompt: int, generate: int, batch: int = 0) -> Figures:
        """Requests that follow each other without a pause; batch 0: as many at a time as fit.

        Keys: batch, requests_per_s, output_tokens_per_s, total_tokens_per_s, output_tokens_per_j, tpot_s.
        """
        lengths = [whole(value, name, 0, LARGEST) for name, value in (("prompt", prompt), ("generate", generate), ("batch", batch))]
        return Figures(_core.baseline_steady(self._spec, _graph(network), *lengths))

    def validate(self, configs: Iterable[Folder] = ()) -> "pd.DataFrame":
        """Its published results beside those of the model: figure, theirs, ours, error, status, kind, source.

        >>> rows = Baseline.preset("h100_x2").validate()
        >>> len(rows), bool((rows["error"].abs() < 0.35).all())
        (5, True)
        """
        import pandas as pd

        return pd.DataFrame(_core.baseline_rows(self._spec, config_roots(configs)))

    def _check(self) -> None:
        """Nothing beyond what the reader checks."""


def _graph(network: Network) -> _core.NetworkGraph:
    return of_kind(network, "network", Network)._graph


def decode_gain(network: Network, batch: float, context: int, weight_bits: int = 8, kv_bits: int = 8) -> Figures:
    """Most that decoding gains when weights stay in place: 1 + W / (B KV).

    Over a machine that streams weights, both bound by the same bandwidth of keys and values. Keys:
    gain, weight_bytes (W, read per step), kv_bytes_per_sequence (KV, at `context` tokens, of which
    the network holds as many; of two stacks those of source and answer together). ArgumentError
    beyond it, and for encoders, which keep nothing.

    >>> llama = Network.from_pretrained("llama-3-70b")
    >>> [round(decode_gain(llama, batch, 2048).gain, 1) for batch in (1, 8, 64, 256)]
    [208.1, 26.9, 4.2, 1.8]
    """
    _graph(network).require_context(whole(context, "context", 1, LARGEST))
    widths = [whole(bits, name, 1, WIDEST) for name, bits in (("weight_bits", weight_bits), ("kv_bits", kv_bits))]
    return law_at(network, real(batch, "batch"), context, *widths)


def law_at(network: Network, batch: float, context: int, weight_bits: int, kv_bits: int) -> Figures:
    """What decode_gain() says, of contexts beyond the network's as well."""
    return Figures(_core.decode_gain(_graph(network), batch, float(context), weight_bits, kv_bits))
