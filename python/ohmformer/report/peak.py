# SPDX-License-Identifier: Apache-2.0
"""The chip at full load: throughput, efficiency and density at each level, and what its power goes to."""

from ohmformer.report import palette
from ohmformer.report.charts import Chart, bars_height, blank, plain, reversed_categories
from ohmformer.report.costs import MOST_BARS
from ohmformer.report.quantities import ABSENT, digits, finite, scale_for, with_span

POWER = ("power_w", "power_low_w", "power_high_w")
LEVELS = ("macro", "core", "tile", "chip", "system")
COLUMNS = (
    ("Level", ""),
    ("In the chip", ""),
    ("TOPS", "1 multiply-accumulate = 2 operations"),
    ("Peak power", "every macro computes without pause, buffers run at their bandwidth; in brackets the range of the sources"),
    ("Area", "in brackets the range of the sources"),
    ("TOPS/W", "in brackets the range of the sources"),
    ("TOPS/mm²", "in brackets the range of the sources"),
)


def peak_rows(point: dict) -> list[list[str]]:
    """One row of texts per level, as COLUMNS names them."""
    levels = point.get("peak") or {}
    return [_row(name, levels[name]) for name in LEVELS if name in levels and not _alike(levels, name)]


def peak_bits(point: dict) -> str:
    """The bits that an operation of the peak has.

    >>> peak_bits({"peak": {"chip": {"input_bits": 8, "weight_bits": 8, "output_bits": 23}}})
    'operations of 8-bit inputs and 8-bit weights, 23-bit outputs'
    """
    for level in (point.get("peak") or {}).values():
        inputs, weights, outputs = (level[f"{word}_bits"] for word in ("input", "weight", "output"))
        return f"operations of {inputs}-bit inputs and {weights}-bit weights, {outputs}-bit outputs"
    return ""


def peak_power_chart(point: dict, colours: dict[str, str]) -> Chart | None:
    """Power of the whole chip at full load by component, with the range of its sources."""
    block = (point.get("peak") or {}).get("chip") or {}
    parts = sorted((p for p in block.get("parts", []) if p["power_w"] > 0), key=lambda p: -p["power_w"])[:MOST_BARS]
    if not parts:
        return None
    scale = scale_for([part["power_high_w"] for part in parts], "W")
    figure = blank(showlegend=False)
    figure.add_bar(
        x=[part["power_w"] * scale.factor for part in parts],
        y=[plain(part["component"]) for part in parts],
        orientation="h",
        marker={"color": [colours.get(part["component"], palette.GREY) for part in parts]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [(part["power_high_w"] - part["power_w"]) * scale.factor for part in parts],
            "arrayminus": [(part["power_w"] - part["power_low_w"]) * scale.factor for part in parts],
            "color": palette.FLOAT,
        },
        customdata=[with_span(*(part[key] for key in POWER), "W") for part in parts],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    reversed_categories(figure)
    figure.update_xaxes(title=f"power, {scale.unit}", rangemode="tozero")
    caption = f"All tiles, used or not: {with_span(*(block.get(key) for key in POWER), 'W')}. Whiskers: the range where sources disagree."
    return Chart("Power of the chip at full load", figure, caption, bars_height(len(parts)), wide=True)


def _alike(levels: dict, name: str) -> bool:
    """Whether a level adds nothing to the one below, as a core of one macro."""
    below = LEVELS[LEVELS.index(name) - 1] if name != LEVELS[0] else ""
    keys = ("count", "power_w", "area_m2")
    return below in levels and all(levels[below][key] == levels[name][key] for key in keys)


def _row(name: str, level: dict) -> list[str]:
    return [
        name,
        f"{level['count']:,}",
        digits(level["tops"]) if finite(level.get("tops")) is not None else ABSENT,
        with_span(*(level.get(key) for key in POWER), "W"),
        with_span(*(level.get(key) for key in ("area_m2", "area_low_m2", "area_high_m2")), "m2"),
        _ratio(level, "tops_per_w"),
        _ratio(level, "tops_per_mm2"),
    ]


def _ratio(level: dict, key: str) -> str:
    """In its own unit, never prefixed, so that levels compare at a glance."""
    value, low, high = (finite(level.get(key + end)) for end in ("", "_low", "_high"))
    if value is None:
        return ABSENT
    spread = low is not None and high is not None and low != high
    return digits(value) + (f" ({digits(low)}–{digits(high)})" if spread else "")

