# SPDX-License-Identifier: Apache-2.0
"""Networks on chips: does it fit, and where does what stand."""

from typing import Any

from ohmformer import _core
from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError
from ohmformer.network import Network


class Mapping:
    """A network partitioned over arrays, placed on tiles, routed and verified.

    >>> network, chip = Network.from_pretrained("vit-small"), Chip.load("rram_22nm")
    >>> mapping = map_network(network, chip)
    >>> mapping.placement["mesh"], len(mapping.placement["tiles"]) > 1
    ((26, 26), True)
    """

    def __init__(self, network: Network, chip: Chip):
        _require(network, chip)
        self.network, self.chip = network, chip
        self._mapped = _core.MappedNetwork.map(network._graph, chip._spec)

    @property
    def placement(self) -> dict[str, Any]:
        """Mesh, slots per tile, tiles with what they hold, and traffic in byte × hops per token."""
        return self._mapped.placement

    @property
    def traffic(self) -> dict[str, Any]:
        """Bytes of one token over every link that carries any: lists link, from, to (tiles), bytes.

        One entry per pair of neighbouring tiles and direction; pairs that share a link between chips
        have its number and its bytes in common.
        """
        return self._mapped.traffic

    @property
    def verification(self) -> dict[str, Any]:
        """What the independent verifier checked, and what it took for granted."""
        return self._mapped.verification

    def __repr__(self) -> str:
        return f"<ohmformer.Mapping {self.network.name} on {self.chip.name}>"


def map_network(network: Network, chip: Chip) -> Mapping:
    """Partition, place and verify; `ohmformer.map`.

    Raises ConfigError if the network does not fit on the chip.
    """
    return Mapping(network, chip)


def fit(network: Network, chip: Chip) -> dict[str, Any]:
    """What a network takes on (as many as needed of) a chip, closed forms for any size.

    >>> found = fit(Network.from_pretrained("gpt2-small"), Chip.load("rram_22nm"))
    >>> found["body"]["weights"], found["body"]["arrays"]
    (84934656, 41472)
    """
    _require(network, chip)
    return _core.fit(network._graph, chip._spec)


def _require(network: Any, chip: Any) -> None:
    if not isinstance(network, Network):
        raise ArgumentError(f"network: {type(network).__name__} found; expected an ohmformer.Network")
    if not isinstance(chip, Chip):
        raise ArgumentError(f"chip: {type(chip).__name__} found; expected an ohmformer.Chip")
