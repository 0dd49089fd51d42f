# SPDX-License-Identifier: Apache-2.0
"""One network under many workloads: rates against context and batch, and where keys and values take over."""

import math
from dataclasses import dataclass

from ohmformer.report import breakdown
from ohmformer.report.points import by_network, is_encoder
from ohmformer.report.quantities import finite


@dataclass(frozen=True)
class Rate:
    """What one workload delivers: decoded tokens of a decoder, input tokens of an encoder.

    context: tokens that the last decoded one attends to; batch: sequences at once; per_j with the
    range that the sources leave open.
    """

    context: int
    batch: int
    per_s: float
    per_j: float | None
    per_j_low: float | None = None
    per_j_high: float | None = None


@dataclass(frozen=True)
class Curve:
    """Rates along `axis` ("context" or "batch"), the other one held at `held`; machine: whose."""

    axis: str
    held: int
    rates: tuple[Rate, ...]
    machine: str = ""

    @property
    def xs(self) -> list[int]:
        """Where along the axis."""
        return [getattr(rate, self.axis) for rate in self.rates]

    def values(self, key: str) -> list[float | None]:
        """All values of `key`, per_s or per_j, the ends of their ranges among them."""
        ends = ("", "_low", "_high") if key == "per_j" else ("",)
        return [getattr(rate, key + end) for rate in self.rates for end in ends]


def rate_of(point: dict) -> Rate | None:
    """The rate of one point, None where it decodes nothing or says too little.

    Decoding alone counts, from the first token that is generated to the last: batch / TPOT, and the
    ledger's phase "decode" with its share, by time, of what is spent all along ("static").
    """
    known = point.get("conditions") or {}
    batch = known.get("batch") or 1
    if is_encoder(point):
        speed, energy = finite(point.get("tokens_per_s")), finite(point.get("energy_per_token_j"))
        per_j = finite(point.get("tokens_per_j")) or (1 / energy if energy else None)
        return Rate(known.get("prompt") or 0, batch, speed, per_j) if speed else None
    tpot, generated = finite(point.get("tpot_s")), known.get("generate") or 0
    if not tpot or generated < 2:
        return None
    context = (known.get("prompt") or 0) + (known.get("answered") or 0) + generated
    energies = [decode_energy(point, end) for end in ("", "_high", "_low")]
    return Rate(context, batch, batch / tpot, *(batch * (generated - 1) / energy if energy else None for energy in energies))


def decode_energy(point: dict, end: str = "") -> float | None:
    """Energy of decoding, J: of all tokens after the first of every sequence.

    end: "_low" or "_high" for an end of the range that the sources leave open.
    """
    given = finite(point.get(f"decode_energy{end}_j"))
    if given is not None:
        return given
    sums = breakdown.sums(breakdown.rows(point), lambda row: row.get("phase") or "")
    if "decode" not in sums:
        return None
    decoded, static = (getattr(sums[name], f"energy{end}_j") if name in sums else 0.0 for name in ("decode", "static"))
    makespan = finite(point.get("makespan_s")) or math.inf
    decoding = (point["conditions"]["generate"] - 1) * (finite(point.get("tpot_s")) or 0.0)
    return decoded + static * min(decoding / makespan, 1.0)


def found_by(points: list[dict], form: str = "{}") -> str:
    """How times of one network's points were found, in words; empty where all are of events.

    >>> known = {"times_fidelity": "shape", "times_are": "lower bounds", "conditions": {"batch": 4}}
    >>> found_by([known | {"system_chips": 568}])
    'on 568 chips; times lower bounds (shape): batch 4'
    """
    batches: dict[str, set[int]] = {}
    for point in points:
        if point.get("times_fidelity"):
            name = f"times {point['times_are']} ({point['times_fidelity']})"
            batches.setdefault(name, set()).add((point.get("conditions") or {}).get("batch") or 1)
    if set(batches) <= {"times exact (events)"}:
        return ""
    chips = max(point.get("system_chips") or 1 for point in points)
    names = [f"{name}: batch {', '.join(map(str, sorted(of)))}" for name, of in batches.items()]
    return form.format("; ".join(([f"on {chips:,} chips"] if chips > 1 else []) + names))


def curves(points: list[dict], axis: str) -> dict[str, list[Curve]]:
    """By network, the lines along one axis; points that stand alone make no line."""
    other = "batch" if axis == "context" else "context"
    found = {}
    for network, group in by_network(points).items():
        lines: dict[int, list[Rate]] = {}
        for rate in filter(None, map(rate_of, group)):
            lines.setdefault(getattr(rate, other), []).append(rate)
        kept = [
            Curve(axis, held, tuple(sorted(rates, key=lambda r: getattr(r, axis))))
            for held, rates in sorted(lines.items())
            if len({getattr(rate, axis) for rate in rates}) > 1
        ]
        if kept:
            found[network] = kept
    return found


def reference_curves(references: list[dict], network: str, axis: str) -> list[Curve]:
    """Lines of other machines on the same network.

    `references` have machine, network, context, batch, tokens_per_s and, where power is known,
    tokens_per_j, both while decoding.
    """
    other = "batch" if axis == "context" else "context"
    lines: dict[tuple[str, int], list[Rate]] = {}
    for row in references:
        if row.get("network") == network and finite(row.get("tokens_per_s")):
            rate = Rate(row["context"], row["batch"], row["tokens_per_s"], finite(row.get("tokens_per_j")))
            lines.setdefault((row["machine"], getattr(rate, other)), []).append(rate)
    return [
        Curve(axis, held, tuple(sorted(rates, key=lambda r: getattr(r, axis))), machine)
        for (machine, held), rates in sorted(lines.items())
        if len({getattr(rate, axis) for rate in rates}) > 1
    ]


def knee(curve: Curve) -> tuple[float, float] | None:
    """Where a step takes twice as long as at the start of the line: (x, tokens/s) or None.

    A step serves one token of every sequence. Weights cost it the same at any context and batch,
    keys and values cost more with both; at twice the time they cost as much as all the rest.
    Between two points of the line the step time is taken as a power of x: a straight line in a log-log picture.
    """
    times = [rate.batch / rate.per_s for rate in curve.rates]
    for at in range(1, len(times)):
        before, after, goal = times[at - 1], times[at], 2 * times[0]
        if before < goal <= after:
            part = math.log(goal / before) / math.log(after / before)
            x = curve.xs[at - 1] * (curve.xs[at] / curve.xs[at - 1]) ** part
            batch = x if curve.axis == "batch" else curve.rates[0].batch
            return x, batch / goal
    return None
