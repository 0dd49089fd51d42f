# SPDX-License-Identifier: Apache-2.0
"""Colours that remain apart for colour-blind readers, on light and on dark ground."""

from ohmformer.report.breakdown import component, ranked, rows, sums

# Okabe & Ito, "Color Universal Design" (2008), then two of P. Tol's "muted" scheme (2021).
COLOURS = [
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#D4C400",
    "#8E7CC3",
    "#AA4499",
]
GREY = "#8A8F98"
OTHERS = "other components"
FLOAT, QUANTISED, ANALOG, FLOOR = "#8A8F98", "#009E73", "#1F83C4", "#D55E00"


def ink(ground: str) -> str:
    """Black or white, whichever reads better on a colour (relative luminance of ITU-R BT.709).

    >>> ink("#0072B2"), ink("#E69F00")
    ('#ffffff', '#000000')
    """
    linear = [(int(ground[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#000000" if luminance > 0.25 else "#ffffff"


def colour(number: int) -> str:
    """The colour of a thing that is counted; they come round again."""
    return COLOURS[number % len(COLOURS)]


def stack_name(component: str, colours: dict[str, str]) -> str:
    """The name under which a component stands in a stack: those without a colour are one."""
    return OTHERS if colours.get(component, GREY) == GREY else component


def time_colours(entries: list[dict], colours: dict[str, str]) -> dict[str, str]:
    """Colours of the components that work longest: their own where they have one, else one that is free.

    >>> rows = [{"component": "dac", "busy_s": 9.0}, {"component": "adc", "busy_s": 1.0}]
    >>> time_colours(rows, {"adc": COLOURS[0]}) == {"dac": COLOURS[1], "adc": COLOURS[0]}
    True
    """
    longest = [name for name, _ in ranked(sums(entries, component), "busy_s")[: len(COLOURS)]]
    own = {name: colours[name] for name in longest if colours.get(name, GREY) != GREY}
    free = (each for each in COLOURS if each not in own.values())
    return {name: own.get(name) or next(free) for name in longest}


def component_colours(points: list[dict]) -> dict[str, str]:
    """One colour per component, the same in every chart; grey for those that never weigh much.

    A component weighs its largest share of the energy or of the area of any point.
    """
    weight: dict[str, float] = {}
    for point in points:
        found = sums(rows(point), component)
        for figure in ("energy_j", "area_m2"):
            whole = sum(getattr(entry, figure) for entry in found.values())
            for name, entry in found.items():
                part = getattr(entry, figure) / whole if whole > 0 else 0.0
                weight[name] = max(weight.get(name, 0.0), part)
    order = sorted(weight, key=lambda name: (-weight[name], name))
    return {name: COLOURS[i] if i < len(COLOURS) else GREY for i, name in enumerate(order)}
