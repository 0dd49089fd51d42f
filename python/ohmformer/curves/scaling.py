# SPDX-License-Identifier: Apache-2.0
"""What grows with the size of a network."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

from ohmformer.report.points import by_network, is_encoder
from ohmformer.report.quantities import finite
from ohmformer.curves.workloads import rate_of


@dataclass(frozen=True)
class Size:
    """One network: its weights in crossbars, and a figure of it."""

    network: str
    weights: float
    value: float


@dataclass(frozen=True)
class Figure:
    """A figure against model size, one entry per network from small to large."""

    title: str
    unit: str
    sizes: tuple[Size, ...]

    @property
    def exponent(self) -> float:
        """The power of the weights by which the figure grows from the smallest to the largest network."""
        first, last = self.sizes[0], self.sizes[-1]
        return log(last.value / first.value) / log(last.weights / first.weights)


FEWEST = 3  # networks of different size that make a picture


def figures(points: list[dict]) -> list[Figure]:
    """Arrays, area, throughput and energy of the first point of every network, where three or more have them."""
    firsts = [group[0] for group in by_network(points).values()]
    decoders = [point for point in firsts if not is_encoder(point)]
    alike = decoders or firsts  # a token is no image
    where = _where(alike)
    wanted = (
        ("arrays", "", lambda p: (p.get("fit") or {}).get("arrays")),
        ("area of the tiles that hold weights", "m2", lambda p: (p.get("fit") or {}).get("area_m2")),
        (f"throughput, tokens/s{where}", "", lambda p: getattr(rate_of(p), "per_s", None)),
        (f"energy per token{where}", "J", _energy),
    )
    found = [Figure(title, unit, _sizes(alike, value)) for title, unit, value in wanted]
    return [figure for figure in found if len({size.weights for size in figure.sizes}) >= FEWEST]


def _where(points: list[dict]) -> str:
    """At which workload, where it is the same for all.

    >>> _where([{"label": "context=128, batch=1"}, {"label": "context=128, batch=1"}])
    ' at context 128, batch 1'
    """
    labels = {point.get("label") or "" for point in points}
    return f" at {labels.pop().replace('=', ' ')}" if len(labels) == 1 and all(labels) else ""


def _energy(point: dict) -> float | None:
    per_j = getattr(rate_of(point), "per_j", None)
    return 1 / per_j if per_j else None


def _sizes(points: list[dict], value: Callable[[dict], object]) -> tuple[Size, ...]:
    found = []
    for point in points:
        weights, known = finite((point.get("fit") or {}).get("crossbar_weights")), finite(value(point))
        if weights and known:
            found.append(Size(point.get("network") or point.get("name") or "network", weights, known))
    return tuple(sorted(found, key=lambda size: size.weights))
