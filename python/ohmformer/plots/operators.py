# SPDX-License-Identifier: Apache-2.0
"""Energy, work and latency by operator × component × phase."""

from matplotlib.axes import Axes

from ohmformer.plots.figure import Panel
from ohmformer.report import breakdown, palette
from ohmformer.report.costs import MOST_BARS
from ohmformer.report.latency import WAITING, shown_tokens, token_latency
from ohmformer.report.phases import LATENCY_COLOURS, LEAST_NAMED
from ohmformer.report.points import display_name
from ohmformer.report.quantities import quantity, scale_for, share


def phase_panels(point: dict, colours: dict[str, str]) -> list[Panel]:
    """Energy by operator, stacked by component: one panel per phase, in the order of time, on one scale."""
    rows = [row for row in breakdown.rows(point) if row.get("op")]
    found = breakdown.sums(rows, lambda row: row.get("phase") or "unnamed")
    phases = sorted((name for name in found if found[name].energy_j > 0), key=lambda name: name == "decode")
    return [lambda axes, p=phase: _draw_phase(axes, point, p, colours) for phase in phases]


def _draw_phase(axes: Axes, point: dict, phase: str, colours: dict[str, str]) -> None:
    rows = [row for row in breakdown.rows(point) if row.get("op")]
    ranked = breakdown.ranked(breakdown.sums(rows, breakdown.operator_kind), "energy_j")
    operators = [name for name, _ in ranked[:MOST_BARS]]
    bars = breakdown.sums(rows, lambda row: f"{row.get('phase')} {breakdown.operator_kind(row)}")
    most = max(entry.energy_j for entry in bars.values())
    scale = scale_for([most], "J")
    own = [row for row in rows if (row.get("phase") or "unnamed") == phase]
    stacks: dict[str, list[float]] = {}
    for row in own:
        name = palette.stack_name(breakdown.component(row), colours)
        values = stacks.setdefault(name, [0.0] * len(operators))
        if breakdown.operator_kind(row) in operators:
            values[operators.index(breakdown.operator_kind(row))] += (row.get("energy_j") or 0.0) * scale.factor
    draw_stacks(axes, operators, stacks, {name: colours.get(name, palette.GREY) for name in stacks})
    axes.set_xlim(0, 1.05 * most * scale.factor)
    axes.set_xlabel(f"energy, {scale.unit}")
    part, whole = breakdown.total(own).energy_j, breakdown.total(breakdown.rows(point)).energy_j
    static = 1 - breakdown.total(rows).energy_j / whole
    beside = f"; {share(static)} belong to no operator" if static > 0.0005 else ""
    axes.set_title(f"{display_name(point)}: {phase}\n{quantity(part, 'J')}, {share(part / whole)} of the run{beside}", fontsize=11)


def draw_stacks(axes: Axes, bars: list[str], stacks: dict[str, list[float]], colours: dict[str, str]) -> None:
    """Horizontal bars, the first on top, each a stack of named values; the heaviest name first."""
    left = [0.0] * len(bars)
    order = sorted(stacks, key=lambda name: (name in (palette.OTHERS, WAITING), -sum(stacks[name])))
    for name in order:
        if any(stacks[name]):
            label = name.replace("_", " ")
            axes.barh(range(len(bars)), stacks[name], left=left, height=0.72, color=colours[name], label=label)
        left = [a + b for a, b in zip(left, stacks[name], strict=True)]
    axes.set_yticks(range(len(bars)), bars)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower right", fontsize=9)


def latency_panels(point: dict) -> list[Panel]:
    """Where the time of one token goes: one panel per phase whose events were recorded."""
    return [
        lambda axes, p=phase, f=found: _draw_latency(axes, point, p, f)
        for phase, found in shown_tokens(point).items()
    ]


def _draw_latency(axes: Axes, point: dict, phase: str, found: tuple[int, list[dict]]) -> None:
    token, events = found
    latency = token_latency(events)
    whole = sum(sum(parts.values()) for parts in latency.values())
    ranked = sorted(latency, key=lambda name: -sum(latency[name].values()))
    operators, rest = ranked[:MOST_BARS], ranked[MOST_BARS:]
    scale = scale_for([sum(latency[name].values()) for name in operators], "s")
    stacks = {
        name: [latency[op].get(name, 0.0) * scale.factor for op in operators]
        for name in LATENCY_COLOURS
        if sum(parts.get(name, 0.0) for parts in latency.values()) > LEAST_NAMED * whole
    }
    draw_stacks(axes, operators, stacks, LATENCY_COLOURS)
    left_out = f", {len(rest)} smaller operators not shown" if rest else ""
    axes.set_title(
        f"{display_name(point)}: token {token} ({phase})\n{quantity(whole, 's')} from its first to its last step",
        fontsize=11,
    )
    axes.set_xlabel(f"time of this token, all layers, {scale.unit}{left_out}")
