# SPDX-License-Identifier: Apache-2.0
"""Curves over workloads and machines: rates against context and batch, rooflines, scaling with model size."""

import math
import re
from collections.abc import Sequence

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from ohmformer.plots.figure import Panel
from ohmformer.report import palette
from ohmformer.report.charts import spread
from ohmformer.report.points import by_network, is_encoder
from ohmformer.report.quantities import digits, quantity, round_values, short_count
from ohmformer.curves.roofline import Attained, Roof, attained, other_roofs, roof_of
from ohmformer.curves.scaling import Figure, figures
from ohmformer.curves.workloads import Curve, curves, found_by, knee, reference_curves

MOST_LINES = 9
_WORKLOAD = re.compile(r"(.*), context=(\d+), batch=(\d+)")
INK, SOFT = "#1c2128", "#5b6472"
DASHES = ("--", ":", "-.")
AXES = {"context": "context, tokens", "batch": "batch, sequences at once"}


def rate_panels(points: list[dict], references: Sequence[dict] = ()) -> list[Panel]:
    """Tokens/s and tokens/J of every network against context, then against batch.

    references: rows of other machines, see reference_curves().
    """
    panels: list[Panel] = []
    for axis in ("context", "batch"):
        for network, lines in curves(points, axis).items():
            noun = "input tokens" if is_encoder(by_network(points)[network][0]) else "decoded tokens"
            others = reference_curves(list(references), network, axis)
            others = [line for line in others if line.held in (lines[0].held, lines[-1].held)]
            for key, unit in (("per_s", "s"), ("per_j", "J")):
                chosen = [line for line in lines if all(getattr(r, key) for r in line.rates)]
                if chosen:
                    said = found_by(by_network(points)[network])
                    text = ("\n".join([network, *filter(None, said.split("; "))]), f"{noun} per {'second, all users' if unit == 's' else 'joule'}")
                    panels.append(lambda axes, c=chosen, o=others, k=key, t=text: _draw_rates(axes, (c, o), k, t))
    return panels


