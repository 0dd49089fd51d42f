# SPDX-License-Identifier: Apache-2.0
"""Transformers: their operator graph, and their weights where there are any."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ohmformer import _core
from ohmformer.checks import of_kind, real, whole
from ohmformer.errors import ArgumentError, ConfigError
from ohmformer.roots import Folder, config_roots, trained_folder, trained_names

LARGEST = 2**32 - 1
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")


class Network:
    """A Transformer as its operators, with weights if it was loaded from a folder that holds them.

    >>> network = Network.from_pretrained("gpt2-small")
    >>> network.name, network.has_weights, network.parameters
    ('gpt2-small', False, 124439808)
    """

    def __init__(self, graph: _core.NetworkGraph, folder: Path | None = None, label: str | None = None):
        self._graph, self._folder = of_kind(graph, "graph", _core.NetworkGraph), folder
        self._name = label or graph.name

    @classmethod
    def from_pretrained(cls, source: str | Path, configs: Iterable[Folder] = ()) -> "Network":
        """The network that `source` means.

        A Hugging Face folder (config.json and safetensors), the name of a trained network that comes
        with the package, or, without weights, a config.json, a YAML file, or a preset such as
        "gpt2-small" or "openai-community/gpt2". Raises ConfigError with what is wrong where.
        """
        if not isinstance(source, (str, Path)):
            raise ArgumentError(f"network: {type(source).__name__} found; expected a name or the path of a folder")
        name, roots = str(source), config_roots(configs)
        if name in _core.component_names("network", roots):  # before all presets are read for their aliases
            return cls(_core.NetworkGraph.from_name(name, roots))
        presets = {key for preset, aliases, *_ in _core.network_presets(roots) for key in (preset, *aliases)}
        if name in presets:
            return cls(_core.NetworkGraph.from_name(name, roots))
        if name in trained_names():
            return cls._from_folder(trained_folder(name), name)
        if name and Path(name).is_dir():
            return cls._from_folder(Path(name), Path(name).resolve().name)
        if name.endswith((".yaml", ".json")):
            return cls(_core.NetworkGraph.from_name(name, roots))
        known = sorted(presets | set(trained_names()))
        raise ConfigError(
            f"network '{name[:200]}' not found; expected a folder with config.json and model.safetensors, or one of: "
            f"{', '.join(known)}{_core.did_you_mean(name, known)}"
        )

    @classmethod
    def _from_folder(cls, folder: Path, label: str) -> "Network":
        if any((folder / file).exists() for file in WEIGHTS):
            return cls(_core.NetworkGraph.from_folder(folder), folder, label)
        return cls(_core.NetworkGraph.from_name(str(folder), []), folder, label)

    @property
    def name(self) -> str:
        """Name of the preset, or of the folder."""
        return self._name

    @property
    def folder(self) -> Path | None:
        """Where its weights lie."""
        return self._folder

    @property
    def has_weights(self) -> bool:
        """Whether it can be scored, not only mapped and timed."""
        return self._graph.has_weights

    @property
    def is_decoder(self) -> bool:
        """Whether it predicts next tokens; else it encodes a whole input at once."""
        return self._graph.is_decoder

    @property
    def parameters(self) -> int:
        """Trainable values; a tied head counts once."""
        return self._graph.parameters

    @property
    def adapter_parameters(self) -> int:
        """Values of its low-rank adapters, which `parameters` leaves out."""
        return self._graph.adapter_parameters

    @property
    def macs_per_token(self) -> int:
        """Multiply-accumulates of one token in static weights, routed experts by their share.

        >>> Network.from_pretrained("llama-3-70b").macs_per_token
        69501714432
        """
        return self._graph.macs_per_token

    @property
    def kv_values_per_token(self) -> int:
        """Values that one token adds to the KV cache.

        >>> Network.from_pretrained("llama-3-70b").kv_values_per_token / 1024  # KiB at 8 bits
        160.0
        """
        return self._graph.kv_values_per_token

    @property
    def start_tokens(self) -> int:
        """Tokens that the second of two stacks begins with, behind which its first output stands; 0 with one stack.

        >>> [Network.from_pretrained(name).start_tokens for name in ("t5-small", "gpt2-small")]
        [1, 0]
        """
        return 1 if self.to_dict()["n_decoder_layers"] else 0

    @property
    def most_positions(self) -> int:
        """Tokens that one attends to at most, itself included: the context; of two stacks that of the source and of the answer.

        >>> [Network.from_pretrained(name).most_positions for name in ("t5-small", "gpt2-small")]
        [1024, 1024]
        """
        return self._graph.most_positions

    @property
    def matmuls(self) -> list[dict[str, Any]]:
        """The matrices with static weights: name, layer, part, rows (inputs), columns (outputs)."""
        return self._graph.matmuls

    def with_outliers(self, factor: float, channels: int = 2, seed: int = 0) -> "Network":
        """The same function with `channels` large activation channels behind every norm.

        As large language models have (Dettmers et al., LLM.int8(), 2022); for pre-norm models.
        """
        numbers = real(factor, "factor"), whole(channels, "channels", 0, LARGEST), whole(seed, "seed", 0, LARGEST)
        return Network(self._graph.with_outliers(*numbers), self._folder, self._name)

    def rescaled(self, inputs: Any, alpha: float = 0.5, tokens: int = 1024) -> "Network":
        """The same function with ranges of activation channels moved into the weights.

        SmoothQuant (Xiao et al., 2023) with the channel maxima of `inputs`, at most `tokens` of them
        per matrix.
        """
        from ohmformer.accuracy import Evaluation, inputs_of

        seen = Evaluation(inputs_of(self, inputs, "inputs")).scored()
        found = _core.Calibration.record(self._graph, seen, whole(tokens, "tokens", 1, LARGEST))
        return Network(self._graph.rescaled(found.channel_maxima(), real(alpha, "alpha")), self._folder, self._name)

    def to_dict(self) -> dict[str, Any]:
        """Everything that decides its shape."""
        return self._graph.to_dict()

    def to_yaml(self) -> str:
        """The same as YAML that reads back."""
        return self._graph.to_yaml()

    def __repr__(self) -> str:
        return f"<ohmformer.Network {self.name}, {self.parameters:,} parameters>"
