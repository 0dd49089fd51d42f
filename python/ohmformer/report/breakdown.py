# SPDX-License-Identifier: Apache-2.0
"""Sums of the ledger's rows: by component, by operator, by phase."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ohmformer.report.quantities import finite

ONCE = "program"  # the phase in which weights are written; no part of a run
_LAYER = re.compile(r"(?<![\w])\d+\.")


@dataclass
class Sum:
    """Energy in J, busy time in s, area in m²; the range is the sum of the rows' ends."""

    energy_j: float = 0.0
    energy_low_j: float = 0.0
    energy_high_j: float = 0.0
    busy_s: float = 0.0
    area_m2: float = 0.0
    area_low_m2: float = 0.0
    area_high_m2: float = 0.0

    def add(self, row: dict) -> None:
        """Add one row; an absent end of a range is the figure itself."""
        for figure, unit in (("energy", "_j"), ("area", "_m2")):
            middle = finite(row.get(figure + unit)) or 0.0
            for end in ("", "_low", "_high"):
                known = finite(row.get(f"{figure}{end}{unit}"))
                name = f"{figure}{end}{unit}"
                setattr(self, name, getattr(self, name) + (middle if known is None else known))
        self.busy_s += finite(row.get("busy_s")) or 0.0


def rows(point: dict) -> list[dict]:
    """Every row that belongs to a run: all but the writing of the weights."""
    return [row for row in point.get("breakdown") or [] if row.get("phase") != ONCE]


def sums(chosen: list[dict], key: Callable[[dict], str]) -> dict[str, Sum]:
    """One sum per value of `key`, in the order in which they occur."""
    found: dict[str, Sum] = {}
    for row in chosen:
        found.setdefault(key(row), Sum()).add(row)
    return found


def total(chosen: list[dict]) -> Sum:
    """The sum of all rows."""
    return sums(chosen, lambda _: "").get("", Sum())


def component(row: dict) -> str:
    """Name of the row's component."""
    return row.get("component") or "unnamed"


def operator_kind(row: dict) -> str:
    """The operator without its layer, so that like operators of all layers meet.

    >>> operator_kind({"op": "h.3.attn.qkv", "layer": 3}), operator_kind({"op": ""})
    ('h.attn.qkv', 'no operator')
    """
    return _LAYER.sub("", row.get("op") or "") or "no operator"


def ranked(found: dict[str, Sum], figure: str) -> list[tuple[str, Sum]]:
    """Those whose figure is above zero, the largest first."""
    present = [(name, entry) for name, entry in found.items() if getattr(entry, figure) > 0]
    return sorted(present, key=lambda pair: (-getattr(pair[1], figure), pair[0]))


def merged(found: list[tuple[str, Sum]], most: int) -> list[tuple[str, Sum]]:
    """At most `most` entries: the tail becomes one entry that says how many it holds."""
    if len(found) <= most:
        return found
    rest = Sum()
    for _, entry in found[most - 1 :]:
        rest.add(vars(entry))
    return [*found[: most - 1], (f"{len(found) - most + 1} others", rest)]


def phases(point: dict) -> dict[str, float]:
    """Share of the run's energy by phase, the largest first."""
    found = ranked(sums(rows(point), lambda row: row.get("phase") or "unnamed"), "energy_j")
    whole = sum(entry.energy_j for _, entry in found)
    return {name: entry.energy_j / whole for name, entry in found}


def sources(points: list[dict]) -> dict[str, list[str]]:
    """Components served by each distinct source, both in alphabetical order."""
    found: dict[str, set[str]] = {}
    for point in points:
        for row in point.get("breakdown") or []:
            if row.get("source"):
                found.setdefault(row["source"], set()).add(component(row))
    return {source: sorted(found[source]) for source in sorted(found)}
