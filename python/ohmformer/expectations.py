# SPDX-License-Identifier: Apache-2.0
"""Checks a result against expected.yaml: what this experiment must find."""

import math
from pathlib import Path
from typing import Any

import yaml

from ohmformer.errors import ConfigError

KEYS = {"point", "key", "value", "tolerance", "relative", "at_least", "at_most", "because"}


def load_expectations(file: Path) -> list[dict[str, Any]]:
    """The list of expectations, checked.

    Each names a point and a dotted key of it, and one of: value with tolerance (absolute) or relative;
    at_least; at_most (or both).
    """
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        raise ConfigError(f"{file}: not valid YAML: {' '.join(str(failure).split())}") from None
    if not isinstance(rows, list):
        raise ConfigError(f"{file}: expected a list of {{point, key, value, tolerance}}")
    for number, row in enumerate(rows):
        _check(row, f"{file}: [{number}]")
    return rows


def verdicts(result: dict[str, Any], expectations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per expectation: point, key, found, expected (text), holds.

    >>> result = {"points": [{"name": "a", "score": 2.0}]}
    >>> verdicts(result, [{"point": "a", "key": "score", "value": 2.1, "tolerance": 0.2}])[0]["holds"]
    True
    """
    points = {point["name"]: point for point in result["points"]}
    return [_verdict(points, row) for row in expectations]


def _check(row: Any, where: str) -> None:
    if not isinstance(row, dict) or not {"point", "key"} <= row.keys():
        raise ConfigError(f"{where}: {row!r} found; expected a map with point, key, value and tolerance")
    unknown = sorted(row.keys() - KEYS, key=str)
    if unknown:
        raise ConfigError(f"{where}: {unknown[0]}: unknown key; expected one of: {', '.join(sorted(KEYS))}")
    near = "value" in row and ("tolerance" in row) != ("relative" in row)
    bound = "value" not in row and ("at_least" in row or "at_most" in row)
    if not near and not bound:
        raise ConfigError(f"{where}: expected value with either tolerance or relative, or at_least, or at_most")
    for key in KEYS - {"point", "key", "because"}:
        if key in row and (isinstance(row[key], bool) or not isinstance(row[key], (int, float))):
            raise ConfigError(f"{where}: {key}: {row[key]!r} found; expected a number")


def _verdict(points: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    found: Any = points.get(row["point"], {})
    for step in row["key"].split("."):
        found = found.get(step) if isinstance(found, dict) else None
    low, high = _range(row)
    number = isinstance(found, (int, float)) and math.isfinite(found)
    text = f"{row['value']:g} ± {(high - low) / 2:g}" if "value" in row else _bounds(low, high)
    holds = number and low <= found <= high
    return {"point": row["point"], "key": row["key"], "found": found, "expected": text, "holds": holds}


def _range(row: dict[str, Any]) -> tuple[float, float]:
    if "value" not in row:
        return row.get("at_least", -math.inf), row.get("at_most", math.inf)
    half = row["tolerance"] if "tolerance" in row else abs(row["value"]) * row["relative"]
    return row["value"] - half, row["value"] + half


def _bounds(low: float, high: float) -> str:
    parts = [f">= {low:g}"] if math.isfinite(low) else []
    return " and ".join(parts + ([f"<= {high:g}"] if math.isfinite(high) else []))
