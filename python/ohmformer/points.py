# SPDX-License-Identifier: Apache-2.0
"""Runs one case of an experiment: scores, errors one at a time, costs, placement."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ohmformer.accuracy import Bench, Scores, metric_of
from ohmformer.activity import UNKNOWN, energy_by_knowledge
from ohmformer.experiment import Case, Experiment
from ohmformer.mapping import Mapping, fit
from ohmformer.performance import Performance, estimate
from ohmformer.statistics import spread
from ohmformer.tasks import Task, load_task

NO_SCORES: dict[str, Any] = {
    "metric": "",
    "float_score": None,
    "quantised_score": None,
    "score_mean": None,
    "score_std": None,
    "score_ci": None,
    "chips": [],
    "segments": {},
    "error_sources": [],
    "programming": {},
}
SOURCE_CHIPS = 2  # chips per imperfection that is studied alone
BUSIEST = 12
_NOT_SHOWN = ("analog", "activity", "independent_activity")
Step = Callable[[str], None]  # told what comes next


def steps_of(experiment: Experiment, case: Case) -> int:
    """How many steps run_case() will report, for progress bars."""
    if case.point["task"] == "none":
        return 1
    return 3 + experiment.spec["chips"]


def run_case(experiment: Experiment, case: Case, threads: int, step: Step) -> dict[str, Any]:
    """All results of one case, as result.json holds them."""
    step("costs")
    mapping = Mapping(case.network, case.chip)
    result: dict[str, Any] = {"name": case.name, "network": case.network.name, "label": case.label}
    scores, matmuls, activity = dict(NO_SCORES), _matmuls(case), []
    notes: list[str] = []
    if case.point["task"] != "none":
        task = _task(experiment, case)
        notes = task.notes
        scores, quality = _scores(experiment, case, task, threads, step)
        matmuls = [row | _measured(found) for row, found in zip(matmuls, quality, strict=True)]
        activity = [found["activity"] for found in quality]
    performance = _estimate(case, mapping, activity)
    result |= scores | _costs(performance, scores) | UNKNOWN
    if activity:
        averages = partial(_estimate, case, mapping, timeline_tokens=0)
        figures, by_matrix = energy_by_knowledge(performance, quality, averages)
        result |= figures
        matmuls = [row | by_matrix.get(row["name"], {}) for row in matmuls]
    result["fit"] = fit(case.network, case.chip)
    result["peak"] = case.chip.peak().to_dict()
    result["matmuls"] = matmuls
    result["breakdown"] = performance.breakdown
    result["dram_bytes_per_s"] = case.chip.to_dict()["dram"]["bandwidth"]
    result["placement"] = mapping.placement
    result["traffic"] = mapping.traffic
    result["occupation"] = performance.occupation()
    result["temperatures"] = performance.temperatures()
    result["arrangement"] = mapping.arrangement
    result["verification"] = mapping.verification
    result["timeline"] = performance.events()
    result["busiest"] = performance.busiest(BUSIEST)
    result["notes"] = [*notes, *performance.assumptions]
    result["trace"] = performance.timeline()
    return result


def _estimate(case: Case, mapping: Mapping, activity: list, **more: int) -> Performance:
    """What the case's workload costs."""
    point = case.point
    workload = point["prompt"] or None, point["generate"] or None, point["batch"]
    return estimate(mapping, *workload, activity=activity, **more)


def _task(experiment: Experiment, case: Case) -> Task:
    data = case.point["data"]
    file = None
    if data:
        here = experiment.parts.folder / data
        file = here if here.exists() else Path(data)
    limits = (case.point["samples"], case.point["calibration_tokens"])
    return load_task(case.point["task"], case.network, file, limits)


def _prepared(case: Case, task: Task):
    """The network with outliers and rescaling where the point asks for them."""
    network = case.network
    if case.point["outliers"] > 1:
        network = network.with_outliers(case.point["outliers"])
    if case.point["rescale"] >= 0:
        evaluation = task.evaluation
        seen = evaluation.inputs if evaluation.calibration is None else evaluation.calibration
        network = network.rescaled(seen, case.point["rescale"])
    return network


