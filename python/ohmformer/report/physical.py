# SPDX-License-Identifier: Apache-2.0
"""Heat, power gating, buffers and yield of a point, in words; a chip that says nothing of them has no lines."""

from collections.abc import Callable

from ohmformer.report.quantities import ABSENT, digits, finite, quantity, share, whole

ZERO_CELSIUS = 273.15  # K
Line = tuple[str, str, str]  # title, meaning, text
Row = tuple[str, str, Callable[[dict], str]]


def physical_lines(point: dict) -> dict[str, list[Line]]:
    """By topic, the lines that have a value.

    >>> list(physical_lines({"gating": {"wake_ups": 2, "gated_share": 0.5}}))
    ['Power gating']
    """
    found = {}
    for topic, key, rows in _TOPICS:
        known = point.get(key) or {} if key else point
        lines = [(title, meaning, text(known)) for title, meaning, text in rows]
        lines = [line for line in lines if line[2] != ABSENT]
        if lines:
            found[topic] = lines
    return found


def hottest(point: dict) -> str:
    """The hottest tile in K and °C, and which one it is.

    >>> hottest({"peak_temperature_k": 350.0, "hottest_tile": 7})
    '350.0 K (76.9 °C), tile 7'
    """
    text = _kelvin(point, "peak_temperature_k")
    tile = point.get("hottest_tile")
    return text if text == ABSENT or tile is None else f"{text}, tile {whole(tile)}"


def gated(point: dict) -> str:
    """Share of the time of tiles in use during which they are off."""
    return share((point.get("gating") or {}).get("gated_share"))


def good_package(point: dict) -> str:
    """Yield of a die and of a package of so many dies."""
    package = point.get("good_package") or {}
    if finite(package.get("die_yield")) is None:
        return ABSENT
    dies = package.get("dies") or 1
    many = "1 die" if dies == 1 else f"{whole(dies)} dies"
    return f"{share(package['die_yield'])} of dies, {share(package.get('package_yield'))} of packages of {many}"


def _kelvin(known: dict, key: str) -> str:
    value = finite(known.get(key))
    return ABSENT if value is None else f"{value:.1f} K ({value - ZERO_CELSIUS:.1f} °C)"


def _leakage(known: dict) -> str:
    text = quantity(known.get("leakage_at_temperature_w"), "W")
    stated = finite(known.get("leakage_at_reference_w"))
    return text if text == ABSENT or stated is None else f"{text} (stated: {quantity(stated, 'W')})"


def _plain(key: str, unit: str = "") -> Callable[[dict], str]:
    def text(known: dict) -> str:
        value = finite(known.get(key))
        return ABSENT if value is None else f"{digits(value)} {unit}".rstrip()

    return text


def _break_even(known: dict) -> str:
    if "gated_share" not in known:
        return ABSENT
    value = finite(known.get("break_even_s"))
    return "never pays" if value is None else quantity(value, "s")


def _share(key: str) -> Callable[[dict], str]:
    return lambda known: share(known.get(key))


def _dies(known: dict) -> str:
    area = quantity(known.get("die_area_m2"), "m2")
    return ABSENT if area == ABSENT else f"{whole(known.get('dies'))} of {area}"


_HEAT: list[Row] = [
    ("Hottest tile", "Steady state: the workload repeated without pause", hottest),
    ("Mean of all tiles", "Of the layer of each tile that makes power", lambda p: _kelvin(p, "mean_temperature_k")),
    ("Heat", "Power of the whole chip, leakage at its temperature included", lambda p: quantity(p.get("heat_w"), "W")),
    ("Leakage at that temperature", "In brackets at the temperature for which the chip states it", _leakage),
    (
        "Loop gain of heat and leakage",
        "Heat that a disturbance returns through leakage; at 1 the chip runs away",
        _plain("thermal_loop_gain"),
    ),
    ("Ageing of the hottest cells", "Speed, against the reference temperature of the device", _plain("ageing_at_peak", "×")),
]

_GATING: list[Row] = [
    ("Time that tiles in use are off", "Mean over tiles in use", _share("gated_share")),
    ("Wake-ups", "Of all tiles in the whole run", lambda g: whole(g.get("wake_ups"))),
    ("Break-even time", "A tile that waits longer is switched off", _break_even),
]

_BUFFERS: list[Row] = [
    ("Fullest buffer, bytes at most", "Beside keys and values", lambda b: whole(b.get("peak_bytes"))),
    ("Its room", "Bytes", lambda b: whole(b.get("space_bytes"))),
    ("Most that one token needs on a tile at once", "Bytes", lambda b: whole(b.get("token_need_bytes"))),
    ("Tiles that tokens pass through in pieces", "They have less than a token needs", lambda b: whole(b.get("tiles_in_pieces"))),
    ("To the DRAM, and as much back", "Bytes that wait at barriers", lambda b: whole(b.get("spilled_bytes"))),
]

_PACKAGE: list[Row] = [
    ("Dies in a package", "Number and size", _dies),
    ("Dies on a wafer", "Whole ones", lambda p: whole(p.get("dies_per_wafer"))),
    ("Yield of a die", "Share of dies without a killing defect", _share("die_yield")),
    ("Good among tested dies", "Share of good dies among those that pass the test of bare dies", _share("quality")),
    ("Yield of a package", "Share of packages of tested dies that work", _share("package_yield")),
    ("Dies made per good package", "", _plain("dies_made")),
    ("Silicon per good package", "", lambda p: quantity(p.get("silicon_m2"), "m2")),
    ("Good packages per wafer", "", _plain("packages_per_wafer")),
    ("Cost of a good package", "In the unit of yield.wafer_cost; 1 is the price of a wafer by default", _plain("cost")),
]

_TOPICS: list[tuple[str, str, list[Row]]] = [
    ("Heat", "", _HEAT),
    ("Power gating", "gating", _GATING),
    ("Buffers", "buffers", _BUFFERS),
    ("Yield", "good_package", _PACKAGE),
]
