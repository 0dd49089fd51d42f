# SPDX-License-Identifier: Apache-2.0
"""What `run`, `estimate` and `fit` do."""

import sys
from pathlib import Path
from typing import Any

from ohmformer import performance
from ohmformer.chip import Chip
from ohmformer.expectations import load_expectations, verdicts
from ohmformer.experiment import Experiment, check_cases, load_experiment
from ohmformer.mapping import fit
from ohmformer.network import Network
from ohmformer.overrides import Override
from ohmformer.report.quantities import quantity, share, whole
from ohmformer.results import prepare, to_json, write_results
from ohmformer.roots import find_experiment
from ohmformer.run import run_experiment, total_steps
from ohmformer.cli.terminal import console, grid, progress

DONE, UNMET = 0, 1
ESTIMATE_KEYS = (
    ("ttft_s", "s", "Time to first token (TTFT)"),
    ("tpot_s", "s", "Time per output token (TPOT)"),
    ("makespan_s", "s", "Latency of the whole workload"),
    ("lower_bound_s", "s", "No schedule is faster than"),
    ("tokens_per_s", "", "Tokens per second"),
    ("energy_j", "J", "Energy of the whole workload"),
    ("energy_per_token_j", "J", "Energy per token"),
    ("power_w", "W", "Power"),
    ("area_m2", "m2", "Area of the tiles that hold weights"),
)


def run_command(
    name: str, out: Path | None, settings: list[Override], workers: int, configs: list[Path], style: dict[str, Any]
) -> int:
    """Run an experiment, write its folder, print its table, check what it must find."""
    file = find_experiment(name)
    experiment = load_experiment(file, settings, configs)
    expected = file.parent / "expected.yaml"
    rows = load_expectations(expected) if expected.is_file() and not experiment.modified else []
    folder = out if out is not None else Path("results") / _folder_name(file)
    prepare(folder)
    check_cases(experiment)
    with progress(total_steps(experiment) + 1, style["quiet"]) as advance:
        result, traces, timing = run_experiment(experiment, workers, advance)
        advance("writing", str(folder))
        write_results(result, traces, timing, folder)
    failed = [row for row in verdicts(result, rows) if not row["holds"]]
    _print_run(experiment, result, (folder, timing, failed, len(rows)), style)
    return UNMET if failed else DONE


def estimate_command(network: Network, chip: Chip, workload: dict[str, Any], style: dict[str, Any]) -> int:
    """Print what a workload costs."""
    found = performance.estimate((network, chip), **workload)
    figures = found.to_dict()
    if style["json"]:
        print(to_json(figures | {"network": network.name, "chip": chip.name, "breakdown": found.breakdown}))
    elif not style["quiet"]:
        known = found.conditions
        title = f"{network.name} on {chip.name}: " + ", ".join(f"{key} {value}" for key, value in known.items())
        rows = [[text, quantity(figures[key], unit)] for key, unit, text in ESTIMATE_KEYS]
        if figures["system_chips"] > 1:
            rows.append(["Chips", whole(figures["system_chips"])])
        rows.append(["Multiply-accumulates", whole(figures["macs"])])
        rows.append(["Keys and values per token, bytes", whole(figures["kv_bytes_per_token"])])
        screen = console()
        screen.print(grid(title, ["", "value"], rows))
        screen.print(grid("Energy by component", ["component", "energy", "share"], _by_component(found)))
        for text in found.assumptions:
            screen.print(f"- {text}", markup=False)
    return DONE


def fit_command(network: Network, chip: Chip, style: dict[str, Any]) -> int:
    """Print what a network takes."""
    found = fit(network, chip)
    if style["json"]:
        print(to_json(found | {"network": network.name, "chip": chip.name}))
    elif not style["quiet"]:
        total = {
            "name": "total",
            "weights": found["crossbar_weights"],
            **{key: found[key] for key in ("cells", "arrays", "utilisation")},
        }
        columns = ["", "weights", "cells", "arrays", "cells used"]
        screen = console()
        screen.print(grid("By matrix", columns, [_part(part) for part in found["rows"]]))
        title = f"{network.name} on {chip.name}"
        screen.print(grid(title, columns, [_part(found[key]) for key in ("body", "head")] + [_part(total)]))
        screen.print(_fit_sentence(found), markup=False)
    return DONE


def _folder_name(file: Path) -> str:
    return file.resolve().parent.name if file.name == "experiment.yaml" else file.stem


def _by_component(found: performance.Performance) -> list[list[str]]:
    sums: dict[str, float] = {}
    for row in sorted(found.breakdown, key=lambda row: row["component"]):
        sums[row["component"]] = sums.get(row["component"], 0.0) + row["energy_j"]
    largest = sorted(sums.items(), key=lambda item: -item[1])
    return [[name, quantity(joules, "J"), share(joules / found.energy_j)] for name, joules in largest if joules]


def _part(part: dict[str, Any]) -> list[str]:
    return [part["name"], whole(part["weights"]), whole(part["cells"]), whole(part["arrays"]), share(part["utilisation"])]


def _fit_sentence(found: dict[str, Any]) -> str:
    takes = f"{whole(found['tiles'])} tiles of {whole(found['tiles_per_chip'])} on a chip, {quantity(found['area_m2'], 'm2')}"
    system = found["system_chips"]
    if found["fits"]:
        return f"It fits: {takes}." if system == 1 else f"It fits on {whole(system)} chips: {takes}."
    have = "one chip" if system == 1 else f"{whole(system)} chips"
    return f"It does not fit on {have}: {takes}; {whole(found['chips'])} chips hold it."


def _print_run(
    experiment: Experiment, result: dict[str, Any], outcome: tuple[Path, dict, list[dict], int], style: dict[str, Any]
) -> None:
    from ohmformer.report import summary_table
    from ohmformer.shown import shown

    folder, timing, failed, expectations = outcome
    if style["json"]:
        print(to_json(result))
    elif not style["quiet"]:
        screen = console()
        screen.print(summary_table(shown(result)))
        screen.print(f"{timing['seconds']:.0f} s. Open {folder / 'report.html'}", markup=False)
        if expectations and not failed:
            screen.print(f"All {expectations} expectations of {experiment.file.parent / 'expected.yaml'} hold.", markup=False)
    for row in failed:
        sys.stderr.write(
            f"ohmformer: expectation failed: {row['point']}: {row['key']}: {row['found']} found; expected {row['expected']}\n"
        )
