# SPDX-License-Identifier: Apache-2.0
"""Energy by operator × component in each phase, and where the time of one token goes."""

from dataclasses import replace

from ohmformer.report import breakdown, palette
from ohmformer.report.charts import Chart, bars_height, blank, legend_above, plain, reversed_categories
from ohmformer.report.costs import MOST_BARS, by_operator
from ohmformer.report.latency import WAITING, shown_tokens, token_latency
from ohmformer.report.quantities import quantity, scale_for, share

LEAST_NAMED = 1e-3  # share of a token's time below which a kind of resource is left out
LATENCY_COLOURS = {
    "arrays": palette.COLOURS[0],
    "digital unit": palette.COLOURS[1],
    "attention unit": palette.COLOURS[2],
    "network on chip": palette.COLOURS[4],
    "DRAM": palette.COLOURS[3],
    WAITING: "#c9ced6",
}


def phase_charts(point: dict, colours: dict[str, str]) -> list[Chart]:
    """Energy by operator, one chart per phase where there are several, on one scale."""
    rows = [row for row in breakdown.rows(point) if row.get("op")]
    phases = list(dict.fromkeys(sorted((row.get("phase") or "unnamed" for row in rows), key=lambda p: p == "decode")))
    if len(phases) < 2:
        return []
    whole = breakdown.total(breakdown.rows(point)).energy_j
    bars = breakdown.sums(rows, lambda row: f"{row.get('phase')} {breakdown.operator_kind(row)}")
    most = max(entry.energy_j for entry in bars.values())
    found = []
    for phase in phases:
        own = [row for row in rows if (row.get("phase") or "unnamed") == phase]
        chart = by_operator(point | {"breakdown": own}, "energy_j", colours)
        if chart:
            energy = breakdown.total(own).energy_j
            unit = scale_for([entry.energy_j for _, entry in _operators(own)], "J")
            chart.figure.update_xaxes(range=[0, 1.05 * most * unit.factor])
            caption = f"{quantity(energy, 'J')}, {share(energy / whole)} of the run; the phases share one scale."
            found.append(replace(chart, title=f"Energy by operator: {phase}", caption=caption))
    return found


def _operators(rows: list[dict]) -> list[tuple[str, breakdown.Sum]]:
    return breakdown.ranked(breakdown.sums(rows, breakdown.operator_kind), "energy_j")


def latency_charts(point: dict) -> list[Chart]:
    """Time of one token by operator and kind of resource, one chart per phase that was recorded."""
    return [_latency(phase, token, events) for phase, (token, events) in shown_tokens(point).items()]


def _latency(phase: str, token: int, events: list[dict]) -> Chart:
    latency = token_latency(events)
    whole = sum(sum(parts.values()) for parts in latency.values())
    kept = sorted(latency, key=lambda name: -sum(latency[name].values()))[:MOST_BARS]
    scale = scale_for([sum(latency[name].values()) for name in kept], "s")
    figure = blank(barmode="stack", legend=legend_above() | {"traceorder": "normal"})
    for name, colour in LATENCY_COLOURS.items():
        if sum(parts.get(name, 0.0) for parts in latency.values()) > LEAST_NAMED * whole:
            values = [latency[op].get(name, 0.0) for op in kept]
            figure.add_bar(
                x=[value * scale.factor for value in values],
                y=[plain(op) for op in kept],
                orientation="h",
                name=name,
                marker={"color": colour},
                customdata=[quantity(value, "s") for value in values],
                hovertemplate=f"%{{y}}, {name}: %{{customdata}}<extra></extra>",
            )
    reversed_categories(figure)
    figure.update_yaxes(categoryorder="array", categoryarray=[plain(op) for op in kept])
    figure.update_xaxes(title=f"time of this token, all layers, {scale.unit}")
    caption = (
        f"{quantity(whole, 's')} from its first to its last step, every instant counted once; "
        "waiting: for other tokens, or for results on their way."
    )
    return Chart(f"Latency of token {token} ({phase})", figure, caption, bars_height(len(kept), 2))
