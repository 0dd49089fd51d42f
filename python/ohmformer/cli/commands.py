# SPDX-License-Identifier: Apache-2.0
"""What `run` and `fit` do."""

import re
import sys
from pathlib import Path
from typing import Any

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
        matrices = [_part(part) + [whole(count)] for part, count in folded(found["rows"])]
        screen.print(grid("By matrix, figures of one", [*columns, "matrices"], matrices))
        title = f"{network.name} on {chip.name}"
        screen.print(grid(title, columns, [_part(found[key]) for key in ("body", "head")] + [_part(total)]))
        screen.print(_fit_sentence(found), markup=False)
        for text in found["assumptions"]:
            screen.print(f"- {text}", markup=False)
        screen.print(_few_levels(network, chip), markup=False, end="")
    return DONE


def folded(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """Matrices that differ in their numbers alone (those of the layers, of experts) as one, and how many they are.

    >>> up = {"name": "h.0.ffn.up", "weights": 6}
    >>> folded([up, up | {"name": "h.1.ffn.up"}, up | {"name": "h.2.ffn.up", "weights": 4}])
    [({'name': 'h.*.ffn.up', 'weights': 6}, 2), ({'name': 'h.2.ffn.up', 'weights': 4}, 1)]
    """
    alike: dict[tuple, list[dict[str, Any]]] = {}
    for row in rows:
        figures = tuple(value for key, value in row.items() if key != "name")
        alike.setdefault((re.sub(r"\d+", "*", row["name"]), figures), []).append(row)
    return [
        (found[0] if len(found) == 1 else found[0] | {"name": masked}, len(found)) for (masked, _), found in alike.items()
    ]


def _folder_name(file: Path) -> str:
    """Where results go unless told: one folder per experiment, one for all that are run again."""
    parent = file.resolve().parent.name
    again = {"experiment.yaml": parent, "config.resolved.yaml": f"{parent}_again"}
    return again.get(file.name, file.stem)


def _part(part: dict[str, Any]) -> list[str]:
    return [part["name"], whole(part["weights"]), whole(part["cells"]), whole(part["arrays"]), share(part["utilisation"])]


def _fit_sentence(found: dict[str, Any]) -> str:
    takes = f"{whole(found['tiles'])} tiles of {whole(found['tiles_per_chip'])} on a chip, {quantity(found['area_m2'], 'm2')}"
    system = found["system_chips"]
    if found["lacking"]:
        return f"It does not fit: {takes}; {found['lacking']}."
    if found["fits"]:
        return f"It fits: {takes}." if system == 1 else f"It fits on {whole(system)} chips: {takes}."
    have = "one chip" if system == 1 else f"{whole(system)} chips"
    return f"It does not fit on {have}: {takes}; {whole(found['chips'])} chips hold it."


def _few_levels(network: Network, chip: Chip) -> str:
    """How weights that were trained to few values would take fewer cells; nothing where they do already."""
    levels, tree = network.to_dict()["weight_levels"], chip.to_dict()
    needed, held = (levels - 1).bit_length(), tree["macro"]["weight"]["bits"]
    if levels == 0 or needed >= held or tree["macros"]:
        return ""
    kind = f"[{{name: few, macro: {{weight: {{bits: {needed}, slice_bits: [{needed}]}}}}}}]"
    return (
        f"Weights of its layers have {levels} values and the macro holds {held} bits of each. Cells for {needed} bits: "
        f"--set 'macros={kind}' --set 'map.matrices=[{{match: h.*, macro: few}}]'\n"
    )


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
