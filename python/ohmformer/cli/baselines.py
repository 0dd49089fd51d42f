# SPDX-License-Identifier: Apache-2.0
"""What `compare --baseline` does: chips and digital machines while they decode."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ohmformer.baselines import STANDING, Baseline
from ohmformer.baselines.sweep import sweep
from ohmformer.chip import Chip
from ohmformer.cli.terminal import console, grid
from ohmformer.errors import ArgumentError
from ohmformer.network import Network
from ohmformer.report.quantities import ABSENT, digits, finite, quantity
from ohmformer.results import prepare, replaced, to_json, write_text

DONE = 0
MARK = "decode.json"
COLUMNS = ("machine", "standing", "context", "batch", "per token", "tokens/s", "per user", "tokens/J", "bound or times", "gain at most")
Row = dict[str, Any]


def sweep_command(
    machines: Sequence[Chip | Baseline], network: Network | None, asked: Row, out: Path | None, style: Row
) -> int:
    """Print (and draw) machines side by side against batch and context; `asked`: contexts, and what does not apply."""
    _refuse_workload(asked["workload"])
    if network is None:
        raise ArgumentError("compare: baselines without a network; expected one to run, such as --network llama-3-70b")
    if out is not None:
        prepare(out, MARK)
    table = sweep(machines, network, asked["contexts"])
    rows = [dict(row) for row in table.astype(object).where(table.notna(), None).to_dict("records")]
    _require_one(rows)
    if out is not None:
        _write(table, rows, network, out)
    if style["json"]:
        print(to_json({"network": network.name, "points": rows}))
    elif not style["quiet"]:
        _print(rows, network, out)
    return DONE


def _refuse_workload(workload: Row) -> None:
    given = [f"--{key}" for key, value in workload.items() if value != (1 if key == "batch" else None)]
    if given:
        raise ArgumentError(
            f"compare: {', '.join(given)} beside --baseline; expected --context alone: every batch from 1 to 256 is shown"
        )


def _require_one(rows: list[Row]) -> None:
    """Refuses where nothing ran: an empty table is no answer."""
    problems = list(dict.fromkeys(row["problem"] for row in rows))
    if all(problems):
        raise ArgumentError(f"compare: none of {len(rows)} points runs: {problems[0]}")


def _write(table: pd.DataFrame, rows: list[Row], network: Network, out: Path) -> None:
    from ohmformer.plots.baselines import draw_sweep

    with replaced(out) as fresh:
        write_text(fresh / MARK, to_json({"network": network.name, "points": rows}) + "\n")
        write_text(fresh / "decode.csv", table.to_csv(index=False, lineterminator="\n"))
        (fresh / "decode.png").write_bytes(draw_sweep(table, network.name))


def _number(value: object) -> str:
    known = finite(value)
    return ABSENT if known is None else digits(known)


def _cells(row: Row) -> list[str]:
    return [
        row["machine"],
        STANDING[row["evidence"]],
        f"{row['context']:,}",
        str(row["batch"]),
        quantity(row["tpot_s"], "s"),
        quantity(row["output_tokens_per_s"], ""),
        quantity(row["tokens_per_s_per_user"], ""),
        _number(row["output_tokens_per_j"]),
        row["bound"] or row["times"] or ABSENT,
        f"{digits(row['decode_gain'])} ×",
    ]


def _published(row: Row) -> str:
    """How far the model of a machine is from what is published of it."""
    error = finite(row["worst_error"])
    if error is None and row["evidence"] == "data sheet":
        return f"{row['machine']}: a roofline of its data sheet, with no published rate beside it."
    if error is None:
        return f"{row['machine']}: fitted to the only rate that is published; elsewhere it is extrapolated."
    return f"{row['machine']}: its model misses published rates by up to {100 * error:+.0f} %; elsewhere it is extrapolated."


def _print(rows: list[Row], network: Network, out: Path | None) -> None:
    screen = console()
    screen.print(grid(f"{network.name} decodes: output tokens only", list(COLUMNS), [_cells(row) for row in rows if not row["problem"]]))
    for problem in dict.fromkeys(f"- {row['machine']}: {row['problem']}" for row in rows if row["problem"]):
        screen.print(problem, markup=False)
    if any(row["times"].endswith("lower bounds") for row in rows):
        screen.print("Lower bounds of a chip's times: its tokens/s are upper bounds where steps wait for each other.", markup=False)
    for row in {row["machine"]: row for row in rows if row["kind"] == "baseline"}.values():
        screen.print(_published(row), markup=False)
    screen.print("gain at most: 1 + W / (B · KV), when weights stay in place and keys and values are read at the same rate.", markup=False)
    if out is not None:
        screen.print(f"Written to {out}: decode.png, decode.csv, decode.json", markup=False)
