# SPDX-License-Identifier: Apache-2.0
"""Networks on chips: does it fit, and where does what stand."""

from typing import Any

from ohmformer import _core
from ohmformer.chip import Chip
from ohmformer.checks import of_kind
from ohmformer.errors import ArgumentError
from ohmformer.network import Network

PAIR = 2  # cells of a weight of few values: one for each sign


class Mapping:
    """A network partitioned over arrays, placed on tiles, routed and verified.

    >>> network, chip = Network.from_pretrained("vit-small"), Chip.load("rram_22nm")
    >>> mapping = map_network(network, chip)
    >>> mapping.placement["mesh"], len(mapping.placement["tiles"]) > 1
    ((26, 26), True)
    """

    def __init__(self, network: Network, chip: Chip):
        require_pair(network, chip)
        self.network, self.chip = network, chip
        self._mapped = _core.MappedNetwork.map(network._graph, chip._spec)

    @property
    def placement(self) -> dict[str, Any]:
        """Mesh, slots per tile, tiles with what they hold, and traffic in byte × hops per token.

        The traffic stands beside a lower bound of any placement of these tiles, and beside that of
        the snake (start_cost_byte_hops) where the placement was annealed.
        """
        return self._mapped.placement

    @property
    def traffic(self) -> dict[str, Any]:
        """Bytes of one token over every link that carries any: lists link, from, to (tiles), bytes.

        One entry per pair of neighbouring tiles and direction; pairs that share a link between chips
        have its number and its bytes in common.
        """
        return self._mapped.traffic

    @property
    def arrangement(self) -> dict[str, Any]:
        """Copies by matrix (0: digital), arrays and the fewest that any packing takes, duplication.

        The duplication's cost is the longest time per token of a matrix, its copies counted (or,
        for latency, the sum of those times), in seconds, beside what no choice of copies beats.

        >>> network, chip = Network.from_pretrained("vit-small"), Chip.load("rram_22nm")
        >>> arranged = map_network(network, chip, duplication="throughput").arrangement
        >>> arranged["duplication"]["gap"], max(arranged["copies"].values()) > 1
        (0.0, True)
        """
        return self._mapped.arrangement

    @property
    def verification(self) -> dict[str, Any]:
        """What the independent verifier checked, and what it took for granted."""
        return self._mapped.verification

    def __repr__(self) -> str:
        return f"<ohmformer.Mapping {self.network.name} on {self.chip.name}>"


def map_network(network: Network, chip: Chip, **policy: Any) -> Mapping:
    """Partition, duplicate, pack, place and verify; `ohmformer.map`.

    Args: policy replaces keys of the chip's `map`: split (chip, max, equal, accuracy), packing
    (none, edge_blocks), duplication (none, throughput, latency) within budget (tiles; up to 1 a
    share of the chip), placement (auto, snake, bands, anneal) with moves and seed, tensor_parallel (auto, or chips side
    by side over which each layer is spread), attention_tiles (auto, or
    how many share a head's positions) at context positions, matrices (rules by name).
    Raises ConfigError if the network does not fit on the chip.

    >>> network, chip = Network.from_pretrained("vit-small"), Chip.load("rram_22nm")
    >>> rules = [{"match": "h.*.ffn.*", "on": "digital"}]
    >>> map_network(network, chip, matrices=rules).arrangement["copies"]["h.0.ffn.up"]
    0
    """
    require_pair(network, chip)
    return Mapping(network, chip.override({f"map.{key}": value for key, value in policy.items()}) if policy else chip)


def fit(network: Network, chip: Chip) -> dict[str, Any]:
    """What map() would take of one copy of each matrix, for any size: as many chips as needed, and
    whether there are so many (`fits`); `lacking` says what bands of whole rows lack where the tiles suffice.

    `assumptions`, a list of sentences, says what the figures take for granted.

    >>> found = fit(Network.from_pretrained("gpt2-small"), Chip.load("rram_22nm"))
    >>> found["body"]["weights"], found["body"]["arrays"]
    (84934656, 41472)
    """
    require_pair(network, chip)
    found = _core.fit(network._graph, chip._spec)
    return found | {"assumptions": _assumptions(found, network)}


def _assumptions(found: dict[str, Any], network: Network) -> list[str]:
    """That weights of few values take the cells of weights of many, where they do."""
    levels, body = network.to_dict()["weight_levels"], found["body"]
    if levels == 0 or body["cells"] <= PAIR * body["weights"]:
        return []
    each = body["cells"] / body["weights"]
    return [f"weights of {levels} values are stored as the macro's weights, in {each:.3g} cells each: no smaller cells"]


def fits(network: Network, chip: Chip) -> bool:
    """What fit() says in `fits`, without its list of matrices.

    >>> fits(Network.from_pretrained("gpt2-small"), Chip.load("rram_22nm"))
    True
    """
    require_pair(network, chip)
    return _core.fits(network._graph, chip._spec)


def fit_to_stay(network: Network, chip: Chip) -> dict[str, Any]:
    """fit(), of weights that are never rewritten: ArgumentError where `larger` of the chip says otherwise."""
    found = fit(network, chip)
    larger = chip.to_dict()["larger"]
    if not found["fits"] and larger != "chips":
        raise ArgumentError(
            f"chip {chip.name}: larger: {larger} for {network.name}, of which decode steps are asked; expected larger: chips"
        )
    return found


def require_pair(network: Any, chip: Any) -> None:
    """Refuse what is no network, and what is no chip."""
    of_kind(network, "network", Network)
    of_kind(chip, "chip", Chip)
