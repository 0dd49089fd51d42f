# SPDX-License-Identifier: Apache-2.0
"""What `compare` does."""

from pathlib import Path

import pandas as pd

from ohmformer.chip import Chip
from ohmformer.cli.terminal import console, grid
from ohmformer.comparison import LEVELS, compare, labels
from ohmformer.comparison.lines import FACTS, Row, lines, network_lines, peak_lines, share_lines
from ohmformer.network import Network
from ohmformer.results import prepare, replaced, to_json, write_text

DONE = 0
MARK = "comparison.json"


def compare_command(chips: list[Chip], network: Network | None, workload: Row, out: Path | None, style: Row) -> int:
    """Print chips side by side."""
    if out is not None:
        prepare(out, MARK)
    table = compare(*chips, network=network, **workload)
    rows = [dict(row) for row in table.astype(object).where(table.notna(), None).to_dict("records")]
    if out is not None:
        _write(chips, table, rows, out)
    if style["json"]:
        print(to_json(_tree(table, rows)))
    elif not style["quiet"]:
        _print(chips, rows, network, out)
    return DONE


def _tree(table: pd.DataFrame, rows: list[Row]) -> Row:
    return {"chips": [{"chip": name} | row for name, row in zip(table.index, rows, strict=True)]}


def _write(chips: list[Chip], table: pd.DataFrame, rows: list[Row], out: Path) -> None:
    from ohmformer.plots.comparison import draw_comparison

    with replaced(out) as fresh:
        write_text(fresh / MARK, to_json(_tree(table, rows)) + "\n")
        write_text(fresh / "table.csv", table.to_csv(lineterminator="\n"))
        (fresh / "comparison.png").write_bytes(draw_comparison(list(table.index), [chip.peak() for chip in chips]))


def _print(chips: list[Chip], rows: list[Row], network: Network | None, out: Path | None) -> None:
    screen, names = console(), labels(chips)
    screen.print(grid("What they are", ["", *names], lines(rows, FACTS)))
    for level in LEVELS:
        if any(f"{level}_tops" in row for row in rows):
            screen.print(grid(f"One {level} at full load", ["", *names], lines(rows, peak_lines(level))))
    for level in ("macro", "chip"):
        for figure, word in (("power_w", "power"), ("area_m2", "area")):
            screen.print(grid(f"Share of the {level}'s {word}", ["component", *names], share_lines(chips, level, figure)))
    if network is not None:
        screen.print(grid(f"{network.name} on them", ["", *names], lines(rows, network_lines(network.is_decoder))))
        for name, row in zip(names, rows, strict=True):
            if row["network_problem"]:
                screen.print(f"- {name}: {row['network_problem']}", markup=False)
    if out is not None:
        screen.print(f"Written to {out}: comparison.png, table.csv, comparison.json", markup=False)
