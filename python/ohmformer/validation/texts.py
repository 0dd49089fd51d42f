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


def totals(summaries: list[dict[str, Any]]) -> str:
    """What all targets say together; which one holds most of the rows, and what means leave out.

    >>> one = {"title": "a", "rows": 3, "passed": 3, "gaps": 0, "failed": 0, "worst_error": 1e-6, "worst_gap": None}
    >>> two = one | {"rows": 1, "passed": 0, "gaps": 1, "worst_gap": 4.13}
    >>> for sentence in totals([one, two]).split(". "):
    ...     print(sentence)
    3 of 4 published figures lie within their band: 3 are of one table, a, met to 0.00010 %; the other 0 are of 1 target
    1 is a documented gap, up to +413 % off and left out of every mean error
    None fails.
    """
    rows, passed, gaps, failed = (sum(one[key] for one in summaries) for key in ("rows", "passed", "gaps", "failed"))
    text = f"{passed} of {rows} published figures lie within their band"
    largest = max(summaries, key=lambda one: one["passed"])
    if len(summaries) > 1 and 2 * largest["passed"] > rows:
        others = f"{len(summaries) - 1} target{'s' if len(summaries) > 2 else ''}"
        text += f": {largest['passed']} are of one table, {largest['title']}, met to {percent(largest['worst_error'], sign='')}"
        text += f"; the other {passed - largest['passed']} are of {others}"
    if gaps:
        off = percent(max((one["worst_gap"] for one in summaries if one["worst_gap"] is not None), key=abs))
        what = "are documented gaps" if gaps > 1 else "is a documented gap"
        text += f". {gaps} {what}, up to {off} off and left out of every mean error"
    return text + (f". {failed} fail." if failed else ". None fails.")


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
