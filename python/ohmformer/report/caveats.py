# SPDX-License-Identifier: Apache-2.0
"""What a reader must know before believing a result."""

from ohmformer.report.points import by_network, display_name, points_of
from ohmformer.report.quantities import finite, quantity, share, whole
from ohmformer.report.scores import score

WIRE_LOSS = 0.05  # mean loss above which the surrogate for wire resistance is doubtful
CLIP_RATE = 0.01
LARGE_MODEL = 1e9  # weights
FEW_CHIPS = 5


def caveats(result: dict) -> list[str]:
    """The run's own warnings, then those that its figures call for; each one once."""
    points = points_of(result)
    found = list(result.get("warnings") or [])
    for rule in (_below_floor, _wires, _clipping, _reticles, _few_chips, _small_models):
        found += rule(points)
    return list(dict.fromkeys(found))


def weights(point: dict) -> float | None:
    """Weights in crossbars, where the result tells."""
    fitted = finite((point.get("fit") or {}).get("crossbar_weights"))
    if fitted is not None:
        return fitted
    sizes = [
        m["rows"] * m["columns"]
        for m in point.get("matmuls") or []
        if "rows" in m and "columns" in m
    ]
    return float(sum(sizes)) if sizes else None


def _below_floor(points: list[dict]) -> list[str]:
    return [
        f"{display_name(point)}: the score {score(point.get('score_mean'), point.get('metric', ''))} is better than "
        f"the best possible {score(point['floor'], point.get('metric', ''))}; either the evaluation set is too "
        "small or the answer leaks."
        for point in points
        if _beats_floor(point)
    ]


def _beats_floor(point: dict) -> bool:
    """Whether the whole confidence interval lies beyond what is possible."""
    floor, ends = finite(point.get("floor")), point.get("score_ci") or [None, None]
    low, high = (finite(end) for end in ends)
    if None in (floor, low, high):
        return False
    return high < floor if point.get("better") == "lower" else low > floor


def _wires(points: list[dict]) -> list[str]:
    cases = _cases(points, "wire_loss", WIRE_LOSS)
    text = f"Wires take on average more than {share(WIRE_LOSS, 0)} of the signal, by the closed form that is always reported (array.ir_drop: exact solves them)"
    return [f"{text}: {cases}."] if cases else []


def _clipping(points: list[dict]) -> list[str]:
    cases = _cases(points, "clip_rate", CLIP_RATE)
    text = f"The ADC clips more than {share(CLIP_RATE, 0)} of its conversions"
    return [f"{text}: {cases}."] if cases else []


def _cases(points: list[dict], key: str, limit: float) -> str:
    """Networks with matrices above the limit, each with its worst matrix at any of its points."""
    found = []
    for network, group in by_network(points).items():
        matmuls = [m for point in group for m in point.get("matmuls") or []]
        above = [m for m in matmuls if (finite(m.get(key)) or 0.0) > limit]
        if above:
            worst = max(above, key=lambda m: m[key])
            part = share(len(above) / len(matmuls), 0)
            found.append(
                f"{network} ({part} of its matrices, worst {worst.get('name')} with {share(worst[key])})"
            )
    return _some(found)


def _some(found: list[str], most: int = 4) -> str:
    rest = f"; and {len(found) - most} more" if len(found) > most else ""
    return "; ".join(found[:most]) + rest


def _reticles(points: list[dict]) -> list[str]:
    large = [point for point in points if (finite(point.get("reticles")) or 0.0) > 1]
    sizes = dict.fromkeys(
        f"{quantity(p.get('chip_area_m2'), 'm2')} are {finite(p['reticles']):.3g} lithography fields (reticles)"
        for p in large
    )
    text = "The chip is larger than a single die can be, and links between dies cost more than links on one"
    return [f"{text}: {_some(list(sizes))}."] if sizes else []


def _few_chips(points: list[dict]) -> list[str]:
    counts = [len(point["chips"]) for point in points if point.get("chips")]
    if not counts or min(counts) >= FEW_CHIPS:
        return []
    return [
        f"Only {min(counts)} programmed chip(s): the spread between chips is poorly known below {FEW_CHIPS}."
    ]


def _small_models(points: list[dict]) -> list[str]:
    known = [size for size in map(weights, points) if size is not None]
    if not known or max(known) >= LARGE_MODEL:
        return []
    return [
        f"The largest network here has {whole(max(known))} weights in crossbars. Small models are no evidence "
        "for models of billions of parameters, whose outliers and long dot products are harder on analog hardware."
    ]