def _draw_rates(axes: Axes, lines: tuple[list[Curve], list[Curve]], key: str, text: tuple[str, str]) -> None:
    own, others = lines
    shown = own[:: -(-len(own) // MOST_LINES)]
    colours = ordered_colours(len(shown))
    axes.set(xscale="log", yscale="log")
    labels = []
    axis = shown[0].axis
    other = "batch" if axis == "context" else "context"
    for line, colour in zip(shown, colours, strict=True):
        ys = [getattr(rate, key) for rate in line.rates]
        axes.plot(line.xs, ys, "o-", color=colour, ms=4.5)
        if key == "per_j" and all(rate.per_j_low and rate.per_j_high for rate in line.rates):
            ends = [[getattr(rate, end) for rate in line.rates] for end in ("per_j_low", "per_j_high")]
            axes.fill_between(line.xs, *ends, color=colour, alpha=0.12, lw=0)
        labels.append((line.xs[-1], ys[-1], f"{other} {line.held:,}", colour))
        at = knee(line)
        if at and key == "per_s":
            axes.plot(*at, marker="D", ms=9, mfc="white", mec=colour, mew=1.8, ls="none", zorder=5)
    for number, line in enumerate(others):
        known = [(x, getattr(rate, key)) for x, rate in zip(line.xs, line.rates, strict=True) if getattr(rate, key)]
        if known:
            axes.plot(*zip(*known, strict=True), color=SOFT, lw=1.4, ls=DASHES[number % len(DASHES)])
            labels.append((*known[-1], f"{line.machine}, {other} {line.held:,}", SOFT))
    values = round_values(value for line in shown + others for value in line.values(key))
    axes.set_yticks(values, [quantity(value, "", 1) for value in values], fontsize=9.5)
    axes.set_ylim(values[0], values[-1])
    _ticks(axes, sorted({x for line in shown for x in line.xs}))
    label_ends(axes, labels)
    axes.set_xlabel(AXES[axis])
    axes.set_ylabel(text[1])
    knees = key == "per_s" and any(knee(line) for line in shown)
    shaded = key == "per_j" and any(rate.per_j_high for line in shown for rate in line.rates)
    below = "◇ knee: a step takes twice as long as at the left end" if knees else "shade: range of the sources" if shaded else ""
    axes.set_title(f"{text[0]}\n{below}", fontsize=11)


def ordered_colours(count: int) -> list[str]:
    """Colours of ordered lines, from dark to light, all readable on white."""
    scale = colormaps["viridis"]
    return [to_hex(scale(0.05 + 0.75 * n / max(count - 1, 1))) for n in range(count)]


def _ticks(axes: Axes, xs: list[int]) -> None:
    """Powers of two as people write them."""
    kept = xs[:: -(-len(xs) // 11)]
    axes.set_xticks(kept, [short_count(x) for x in kept], fontsize=9.5)
    axes.minorticks_off()


def label_ends(axes: Axes, labels: list[tuple[float, float, str, str]]) -> None:
    """Names at the right ends of lines, moved apart where they would overlap."""
    if not labels:
        return
    axes.figure.canvas.draw_idle()
    low, high = axes.get_ylim()
    height = max(axes.get_window_extent().height, 1.0)
    logs = math.log(high / low) if axes.get_yscale() == "log" else high - low
    gap = 15 * axes.figure.dpi / 100 / height  # of the axis' height
    own = [(math.log(y / low) if axes.get_yscale() == "log" else y - low) / logs for _, y, _, _ in labels]
    for (x, y, text, colour), place, at in zip(labels, own, spread(own, gap), strict=True):
        shift = (at - place) * height * 72 / axes.figure.dpi
        axes.annotate(text, (x, y), (7, shift), textcoords="offset points", va="center", color=colour, fontsize=9)
    axes.margins(x=0.05)


def roofline_panels(points: list[dict], machines: Sequence[dict] = ()) -> list[Panel]:
    """The chip's roof with every workload beneath, and roofs of other machines."""
    found = [entry for entry in map(attained, points) if entry]
    roofs = {roof for roof in map(roof_of, points) if roof}
    if not found or not roofs:
        return []
    ordered = sorted(roofs, key=lambda roof: -roof.ops_per_s)
    return [lambda axes: _draw_roofline(axes, ordered, other_roofs(list(machines)), found)]


def _draw_roofline(axes: Axes, roofs: list[Roof], others: list[Roof], found: list[Attained]) -> None:
    known = [entry.intensity for entry in found if math.isfinite(entry.intensity)]
    ridges = [roof.ridge for roof in roofs + others if roof.ridge]
    low = min([*known, *ridges, 1.0]) / 3
    high = 30 * max([*known, *ridges, 100.0])
    axes.set(xscale="log", yscale="log", xlim=(low, high))
    for roof, style in [(r, {"color": INK, "lw": 2}) for r in roofs] + [
        (r, {"color": SOFT, "lw": 1.3, "ls": DASHES[n % len(DASHES)]}) for n, r in enumerate(others)
    ]:
        bend = [roof.ridge] if roof.ridge else []
        xs = [low, *bend, high]
        axes.plot(xs, [roof.attainable(x) for x in xs], **style)
        axes.annotate(
            f"{roof.name}: {quantity(roof.ops_per_s, 'op/s')}", (high, roof.ops_per_s), (-4, 3), ha="right",
            textcoords="offset points", fontsize=9, color=style["color"],
        )  # fmt: skip
    names = list(dict.fromkeys(entry.name.split(",")[0] for entry in found))
    colours = [palette.colour(names.index(entry.name.split(",")[0])) for entry in found]
    for entry, colour in zip(found, colours, strict=True):
        _draw_attained(axes, entry, colour, high)
    rates = [x for e in found for x in (e.ops_per_s, e.bound_per_s or e.ops_per_s)]
    axes.set_ylim(min(rates) / 5, 4 * max([r.ops_per_s for r in roofs + others] + rates))
    spots = zip(found, short_names([entry.name for entry in found]), colours, strict=True)
    ends = [(min(e.intensity, high / 2), e.ops_per_s, name, c) for e, name, c in spots]
    label_ends(axes, ends[: 2 * MOST_LINES])
    axes.set_xlim(low, high)
    axes.set_xlabel("operations per byte of DRAM traffic (weights in arrays cost none)")
    axes.set_ylabel("operations/s (1 MAC = 2)")
    axes.set_title("Roofline: ● attained, – no schedule beats it")


def short_names(names: list[str]) -> list[str]:
    """Names of workloads beside each other: the network stands at its first one.

    >>> short_names(["a, context=2048, batch=1", "a, context=2048, batch=4", "b"])
    ['a, context 2k, batch 1', '2k, 4', 'b']
    """
    found, seen = [], set()
    for name in names:
        parts = _WORKLOAD.fullmatch(name)
        if parts is None:
            found.append(name)
            continue
        network, context, batch = parts[1], short_count(int(parts[2])), parts[3]
        found.append(f"{context}, {batch}" if network in seen else f"{network}, context {context}, batch {batch}")
        seen.add(network)
    return found


def _draw_attained(axes: Axes, entry: Attained, colour: str, right: float) -> None:
    endless = math.isinf(entry.intensity)
    x = right / 2 if endless else entry.intensity
    axes.plot(x, entry.ops_per_s, marker=">" if endless else "o", ms=7, color=colour, ls="none")
    if entry.bound_per_s:
        axes.plot([x, x], [entry.ops_per_s, entry.bound_per_s], color=colour, lw=1)
        axes.plot(x, entry.bound_per_s, marker="_", ms=12, mew=2, color=colour)


def scaling_panels(points: list[dict]) -> list[Panel]:
    """Arrays, area, throughput and energy against the weights of the network."""
    return [lambda axes, f=figure: _draw_scaling(axes, f) for figure in figures(points)]


def _draw_scaling(axes: Axes, figure: Figure) -> None:
    xs, ys = [s.weights for s in figure.sizes], [s.value for s in figure.sizes]
    factor, unit = (1e6, "mm²") if figure.unit == "m2" else (1.0, figure.unit)
    axes.set(xscale="log", yscale="log")
    axes.plot(xs, [y * factor for y in ys], color=palette.GREY, lw=1)
    axes.plot(xs, [y * factor for y in ys], "o", color=palette.ANALOG, ms=6)
    last, above = 0.0, False
    for x, y, size in zip(xs, ys, figure.sizes, strict=True):
        near = last > 0 and math.log(x / last) < 0.12 * math.log(xs[-1] / xs[0])
        last, above = x, not (near and above)
        axes.annotate(
            size.network, (x, y * factor), (-5, 4) if above else (5, -4), textcoords="offset points", fontsize=8.5,
            ha="right" if above else "left", va="bottom" if above else "top",
        )  # fmt: skip
    axes.margins(x=0.22, y=0.12)
    axes.set_xlabel("weights in crossbars")
    axes.set_ylabel(f"{figure.title}, {unit}" if unit else figure.title, fontsize=10)
    first, end = figure.sizes[0], figure.sizes[-1]
    times = f"×{digits(end.value / first.value)} for ×{digits(end.weights / first.weights)} weights"
    axes.set_title(times, fontsize=11)