def _scores(
    experiment: Experiment, case: Case, task: Task, threads: int, step: Step
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    bench = Bench(_prepared(case, task), case.chip, task.evaluation, threads)
    metric, seed, n_chips = metric_of(case.network), experiment.spec["seed"], experiment.spec["chips"]
    step("float and quantised")
    floats, quantised = bench.float_scores(), bench.quantised_scores()
    chips, quality, programming = [], [], {}
    for number in range(n_chips):
        step(f"chip {number + 1} of {n_chips}")
        chip = bench.program(seed, number)
        chips.append(bench.chip_scores(chip))
        if not quality:
            quality, programming = chip.quality(), chip.programming()
    step("where the error comes from")
    sources = _sources(bench, experiment, (task, metric), (quantised, chips))
    found = _headline(task, metric, floats, quantised, chips)
    found["segments"] = _segments(task, metric, floats, quantised, chips)
    found["error_sources"] = sources
    found["programming"] = programming
    found["samples"] = len(task.evaluation.inputs)
    found["predictions"] = floats["whole"]["count"]
    return found, quality


def _pick(scores: Scores, task: Task) -> dict[str, Any]:
    """The part of the scores that stands for the whole."""
    return scores["segments"][task.headline] if task.headline else scores["whole"]


def _headline(task: Task, metric: str, floats: Scores, quantised: Scores, chips: list[Scores]) -> dict[str, Any]:
    parts = [_pick(one, task) for one in chips]
    figures = spread([part[metric] for part in parts])
    reference = _pick(floats, task)[metric]
    return {
        "metric": metric,
        "better": "lower" if metric == "perplexity" else "higher",
        "headline": task.headline,
        "floor": task.floors.get(task.headline or ""),
        "float_score": reference,
        "quantised_score": _pick(quantised, task)[metric],
        "score_mean": figures.mean,
        "score_std": figures.std,
        "score_ci": figures.interval,
        "score_change": change(metric, figures.mean, reference),
        "float_nll": _pick(floats, task)["nll"],
        "chips": [
            {"chip": number, "score": part[metric], "nll": part["nll"]} for number, part in enumerate(parts)
        ],
    }


def change(metric: str, score: float | None, reference: float) -> float | None:
    """Relative change of a perplexity, difference of an accuracy.

    >>> change("accuracy", 0.5, 0.75), change("perplexity", 3.0, 2.0)
    (-0.25, 0.5)
    """
    if score is None:
        return None
    return score / reference - 1 if metric == "perplexity" else score - reference


def _segments(task: Task, metric: str, floats: Scores, quantised: Scores, chips: list[Scores]) -> dict[str, Any]:
    found = {}
    for name, *_ in task.evaluation.segments:
        figures = spread([one["segments"][name][metric] for one in chips])
        reference = floats["segments"][name][metric]
        found[name] = {
            "metric": metric,
            "floor": task.floors.get(name),
            "float_score": reference,
            "quantised_score": quantised["segments"][name][metric],
            "score_mean": figures.mean,
            "score_std": figures.std,
            "score_ci": figures.interval,
            "score_change": change(metric, figures.mean, reference),
        }
    return found


def _sources(
    bench: Bench, experiment: Experiment, what: tuple[Task, str], known: tuple[Scores, list[Scores]]
) -> list[dict[str, Any]]:
    """Each imperfection alone; "none" is quantisation alone, and needs no chip."""
    if not experiment.spec["error_sources"]:
        return []
    task, metric = what
    quantised, chips = known
    seed, count = experiment.spec["seed"], min(SOURCE_CHIPS, experiment.spec["chips"])
    rows = [_source("all", [_pick(one, task)[metric] for one in chips])]
    rows.append(_source("none", [_pick(quantised, task)[metric]]))
    for name in bench.sources():
        scores = [bench.chip_scores(bench.program(seed, number, name)) for number in range(count)]
        rows.append(_source(name, [_pick(one, task)[metric] for one in scores]))
    return rows


def _source(name: str, scores: list[float]) -> dict[str, Any]:
    figures = spread(scores)
    return {"name": name, "score_mean": figures.mean, "score_std": figures.std, "chips": len(scores)}


def _matmuls(case: Case) -> list[dict[str, Any]]:
    """The matrices with what they take on the chip."""
    parts = {part["name"]: part for part in fit(case.network, case.chip)["rows"]}
    rows = []
    for matmul in case.network.matmuls:
        part = parts.get(matmul["name"], {})
        rows.append(matmul | {"arrays": part.get("arrays", 0), "utilisation": part.get("utilisation")})
    return rows


def _measured(found: dict[str, Any]) -> dict[str, Any]:
    """What was measured on one matrix; a digital one has no analog figures."""
    if not found["analog"]:
        return {"sqnr_db": found["sqnr_db"]}
    return {key: value for key, value in found.items() if key not in _NOT_SHOWN}


def _costs(performance: Performance, scores: dict[str, Any]) -> dict[str, Any]:
    figures = performance.to_dict()
    measured = {"samples": scores["samples"], "tokens": scores["predictions"]} if scores["metric"] else {}
    activity = "measured" if scores["metric"] else "assumed"
    figures["conditions"] = figures["conditions"] | measured | {"activity": activity}
    return figures
