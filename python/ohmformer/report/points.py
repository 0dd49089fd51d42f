# SPDX-License-Identifier: Apache-2.0
"""The points of a result: their names, what they were run on, and what was swept between them."""

import re
from dataclasses import dataclass

_ASSIGNMENT = re.compile(r"[,;]\s*(?=[\w.]+=)")
_NUMBER = re.compile(r"([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*(.*)")


def points_of(result: dict) -> list[dict]:
    """The points of a result; a key whose value is null or not a number counts as absent.

    >>> points_of({"points": [{"network": "a", "floor": None, "conditions": {"batch": None}}]})
    [{'network': 'a', 'conditions': {}}]
    """
    return [_present(point) for point in result.get("points") or []]


def _present(value: object) -> object:
    if isinstance(value, dict):
        kept = {key: _present(entry) for key, entry in value.items()}
        return {
            k: v for k, v in kept.items() if v is not None and v == v
        }  # NaN differs from itself
    return [_present(entry) for entry in value] if isinstance(value, list) else value


def display_name(point: dict) -> str:
    """Network and, in a sweep, what was set: "stdlib_gpt, macro.adc.bits=6"."""
    network = point.get("network") or point.get("name") or "network"
    return f"{network}, {point['label']}" if point.get("label") else network


def by_network(points: list[dict]) -> dict[str, list[dict]]:
    """Points of each network, in the order in which they stand."""
    groups: dict[str, list[dict]] = {}
    for point in points:
        groups.setdefault(point.get("network") or point.get("name") or "network", []).append(point)
    return groups


def is_encoder(point: dict) -> bool:
    """Whether a whole input passes at once and nothing is generated."""
    return (point.get("conditions") or {}).get("kind") == "encoder"


def item(point: dict) -> str:
    """What one unit of work is called: a token of a decoder, an image of an encoder."""
    return "image" if is_encoder(point) else "token"


def conditions(point: dict) -> str:
    """Under which conditions the figures of a point hold, in words."""
    known = point.get("conditions") or {}
    if is_encoder(point):
        batch = known.get("batch") or 1
        tokens = f" of {known['prompt']} tokens" if known.get("prompt") else ""
        return f"one image{tokens} at a time" if batch == 1 else f"{batch} images{tokens} at once"
    names = ["prompt", "generate", "batch"]
    return ", ".join(f"{name} {known[name]}" for name in names if known.get(name) is not None)


def evaluated_on(point: dict) -> str:
    """How much the score was measured on, in words."""
    known = point.get("conditions") or {}
    noun = "images" if is_encoder(point) else "sequences"
    parts = [f"{known['samples']:,} {noun}"] if known.get("samples") else []
    if known.get("tokens") and not is_encoder(point):
        parts.append(f"{known['tokens']:,} tokens")
    return ", ".join(parts)


@dataclass(frozen=True)
class Sweep:
    """Points of one network along one swept key; the other keys tell the lines apart."""

    axis: str
    lines: dict[str, list[tuple[float | str, dict]]]

    @property
    def numeric(self) -> bool:
        """Whether the swept values are numbers."""
        return all(isinstance(x, float) for line in self.lines.values() for x, _ in line)


def sweep_of(points: list[dict]) -> Sweep | None:
    """How the points of one network differ; None if there is one only, or their labels do not say."""
    settings = [_settings(point.get("label") or "") for point in points]
    keys = list(settings[0]) if settings else []
    if len(points) < 2 or any(list(found) != keys for found in settings):
        return None
    varied = [key for key in keys if len({found[key] for found in settings}) > 1]
    if not varied:
        return None
    axis, others = max(varied, key=lambda k: len({f[k] for f in settings})), varied
    lines: dict[str, list] = {}
    for found, point in zip(settings, points, strict=True):
        name = ", ".join(f"{key}={found[key]}" for key in others if key != axis)
        lines.setdefault(name, []).append((found[axis], point))
    return _with_numbers(axis, lines)


def _settings(label: str) -> dict[str, str]:
    parts = [part.partition("=") for part in _ASSIGNMENT.split(label) if "=" in part]
    return {key.strip(): value.strip() for key, _, value in parts}


def _with_numbers(axis: str, lines: dict[str, list]) -> Sweep:
    """Values as numbers, sorted, where all of them are numbers of one unit."""
    matches = [_NUMBER.fullmatch(value) for line in lines.values() for value, _ in line]
    units = {match.group(2) if match else None for match in matches}
    if None in units or len(units) != 1:
        return Sweep(axis, lines)
    numbers = {
        name: sorted(
            ((float(_NUMBER.fullmatch(value).group(1)), point) for value, point in line),
            key=lambda pair: pair[0],
        )
        for name, line in lines.items()
    }
    unit = units.pop()
    return Sweep(f"{axis}, {unit}" if unit else axis, numbers)
