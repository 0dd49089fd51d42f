# SPDX-License-Identifier: Apache-2.0
"""How well a network does: perplexity as it is, accuracy (a fraction) in percent."""

from ohmformer.report.quantities import ABSENT, finite, signed

SOURCE_NAMES = {
    "all": "everything on",
    "none": "quantisation only",
    "programming": "programming error",
    "stuck_cells": "stuck cells",
    "read_noise": "read noise",
    "adc": "ADC",
    "wires": "wires (IR drop)",
}


def shown(value: object, metric: str) -> float | None:
    """The score as it stands on an axis: accuracy in percent, anything else unchanged."""
    known = finite(value)
    return known if known is None or metric != "accuracy" else 100 * known


def score(value: object, metric: str) -> str:
    """A score for people.

    >>> score(0.978, "accuracy"), score(5.2134, "perplexity")
    ('97.80 %', '5.213')
    """
    known = shown(value, metric)
    if known is None:
        return ABSENT
    return f"{known:.2f} %" if metric == "accuracy" else _plain(known, known)


def score_with_deviation(mean: object, deviation: object, metric: str) -> str:
    """Mean ± standard deviation.

    >>> score_with_deviation(5.29, 0.0213, "perplexity")
    '5.290 ± 0.021'
    """
    centre, width = shown(mean, metric), shown(deviation, metric)
    if centre is None or width is None:
        return score(mean, metric)
    if metric == "accuracy":
        return f"{centre:.2f} ± {width:.2f} %"
    shown_width = _plain(width, centre)
    return f"{_plain(centre, centre)} ± {shown_width if float(shown_width) or not width else f'{width:.1g}'}"


def axis_title(metric: str, better: str) -> str:
    """Name, unit and direction of a score's axis."""
    unit = ", %" if metric == "accuracy" else ""
    return f"{metric}{unit} ({better} is better)" if better else f"{metric}{unit}"


def change(value: object, reference: object, metric: str) -> float | None:
    """Change of a score: percentage points of accuracy, percent of anything else."""
    new, old = finite(value), finite(reference)
    if new is None or old is None or (metric != "accuracy" and old == 0):
        return None
    return 100 * (new - old) if metric == "accuracy" else 100 * (new / old - 1)


def change_text(value: object, reference: object, metric: str) -> str:
    """A change of score with sign and unit.

    >>> change_text(0.974, 0.978, "accuracy"), change_text(5.26, 5.2, "perplexity")
    ('−0.40 percentage points', '+1.15 %')
    """
    difference = change(value, reference, metric)
    if difference is None:
        return ABSENT
    unit = "percentage points" if metric == "accuracy" else "%"
    return signed(f"{difference:+.2f} {unit}")


def change_axis(metric: str) -> str:
    """Name and unit of an axis of changes."""
    return "change, percentage points" if metric == "accuracy" else "change, %"


def source_name(name: str) -> str:
    """A non-ideality in words."""
    return SOURCE_NAMES.get(name, name.replace("_", " "))


def changes_by_source(point: dict) -> list[tuple[str, float, float]]:
    """(non-ideality, change against quantised-only, its deviation), the strongest first.

    What is quantisation only is left out: it is the reference.
    """
    metric, reference = point.get("metric", ""), point.get("quantised_score")
    found = []
    for source in point.get("error_sources") or []:
        difference = change(source.get("score_mean"), reference, metric)
        if difference is None or source.get("name") == "none":
            continue
        deviation = finite(source.get("score_std")) or 0.0
        width = 100 * deviation / (1.0 if metric == "accuracy" else float(reference))
        found.append((source["name"], difference, width))
    return sorted(found, key=lambda row: (row[0] == "all", -abs(row[1]), row[0]))


def _plain(value: float, scale: float) -> str:
    """Four digits of `scale`."""
    magnitude = abs(scale)
    decimals = 3 if magnitude < 10 else 2 if magnitude < 100 else 1
    return f"{value:.{decimals}f}" if magnitude < 1e6 else f"{value:.3e}"
