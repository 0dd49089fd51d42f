# SPDX-License-Identifier: Apache-2.0
"""Computes our figure for a row: the peak of a chip or macro, a workload, a converter, a study."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ohmformer import _core
from ohmformer.chip import Chip, MacroSpec
from ohmformer.errors import ConfigError, Error
from ohmformer.mapping import fit, map_network
from ohmformer.network import Network
from ohmformer.overrides import from_mapping
from ohmformer.performance import estimate
from ohmformer.roots import Folder
from ohmformer.validation.rows import Row
from ohmformer.validation.studies import study
from ohmformer.validation.units import Unit, unit, unit_of_key

NOMINAL = "0.9 V"  # supply of a converter that states none; only logic is scaled with it
WORKLOAD = ("prompt", "generate", "batch")
PEAK = ("chip", "macro", "set", "level", "part", "key", "per")
ESTIMATE = ("network", "chip", "set", "key", "per", *WORKLOAD)
FIT = ("network", "chip", "set", "fit", "per")
CONVERTER = ("adc", "key", "per")
STUDY = ("study", "key", "per")
ALWAYS = ("over",)  # a second source; ours is the ratio

Tree = dict[str, Any]


class Figures:
    """Our figures; every chip, macro and workload is computed once however many rows ask."""

    def __init__(self, configs: Iterable[Folder] = ()):
        self._configs = list(configs)
        self._known: dict[str, Any] = {}

    def of(self, row: Row) -> tuple[float, float | None, float | None]:
        """Ours in the row's unit, and the ends of its range where sources disagree."""
        base = Path(row.where.split(": rows[")[0]).parent
        try:
            ours, measure = self._value(row.origin, base)
            wanted = unit(row.unit)
            if measure.dimension != wanted.dimension:
                raise ConfigError(f"unit: {row.unit} does not measure {_asked(row.origin)}; take the unit of that quantity")
            scale = row.factor * measure.factor / wanted.factor
            ends = [self._end(row.origin, base, end) for end in ("low", "high")]
        except Error as failure:
            raise ConfigError(f"{row.where}: {failure}") from None
        low, high = (None if value is None else value * scale for value in ends)
        return ours * scale, low, high

    def _value(self, origin: Tree, base: Path) -> tuple[float, Unit]:
        value, measure = self._one(origin, base)
        if "over" not in origin:
            return value, measure
        if not isinstance(origin["over"], dict):
            raise ConfigError(f"from.over: {origin['over']!r} found; expected a map like `from` itself")
        below, other = self._value(origin["over"], base)
        return _ratio(value, below, "from.over"), measure / other

    def _one(self, origin: Tree, base: Path) -> tuple[float, Unit]:
        keys = _keys_of(origin)
        _refuse_unknown(origin, (*keys, *ALWAYS))
        found = self._found(origin, base)
        key = origin.get("fit") if "fit" in origin else origin.get("key")
        value, measure = _pick(found, key, "from.key")
        if "per" not in origin:
            return value, measure
        below, other = _pick(found, origin["per"], "from.per")
        return _ratio(value, below, "from.per"), measure / other

    def _end(self, origin: Tree, base: Path, end: str) -> float | None:
        """The low or high end of a plain figure that has a range; ratios have none."""
        if "over" in origin or "per" in origin or not isinstance(origin.get("key"), str):
            return None
        found, key = self._found(origin, base), origin["key"]
        head, _, tail = key.rpartition("_")
        value = found.get(f"{head}_{end}_{tail}", found.get(f"{key}_{end}"))
        return value if isinstance(value, (int, float)) else None

    def _found(self, origin: Tree, base: Path) -> Tree:
        if "study" in origin:
            return self._once("study", origin["study"], lambda: study(origin["study"]))
        if "adc" in origin:
            return self._once("adc", origin["adc"], lambda: converter(origin["adc"]))
        if "fit" in origin:
            asked = _placed(_without(origin, "fit", "per", "over"), base)
            return self._once("fit", asked, lambda: fit(*self._pair(asked)))
        if "network" in origin:
            asked = _placed(_without(origin, "key", "per", "over"), base)
            return self._once("estimate", asked, lambda: self._estimate(asked))
        return self._level(origin, base)

    def _level(self, origin: Tree, base: Path) -> Tree:
        kind = "chip" if "chip" in origin else "macro"
        named = _placed({key: origin.get(key) for key in (kind, "set")}, base)
        peak = self._once("peak", named, lambda: self._described(kind, named).peak())
        level = origin.get("level", "macro" if kind == "macro" else None)
        if level not in peak:
            raise ConfigError(f"from.level: {level!r} found; {_expected(level, list(peak))}")
        if "part" not in origin:
            return peak[level]
        own = [part for part in peak[level]["parts"] if part["component"] == origin["part"]]
        if not own:
            parts = list(dict.fromkeys(part["component"] for part in peak[level]["parts"]))
            raise ConfigError(f"from.part: {origin['part']!r} found; {_expected(origin['part'], parts)}")
        return {key: sum(part[key] for part in own) for key, value in own[0].items() if isinstance(value, (int, float))}

    def _described(self, kind: str, asked: Tree) -> Any:
        read = Chip if kind == "chip" else MacroSpec
        loaded = read.load(asked[kind], self._configs)
        changes = asked.get("set") or {}
        if not isinstance(changes, dict):
            raise ConfigError(f"from.set: {changes!r} found; expected a map such as {{adc.bits: 6}}")
        return loaded.override(changes) if changes else loaded

    def _pair(self, asked: Tree) -> tuple[Network, Chip]:
        return Network.from_pretrained(str(asked["network"]), self._configs), self._described("chip", asked)

    def _estimate(self, asked: Tree) -> Tree:
        workload = {key: asked[key] for key in WORKLOAD if key in asked}
        return estimate(map_network(*self._pair(asked)), **workload).to_dict()

    def _once(self, kind: str, asked: Any, compute: Callable[[], Tree]) -> Tree:
        name = kind + json.dumps(asked, sort_keys=True, default=str)
        if name not in self._known:
            self._known[name] = compute()
        return self._known[name]


