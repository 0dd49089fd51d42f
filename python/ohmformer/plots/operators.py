# SPDX-License-Identifier: Apache-2.0
"""Energy, work and latency by operator × component × phase."""

from matplotlib.axes import Axes

from ohmformer.plots.figure import Panel
from ohmformer.report import breakdown, palette
from ohmformer.report.costs import MOST_BARS
from ohmformer.report.latency import WAITING, shown_tokens, token_latency
from ohmformer.report.points import display_name
from ohmformer.report.quantities import quantity, scale_for, share

WORDS = {"energy_j": ("energy", "J"), "busy_s": ("work, summed over all instances", "s")}
LATENCY_COLOURS = {
    "arrays": palette.COLOURS[0],
    "digital unit": palette.COLOURS[1],
    "attention unit": palette.COLOURS[2],
    "network on chip": palette.COLOURS[4],
    "DRAM": palette.COLOURS[3],
    WAITING: "#c9ced6",
}


def phase_panels(point: dict, key: str, colours: dict[str, str]) -> list[Panel]:
    """`energy_j` or `busy_s` by operator, stacked by component: one panel per phase, one scale for all."""
    rows = breakdown.rows(point)
    ranked = breakdown.ranked(breakdown.sums(rows, breakdown.operator_kind), key)[:MOST_BARS]
    phases = [name for name, _ in breakdown.ranked(breakdown.sums(rows, _phase), key)]
    operators = [name for name, _ in ranked]
    return [
        lambda axes, p=phase: _draw_phase(axes, (point, p, operators), key, colours) for phase in phases
    ]


def _phase(row: dict) -> str:
    return row.get("phase") or "unnamed"


def _draw_phase(axes: Axes, chosen: tuple[dict, str, list[str]], key: str, colours: dict[str, str]) -> None:
    point, phase, operators = chosen
    rows = breakdown.rows(point)
    everywhere = breakdown.sums(rows, lambda row: f"{_phase(row)}\n{breakdown.operator_kind(row)}")
    word, unit = WORDS[key]
    scale = scale_for([getattr(entry, key) for entry in everywhere.values()], unit)
    own = [row for row in rows if _phase(row) == phase]
    stacks: dict[str, list[float]] = {}
    for row in own:
        name = palette.stack_name(breakdown.component(row), colours)
        values = stacks.setdefault(name, [0.0] * len(operators))
        if breakdown.operator_kind(row) in operators:
            values[operators.index(breakdown.operator_kind(row))] += (row.get(key) or 0.0) * scale.factor
    draw_stacks(axes, operators, stacks, {name: colours.get(name, palette.GREY) for name in stacks})
    most = max(getattr(entry, key) for entry in everywhere.values()) * scale.factor
    axes.set_xlim(0, 1.05 * most)
    axes.set_xlabel(f"{word}, {scale.unit}")
    part, whole = (getattr(breakdown.total(chosen), key) for chosen in (own, rows))
    axes.set_title(f"{display_name(point)}: {phase}\n{quantity(part, unit)}, {share(part / whole)} of the run")


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
        if any(name in parts for parts in latency.values())
    }
    draw_stacks(axes, operators, stacks, LATENCY_COLOURS)
    left_out = f", {len(rest)} smaller operators not shown" if rest else ""
    axes.set_title(f"{display_name(point)}: token {token} ({phase})\n{quantity(whole, 's')} from first to last step")
    axes.set_xlabel(f"time on the way of this token, all layers, {scale.unit}{left_out}")
