# SPDX-License-Identifier: Apache-2.0
"""Writes what a run found: all files of a result, or none."""

import csv
import io
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ohmformer.errors import ArgumentError

COLUMNS = (
    "component", "op", "layer", "phase", "count", "energy_j", "energy_low_j", "energy_high_j",
    "busy_s", "area_m2", "area_low_m2", "area_high_m2", "source",
)  # fmt: skip
PREFIX, OLD = ".ohmformer-", ".old"
TRACE_STRIDE = 100  # process numbers of one point's trace
MARK = "result.json"  # of `run`: a folder that holds it, or nothing, may be replaced


def to_json(value: Any) -> str:
    """JSON without NaN and Infinity, which JSON does not have: they become null.

    >>> to_json({"a": float("nan"), "b": (1, 2.5)})
    '{"a": null, "b": [1, 2.5]}'
    """
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def prepare(out: Path, mark: str = MARK) -> None:
    """Refuse, before any work, an output folder that could not be written, or that holds what is not of the same command."""
    if out.exists() and not out.is_dir():
        raise ArgumentError(f"--out {out}: is a file; expected a folder that may be created or replaced")
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise ArgumentError(f"--out {out}: holds other files; expected a new folder, or one with {mark} of an earlier run")
    above = next(parent for parent in out.absolute().parents if parent.exists())
    try:
        Path(tempfile.mkdtemp(prefix=PREFIX, dir=above)).rmdir()
    except OSError as failure:
        raise ArgumentError(f"--out {out}: {above}: {failure.strerror}; name a folder that can be written") from None


def write_results(result: dict[str, Any], traces: list[dict[str, Any]], timing: dict[str, Any], out: Path) -> None:
    """Write the result folder."""
    from ohmformer.plots import write_plots  # matplotlib and Plotly take a second to import
    from ohmformer.report import write_report
    from ohmformer.shown import shown

    with replaced(out) as fresh:
        write_text(fresh / MARK, to_json(result) + "\n")
        write_text(fresh / "table.csv", table(result))
        write_text(fresh / "config.resolved.yaml", result["config_yaml"])
        write_text(fresh / "timeline.json", to_json(merged(result, traces)) + "\n")
        write_text(fresh / "timing.json", to_json(timing) + "\n")
        write_report(shown(result), fresh)
        write_plots(shown(result), fresh)


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A temporary folder beside `out`, which takes its place when complete.

    A killed command leaves at most a hidden folder, which the next one removes.
    """
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    _remove_left_overs(out)
    fresh = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{out.name}-{os.getpid()}-", dir=out.parent))
    try:
        fresh.chmod(0o755)
        yield fresh
        _replace(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def table(result: dict[str, Any]) -> str:
    """table.csv: one row per point × component × operator × phase."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["point", "network", *COLUMNS])
    for point in result["points"]:
        writer.writerows([point["name"], point["network"], *(row[key] for key in COLUMNS)] for row in point["breakdown"])
    return text.getvalue()


def merged(result: dict[str, Any], traces: list[dict[str, Any]]) -> dict[str, Any]:
    """The traces of all points in one file, each with processes of its own."""
    events = []
    for number, (point, trace) in enumerate(zip(result["points"], traces, strict=True)):
        for event in trace["traceEvents"]:
            moved = event | {"pid": event["pid"] + number * TRACE_STRIDE}
            if event["name"] == "process_name":
                moved["args"] = {"name": f"{point['name']}: {event['args']['name']}"}
            events.append(moved)
    shown = [{"point": point["name"], **trace["otherData"], "network": point["network"]} for point, trace in zip(result["points"], traces, strict=True)]
    return {"displayTimeUnit": "ns", "otherData": {"points": shown}, "traceEvents": events}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def write_text(path: Path, text: str) -> None:
    """Write a file of a folder that takes its place later."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _remove_left_overs(out: Path) -> None:
    """Remove the temporary folders of runs that were killed."""
    for left in out.parent.glob(f"{PREFIX}{out.name}-*-*"):
        owner = left.name.removeprefix(f"{PREFIX}{out.name}-").split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _replace(fresh: Path, out: Path) -> None:
    """Put `fresh` in the place of `out`; folders cannot be exchanged in one step everywhere."""
    if not out.exists():
        fresh.rename(out)
        return
    old = fresh.with_name(fresh.name + OLD)
    out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old, ignore_errors=True)
