# SPDX-License-Identifier: Apache-2.0
"""The figures that answer the question of a run, one row per figure and one cell per point."""

from collections.abc import Callable
from dataclasses import dataclass

from ohmformer.report.physical import gated, good_package, hottest
from ohmformer.report.points import conditions, display_name, evaluated_on, item
from ohmformer.report.quantities import ABSENT, finite, quantity, with_span
from ohmformer.report.scores import change_text, score, score_with_deviation


@dataclass(frozen=True)
class Figure:
    """One row: what it is, what that means for a newcomer, and its value at every point."""

    title: str
    meaning: str
    cells: list[str]


def headline(points: list[dict]) -> list[Figure]:
    """The rows for which at least one point has a value."""
    found = [
        Figure(title, meaning, [cell(point) for point in points]) for title, meaning, cell in _ROWS
    ]
    return [row for row in found if any(cell not in ("", ABSENT) for cell in row.cells)]


def column_titles(points: list[dict]) -> list[str]:
    """The names of the points."""
    return [display_name(point) for point in points]


def _metric(point: dict) -> str:
    better = point.get("better")
    return point.get("metric", "") + (f" ({better} is better)" if better else "")


def _score(key: str) -> Callable[[dict], str]:
    return lambda point: score(point.get(key), point.get("metric", ""))


def _analog(point: dict) -> str:
    metric = point.get("metric", "")
    text = score_with_deviation(point.get("score_mean"), point.get("score_std"), metric)
    chips = len(point.get("chips") or [])
    return f"{text} ({chips} chip{'s' if chips != 1 else ''})" if chips and text != ABSENT else text


def _change(point: dict) -> str:
    return change_text(point.get("score_mean"), point.get("float_score"), point.get("metric", ""))


def _ranged(name: str, unit: str) -> Callable[[dict], str]:
    def cell(point: dict) -> str:
        keys = [f"{name}{end}_{unit}" for end in ("", "_low", "_high")]
        return with_span(*(point.get(key) for key in keys), unit.upper() if unit == "w" else unit)

    return cell


def _energy(point: dict) -> str:
    low, high = point.get("energy_low_j"), point.get("energy_high_j")
    text = with_span(point.get("energy_per_token_j"), low, high, "J")
    return text if text == ABSENT else f"{text} per {item(point)}"


def _tpot(point: dict) -> str:
    return quantity(point.get("tpot_s") or None, "s")  # 0: nothing is generated after the first


def _per(key: str, of: str) -> Callable[[dict], str]:
    def cell(point: dict) -> str:
        text = quantity(point.get(key), "")
        return text if text == ABSENT else f"{text} {item(point)}s/{of}"

    return cell


def _whole_chip(point: dict) -> str:
    area = quantity(point.get("chip_area_m2"), "m2")
    count, chips = finite(point.get("reticles")), point.get("system_chips") or 1
    text = area if count is None else f"{area} = {count:.3g} reticles"
    return f"{chips:,} × {text}" if chips > 1 and area != ABSENT else text


_ROWS: list[tuple[str, str, Callable[[dict], str]]] = [
    ("Metric", "What the score measures", _metric),
    ("Float", "The trained network in floating point, no chip", _score("float_score")),
    (
        "Quantised only",
        "Weights and inputs rounded to the chip's integers, everything analog ideal",
        _score("quantised_score"),
    ),
    (
        "On the analog chip",
        "Mean ± standard deviation over separately programmed chips",
        _analog,
    ),
    ("Change against float", "Analog mean against the float score", _change),
    ("Best possible", "Information-theoretic floor: no predictor can do better", _score("floor")),
    ("Scored on", "Held-out material behind the score", evaluated_on),
    (
        "First answer (TTFT)",
        "Time to first token: from the prompt's arrival to the first output; an encoder's whole input",
        lambda point: quantity(point.get("ttft_s"), "s"),
    ),
    ("Each further token (TPOT)", "Time per output token after the first", _tpot),
    ("Throughput", "All sequences of the batch together", _per("tokens_per_s", "s")),
    ("Energy", "With the range that the sources leave open", _energy),
    ("Work per energy", "Higher is better", _per("tokens_per_j", "J")),
    ("Average power", "Energy of the run over its duration, with its range", _ranged("power", "w")),
    (
        "Area in use",
        "Tiles that hold weights, with the range that the sources leave open",
        _ranged("area", "m2"),
    ),
    ("Whole chip", "All tiles; a reticle is the largest die that one exposure prints", _whole_chip),
    ("Hottest tile", "Steady state: the workload repeated without pause", hottest),
    ("Gated", "Share of the time of tiles in use during which they are off", gated),
    ("Yield", "Of dies, and of packages that hold the chip", good_package),
    ("Conditions", "Under which time and energy hold", conditions),
]