def converter(fields: Any) -> Tree:
    """Energy and area of one ADC by a cost model: bits, node, vdd, rate, cost.

    >>> found = converter({"bits": 8, "node": "32 nm", "rate": "1.2 GHz", "cost": "survey"})
    >>> round(found["energy_j"] * 1e12, 4), round(found["area_m2"] * 1e12)
    (1.8486, 6313)
    """
    if not isinstance(fields, dict) or "node" not in fields:
        raise ConfigError(f"from.adc: {fields!r} found; expected {{bits: 8, node: 32 nm, rate: 1 GHz, cost: survey}}")
    own = {key: value for key, value in fields.items() if key not in ("node", "vdd")}
    return _core.adc_cost(from_mapping(own, "from.adc"), str(fields["node"]), str(fields.get("vdd", NOMINAL)))


def _keys_of(origin: Tree) -> tuple[str, ...]:
    for name, keys in (("study", STUDY), ("adc", CONVERTER), ("fit", FIT), ("network", ESTIMATE)):
        if name in origin:
            return keys
    if ("chip" in origin) == ("macro" in origin):
        raise ConfigError("from: expected one of: chip, macro, network with chip, adc, study")
    return PEAK


def _refuse_unknown(origin: Tree, keys: tuple[str, ...]) -> None:
    for key in origin:
        if key not in keys:
            raise ConfigError(f"from.{key}: does not go with the others; {_expected(key, list(keys))}")
    if ("fit" in origin or "network" in origin) and not {"network", "chip"} <= origin.keys():
        raise ConfigError("from: a workload needs both network and chip")


def _pick(found: Tree, key: Any, where: str) -> tuple[float, Unit]:
    value = found.get(key) if isinstance(key, str) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        known = [name for name, one in found.items() if isinstance(one, (int, float)) and not isinstance(one, bool)]
        raise ConfigError(f"{where}: {key!r} found; {_expected(key, known)}")
    return float(value), unit_of_key(key)


def _expected(found: Any, known: list[str]) -> str:
    return f"expected one of: {', '.join(known)}{_core.did_you_mean(str(found), known)}"


def _ratio(value: float, below: float, where: str) -> float:
    if below == 0.0:
        raise ConfigError(f"{where}: is 0 here; nothing can be divided by it")
    return value / below


def _placed(origin: Tree, base: Path) -> Tree:
    """The same with a chip or macro that lies beside the rows by its whole path."""
    return origin | {kind: _beside(str(origin[kind]), base) for kind in ("chip", "macro") if kind in origin}


def _beside(name: str, base: Path) -> str:
    file = base / name
    return str(file.resolve()) if "/" in name and file.is_file() else name


def _without(origin: Tree, *keys: str) -> Tree:
    return {key: value for key, value in origin.items() if key not in keys}


def _asked(origin: Tree) -> str:
    parts = [str(origin[key]) for key in ("level", "part", "key", "fit") if key in origin]
    return " ".join(parts) + (f" per {origin['per']}" if "per" in origin else "") + (" over another" if "over" in origin else "")
