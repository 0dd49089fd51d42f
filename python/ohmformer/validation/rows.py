# SPDX-License-Identifier: Apache-2.0
"""Reads the files of published figures: one per target, one row per figure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ohmformer import _core
from ohmformer.errors import ArgumentError, ConfigError
from ohmformer.roots import experiments_root
from ohmformer.validation.units import unit

KINDS = ("fitted", "predicted")
ROW_KEYS = ("figure", "unit", "theirs", "band", "kind", "source", "from", "factor", "note", "gap")
SOURCES = ("chip", "macro", "network", "adc", "study")  # what `from` may name
DEFAULT_KEYS = ("unit", "band", "kind", "source", "from")
FILE_KEYS = ("title", "source", "description", "defaults", "mean_band", "rows")
PINNED = "expected.yaml"


@dataclass(frozen=True)
class Row:
    """One published figure, and where ours comes from."""

    target: str
    figure: str
    unit: str
    theirs: float
    band: float  # relative error allowed
    kind: str
    source: str
    origin: dict[str, Any]  # `from` in the file
    factor: float = 1.0  # ours counts differently by this much; the note says why
    note: str = ""
    gap: str = ""  # why the figure cannot be met from what is published
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Target:
    """A published design with its figures."""

    name: str
    title: str
    source: str
    description: str
    mean_band: float | None  # allowed mean of |error| over its predictions
    rows: tuple[Row, ...]
    file: Path


def validation_root() -> Path:
    """The folder of the shipped figures."""
    return experiments_root() / "validation"


def target_names() -> list[str]:
    """Names of the shipped targets.

    >>> "adc_survey" in target_names()
    True
    """
    return sorted(file.stem for file in validation_root().glob("*.yaml") if file.name != PINNED)


def find_target(name: str) -> Path:
    """The file that a name or a path means."""
    if not isinstance(name, str):
        raise ArgumentError(f"validate: {repr(name)[:100]} found; expected the name of a target, or of a file")
    known = target_names()
    if name in known:
        return validation_root() / f"{name}.yaml"
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    raise ConfigError(
        f"validate {name[:200]}: no such target; expected a YAML file with rows, or one of: {', '.join(known)}"
        f"{_core.did_you_mean(name, known)}"
    )


def load_targets(names: Iterable[str] = ()) -> list[Target]:
    """The named targets, or all; no name counts twice."""
    files = dict.fromkeys(find_target(name) for name in names or target_names())
    targets = [load_target(file) for file in files]
    seen: set[str] = set()
    for target in targets:
        if target.name in seen:
            raise ArgumentError(f"validate: two targets are called {target.name}; rename one of the files")
        seen.add(target.name)
    return targets


def load_target(file: Path) -> Target:
    """Read and check one file. ConfigError says which row and key is wrong."""
    tree = _read(file)
    _known(tree, FILE_KEYS, f"{file}")
    defaults = tree.get("defaults") or {}
    _require_map(defaults, f"{file}: defaults")
    _known(defaults, DEFAULT_KEYS, f"{file}: defaults")
    entries = tree.get("rows")
    if not isinstance(entries, list) or not entries:
        raise ConfigError(f"{file}: rows: {entries!r} found; expected a list of maps with {', '.join(ROW_KEYS[:7])}")
    rows = tuple(_row(file.stem, entry, defaults, f"{file}: rows[{i}]") for i, entry in enumerate(entries))
    _refuse_equal_figures(rows)
    mean = None if tree.get("mean_band") is None else _positive(tree, "mean_band", f"{file}")
    title, source, description = (_text(tree, key, f"{file}", "") for key in ("title", "source", "description"))
    return Target(file.stem, title or file.stem, source, description, mean, rows, file)


def load_pinned(file: Path | None = None) -> dict[str, dict[str, float]]:
    """What ours was when last looked at: target → figure → value in the row's unit."""
    file = file or validation_root() / PINNED
    if not file.is_file():
        return {}
    tree = _read(file)
    for name, figures in tree.items():
        _require_map(figures, f"{file}: {name}")
        for figure, value in figures.items():
            _number(value, f"{file}: {name}: {figure}")
    return tree


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise ConfigError(f"{file}: no such file; expected a YAML file with published figures")
    try:
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as failure:
        raise ConfigError(f"{file}: not valid YAML: {' '.join(str(failure).split())}") from None
    _require_map(tree, f"{file}")
    return tree


def _row(target: str, entry: Any, defaults: dict[str, Any], where: str) -> Row:
    _require_map(entry, where)
    _known(entry, ROW_KEYS, where)
    tree = defaults | entry | _origin(entry.get("from"), defaults.get("from"))
    figure = _text(tree, "figure", where)
    where = f"{where} ({figure})"
    kind = _text(tree, "kind", where)
    if kind not in KINDS:
        meant = _core.did_you_mean(kind, list(KINDS))
        raise ConfigError(f"{where}: kind: {kind!r} found; expected one of: {', '.join(KINDS)}{meant}")
    _require_map(tree.get("from"), f"{where}: from")
    theirs, factor = _nonzero(tree, "theirs", where), _nonzero(tree, "factor", where, 1.0)
    note = _text(tree, "note", where, "")
    if factor != 1.0 and not note:
        raise ConfigError(f"{where}: factor: {factor:g} without a note; say in `note` what is counted differently")
    units = _unit_text(tree, where)
    band, source, gap = _positive(tree, "band", where), _text(tree, "source", where), _text(tree, "gap", where, "")
    return Row(target, figure, units, theirs, band, kind, source, tree["from"], factor, note, gap, where)


def _origin(own: Any, default: Any) -> dict[str, Any]:
    """`from` of a row that leaves the source to the defaults; one that names its own takes nothing from them."""
    if not isinstance(own, dict) or not isinstance(default, dict) or any(key in own for key in SOURCES):
        return {}
    return {"from": default | own}


def _unit_text(tree: dict[str, Any], where: str) -> str:
    text = str(tree.get("unit", "1"))
    try:
        unit(text)
    except ArgumentError as failure:
        raise ConfigError(f"{where}: {failure}") from None
    return text


def _refuse_equal_figures(rows: tuple[Row, ...]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.figure in seen:
            raise ConfigError(f"{row.where}: this figure stands there twice; give every row a figure of its own")
        seen.add(row.figure)


def _known(tree: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in tree:
        if key not in keys:
            meant = _core.did_you_mean(str(key), list(keys))
            raise ConfigError(f"{where}: {key}: unknown key; expected one of: {', '.join(keys)}{meant}")


def _require_map(value: Any, where: str) -> None:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: {str(value)[:60]!r} found; expected a map of `key: value`")


def _text(tree: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = tree.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise ConfigError(f"{where}: {key}: {'missing' if value is None else repr(value) + ' found'}; expected a text")
    return " ".join(value.split())


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        found = "missing" if value is None else f"{value!r} found"
        raise ConfigError(f"{where}: {found}; expected a number (YAML wants a point in 5.0e-6)")
    return float(value)


def _nonzero(tree: dict[str, Any], key: str, where: str, default: float | None = None) -> float:
    value = _number(tree.get(key, default), f"{where}: {key}")
    if value == 0.0:
        raise ConfigError(f"{where}: {key}: 0 found; expected a number that an error can be relative to")
    return value


def _positive(tree: dict[str, Any], key: str, where: str) -> float:
    value = _nonzero(tree, key, where)
    if value < 0.0:
        raise ConfigError(f"{where}: {key}: {value:g} found; expected a relative error above 0, such as 0.02 for 2 %")
    return value
