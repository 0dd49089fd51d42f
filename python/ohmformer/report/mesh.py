# SPDX-License-Identifier: Apache-2.0
"""What tiles and links of a placement do, as plain numbers for pictures."""

from dataclasses import dataclass

from ohmformer.report.physical import ZERO_CELSIUS
from ohmformer.report.quantities import finite


@dataclass(frozen=True)
class Link:
    """One direction between two neighbouring tiles, which stand at (x, y) and one step on.

    Two entries with one `number` are one wire: a link between chips that several pairs share.
    """

    number: int
    x: int
    y: int
    dx: int
    dy: int
    value: float


def traffic(point: dict) -> list[Link]:
    """Bytes of one token over every link that carries any."""
    return _links(point, point.get("traffic") or {}, "bytes", 1.0)


def link_use(point: dict) -> list[Link]:
    """Share of the makespan that every link is occupied, for those that ever are."""
    makespan = finite(point.get("makespan_s"))
    if not makespan:
        return []
    return _links(point, (point.get("occupation") or {}).get("links") or {}, "busy_s", 1 / makespan)


def _links(point: dict, lists: dict, key: str, factor: float) -> list[Link]:
    columns = ((point.get("placement") or {}).get("mesh") or [0])[0]
    if not columns:
        return []
    found = []
    for number, source, target, value in zip(
        *(lists.get(name) or [] for name in ("link", "from", "to", key)), strict=True
    ):
        x, y = source % columns, source // columns
        step = (target % columns - x, target // columns - y)
        found.append(Link(number, x, y, *step, value * factor))
    return found


def busy_share(point: dict) -> dict[int, float]:
    """Share of the makespan that an array of each tile works, mean over the tile's arrays in use."""
    makespan = finite(point.get("makespan_s"))
    tiles = (point.get("occupation") or {}).get("tiles") or {}
    rows = zip(*(tiles.get(name) or [] for name in ("tile", "arrays", "arrays_s")), strict=True)
    return {tile: busy / (n * makespan) for tile, n, busy in rows if n and makespan}


def filled_share(point: dict) -> dict[int, float]:
    """Share of each tile's arrays that hold weights."""
    placement = point.get("placement") or {}
    slots = placement.get("slots_per_tile") or 0
    tiles = placement.get("tiles") or []
    return {tile["tile"]: tile["used"] / slots for tile in tiles if tile.get("used") and slots}


def celsius(point: dict) -> list[list[float]]:
    """Temperature of every tile, row by row of the mesh; empty where it was not computed."""
    kelvins = point.get("temperatures") or []
    columns, rows = (point.get("placement") or {}).get("mesh") or (0, 0)
    if not kelvins or len(kelvins) != columns * rows:
        return []
    return [[k - ZERO_CELSIUS for k in kelvins[y * columns : (y + 1) * columns]] for y in range(rows)]


def borders(point: dict) -> list[tuple[int, int]]:
    """Tiles (columns, rows) of a chip, of a package, … where a mesh holds several; empty for one chip."""
    placement = point.get("placement") or {}
    mesh = list(placement.get("mesh") or [])
    return [tuple(unit) for unit in placement.get("units") or [] if list(unit) != mesh]


def hop_bytes(links: list[Link]) -> float:
    """Bytes × links of one token; a shared link counts once."""
    return sum({link.number: link.value for link in links}.values())
