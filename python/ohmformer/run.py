# SPDX-License-Identifier: Apache-2.0
"""Runs an experiment from its file to its result."""

import time
from collections.abc import Callable
from typing import Any

import ohmformer
from ohmformer.experiment import Experiment
from ohmformer.experiment.resolved import resolved_text
from ohmformer.points import SOURCE_CHIPS, run_case, steps_of
from ohmformer.report.quantities import sentence_case

Progress = Callable[[str, str], None]  # which case, which step


def total_steps(experiment: Experiment) -> int:
    """How many steps run_experiment() reports."""
    return sum(steps_of(experiment, case) for case in experiment.cases)


def run_experiment(
    experiment: Experiment, threads: int, progress: Progress
) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """(result, a trace per point, timing): the result does not depend on threads, nor on the clock."""
    points, traces, seconds = [], [], []
    start = time.perf_counter()
    for case in experiment.cases:
        began = time.perf_counter()
        point = run_case(experiment, case, threads, lambda what, name=case.name: progress(name, what))
        traces.append(point.pop("trace"))
        points.append(point)
        seconds.append({"point": case.name, "seconds": time.perf_counter() - began})
    spec = experiment.spec
    result = {
        "ohmformer": ohmformer.__version__,
        "title": spec["title"],
        "description": spec["description"],
        "chip": spec["chip"],
        "seed": spec["seed"],
        "n_chips": spec["chips"],
        "fidelity": experiment.chip.to_dict()["macro"]["fidelity"],
        "ir_drop": experiment.chip.ir_drop,
        "linear_conditions": experiment.chip.linear_conditions(),
        "config_yaml": resolved_text(experiment),
        "warnings": _warnings(experiment, points),
        "points": points,
    }
    return result, traces, {"seconds": time.perf_counter() - start, "points": seconds}


def _warnings(experiment: Experiment, points: list[dict[str, Any]]) -> list[str]:
    """What holds for the whole run; the notes of the points without repetition."""
    scored = any(point.get("chips") for point in points)
    found = [
        "What the cells of an array add up is rounded to 1/32639 of its largest entry, far below any programming error."
    ] if scored else []
    count = min(SOURCE_CHIPS, experiment.spec["chips"])
    if scored and experiment.spec["error_sources"]:
        found.append(f"Single imperfections were run on {count} of the {experiment.spec['chips']} chips.")
    for point in points:
        found += point.pop("notes")
    return list(dict.fromkeys(_sentence(text) for text in found))


def _sentence(text: str) -> str:
    first, space, rest = text.partition(" ")
    text = f"{sentence_case(first) if first.isalpha() else first}{space}{rest}"
    return text if text.endswith(".") else text + "."
