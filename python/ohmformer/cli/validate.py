# SPDX-License-Identifier: Apache-2.0
"""What `validate` does."""

import sys
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ohmformer.cli.terminal import console, progress
from ohmformer.results import to_json
from ohmformer.validation import Validation, validate
from ohmformer.validation.files import prepare_folder, write_validation
from ohmformer.validation.rows import load_targets
from ohmformer.validation.texts import allowed, number, percent, reasons, totals

DONE, UNMET = 0, 1
MOST_ROWS = 24  # of one target in the terminal; table.csv and --json hold all
SHOWN = {"pass": ("pass", "green"), "gap": ("gap", "yellow"), "fail": ("FAIL", "bold red")}


def validate_command(names: list[str], out: Path | None, configs: list[Path], style: dict[str, Any]) -> int:
    """Print ours beside theirs; exit code 1 if a row that should hold does not, or ours has moved."""
    if out is not None:
        prepare_folder(out)
    total = sum(len(target.rows) for target in load_targets(names))
    with progress(total, style["quiet"]) as advance:
        found = validate(names, configs, advance)
    if out is not None:
        write_validation(found, out)
    if style["json"]:
        print(to_json(found.to_dict()))
    elif not style["quiet"]:
        _print(found, out)
    _complain(found)
    return DONE if found.holds else UNMET


def _print(found: Validation, out: Path | None) -> None:
    screen = console()
    for target, summary in zip(found.targets, found.summaries, strict=True):
        rows = [row for row in found.rows if row["target"] == target.name]
        screen.print(_table(target.title, rows if len(rows) <= MOST_ROWS else _worst(rows)), justify="left")
        screen.print(_summary(summary, len(rows)), markup=False)
        for text in reasons([row for row in rows if row["status"] == "gap"], "gap"):
            screen.print(f"- gap, {text}", markup=False)
        screen.print()
    if len(found.targets) > 1:
        screen.print(totals(found.summaries), markup=False)
    if out is not None:
        screen.print(f"Written to {out}: validation.html, parity.png, table.csv, validation.json, expected.yaml", markup=False)


def _worst(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What does not hold, and the largest errors, in the order of the file."""
    order = sorted(range(len(rows)), key=lambda i: (rows[i]["status"] == "pass", -abs(rows[i]["error"]) / rows[i]["band"]))
    return [rows[i] for i in sorted(order[:5])]


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=Text(title), title_justify="left")
    for name in ("figure", "ours", "theirs", "unit", "error", "band", "kind", ""):
        table.add_column(name, justify="right" if name in ("ours", "theirs", "error", "band") else "left", overflow="fold")
    for row in rows:
        word, colour = SHOWN[row["status"]]
        figures = (number(row["ours"]), number(row["theirs"]), row["unit"], percent(row["error"]))
        cells = (row["figure"], *figures, f"±{allowed(row['band'])}", row["kind"])
        table.add_row(*(Text(cell) for cell in cells), Text(word, style=colour))
    return table


def _summary(summary: dict[str, Any], n: int) -> str:
    words = [f"{summary['passed']} of {n} rows hold"]
    if summary["gaps"]:
        words.append(f"{summary['gaps']} documented gap{'s' if summary['gaps'] > 1 else ''}, up to {percent(summary['worst_gap'])} off")
    if summary["failed"]:
        words.append(f"{summary['failed']} FAIL")
    if summary["mean_error"] is not None:
        limit = f" (allowed {allowed(summary['mean_band'])})" if summary["mean_band"] is not None else ""
        without = ", gaps left out," if summary["gaps"] else ""
        words.append(f"mean |error| of predictions{without} {percent(summary['mean_error'], sign='')}{limit}")
    if n > MOST_ROWS:
        words.append("shown: the five nearest to, or beyond, their band")
    return "; ".join(words) + "."


def _complain(found: Validation) -> None:
    for row in found.failed:
        sys.stderr.write(
            f"ohmformer: {row['target']}: {row['figure']}: {number(row['ours'])} {row['unit']} found; expected "
            f"{number(row['theirs'])} within {allowed(row['band'])}\n"
        )
    for summary in found.summaries:
        if not summary["pass"] and not summary["failed"]:
            mean, most = percent(summary["mean_error"], sign=""), allowed(summary["mean_band"])
            sys.stderr.write(f"ohmformer: {summary['target']}: mean error {mean}; expected at most {most}\n")
    for row in found.drifted:
        sys.stderr.write(
            f"ohmformer: {row['target']}: {row['figure']}: {row['ours']!r} found; expected.yaml pins {row['pinned']!r}: find out "
            "what moved it, then take the new expected.yaml from --out\n"
        )
