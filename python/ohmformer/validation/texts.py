# SPDX-License-Identifier: Apache-2.0
"""Figures and errors written for people."""

import math
from typing import Any

from ohmformer.report.quantities import signed


def number(value: float) -> str:
    """Five significant digits without a trailing point.

    >>> number(329.8), number(0.37234), number(1.5e-7)
    ('329.8', '0.37234', '1.5e-07')
    """
    return f"{value:.5g}"


def percent(value: float, sign: str = "+") -> str:
    """An error in percent, two or three digits of it.

    >>> percent(-0.00012), percent(0.0934), percent(0.25), percent(0.0)
    ('−0.012 %', '+9.3 %', '+25.0 %', '0 %')
    """
    if abs(value) < 5e-9:
        return "0 %"
    significant = 3 if abs(value) >= 0.1 else 2
    decimals = max(0, significant - 1 - math.floor(math.log10(abs(100 * value))))
    return signed(f"{100 * value:{sign}.{decimals}f} %")


def allowed(band: float) -> str:
    """A band in percent.

    >>> allowed(0.15), allowed(5e-6)
    ('15 %', '0.0005 %')
    """
    return f"{100 * band:.6f}".rstrip("0").rstrip(".") + " %"


def reasons(rows: list[dict[str, Any]], *keys: str) -> list[str]:
    """What the rows say under `keys`; figures that say the same stand together.

    >>> reasons([{"figure": "a", "gap": "why"}, {"figure": "b", "gap": "why"}, {"figure": "c", "gap": ""}], "gap")
    ['a; b: why']
    """
    said: dict[str, list[str]] = {}
    for key in keys:
        for row in rows:
            if row[key]:
                said.setdefault(row[key], []).append(row["figure"])
    return [f"{'; '.join(figures)}: {text}" for text, figures in said.items()]
