# SPDX-License-Identifier: Apache-2.0
"""Rooflines: what compute and memory allow, and what workloads attain."""

import math
from dataclasses import dataclass

from ohmformer.report.points import display_name
from ohmformer.report.quantities import finite


@dataclass(frozen=True)
class Roof:
    """A machine: rate of operations (1 MAC = 2), and of bytes from the memory outside its arrays."""

    name: str
    ops_per_s: float
    bytes_per_s: float | None

    @property
    def ridge(self) -> float | None:
        """Operations per byte above which the memory does not limit."""
        return self.ops_per_s / self.bytes_per_s if self.bytes_per_s else None

    def attainable(self, intensity: float) -> float:
        """Operations per second at that many operations per byte."""
        if not self.bytes_per_s or math.isinf(intensity):
            return self.ops_per_s
        return min(self.ops_per_s, intensity * self.bytes_per_s)


@dataclass(frozen=True)
class Attained:
    """A workload: operations per byte of memory traffic (infinite without), and per second.

    bound_per_s: what no schedule on this chip exceeds, from its own lower bound.
    """

    name: str
    intensity: float
    ops_per_s: float
    bound_per_s: float | None


def roof_of(point: dict) -> Roof | None:
    """The roof of the chips that a point ran on: all arrays at once, beside their DRAMs."""
    peak = (point.get("peak") or {}).get("chip") or {}
    ops, chips = finite(peak.get("ops_per_s")), point.get("system_chips") or 1
    name = "all arrays at once" if chips == 1 else f"all arrays of {chips:,} chips at once"
    return Roof(name, chips * ops, chips * (finite(point.get("dram_bytes_per_s")) or 0.0) or None) if ops else None


def dram_bytes(point: dict) -> float | None:
    """Bytes over the memory interface in the whole run, None without a ledger."""
    given = finite(point.get("dram_bytes"))
    if given is not None:
        return given
    rows = point.get("breakdown")
    if not rows:
        return None
    return float(sum(row.get("count") or 0 for row in rows if row.get("component") == "dram"))


def attained(point: dict) -> Attained | None:
    """Where a point stands."""
    macs, makespan = finite(point.get("macs")), finite(point.get("makespan_s"))
    moved = dram_bytes(point)
    if not macs or not makespan or moved is None:
        return None
    bound = finite(point.get("lower_bound_s"))
    if point.get("prompt_in_cache") and (tpot := finite(point.get("tpot_s"))):  # macs leave out the first output
        generate = point["conditions"]["generate"]
        makespan, bound = (generate - 1) * tpot, bound and bound * (generate - 1) / generate
    intensity = 2 * macs / moved if moved else math.inf
    return Attained(display_name(point), intensity, 2 * macs / makespan, 2 * macs / bound if bound else None)


def other_roofs(machines: list[dict]) -> list[Roof]:
    """Machines to compare with: name, ops_per_s, bytes_per_s."""
    return [
        Roof(row["name"], row["ops_per_s"], finite(row.get("bytes_per_s")))
        for row in machines
        if finite(row.get("ops_per_s"))
    ]
