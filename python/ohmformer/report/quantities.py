# SPDX-License-Identifier: Apache-2.0
"""Numbers in SI units written for people: prefixes, scores, ranges, and `–` for what is absent."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

ABSENT = "–"
_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_AREAS = {-12: "µm²", -6: "mm²"}


def finite(value: object) -> float | None:
    """The number, or None where it is absent, not a number, or infinite.

    >>> finite(2), finite(None), finite(float("nan"))
    (2.0, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


@dataclass(frozen=True)
class Scale:
    """One prefix for several numbers: `value * factor` is in `unit`."""

    factor: float
    unit: str


def scale_for(values: Iterable[float | None], unit: str) -> Scale:
    """The prefix that suits the largest of `values`; "m2" turns into µm² or mm².

    >>> scale_for([3e-9, 4.2e-7], "J")
    Scale(factor=1000000000.0, unit='nJ')
    """
    largest = max((abs(v) for v in map(finite, values) if v is not None), default=0.0)
    if unit == "m2":
        power = -6 if largest == 0 or largest >= 1e-8 else -12
        return Scale(10.0**-power, _AREAS[power])
    rounded = float(f"{largest:.3g}")
    power = 3 * math.floor(math.log10(rounded) / 3) if rounded > 0 else 0
    power = min(max(power, min(_PREFIXES)), max(_PREFIXES))
    return Scale(10.0**-power, _PREFIXES[power] + unit)


def digits(value: float, significant: int = 3) -> str:
    """Fixed-point with about `significant` digits, never exponents below 1e6.

    >>> digits(0.01234), digits(5.0), digits(1234.5)
    ('0.0123', '5.00', '1234')
    """
    if value == 0:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        return f"{value:.{significant - 1}e}"
    rounded = abs(float(f"{value:.{significant - 1}e}"))  # 9.999 counts as 10.0
    return f"{value:.{max(0, significant - 1 - math.floor(math.log10(rounded)))}f}"


def quantity(value: object, unit: str, significant: int = 3) -> str:
    """A number with its prefixed unit.

    >>> quantity(4.12e-7, "J"), quantity(1.5e-4, "m2"), quantity(None, "s"), quantity(0.473, "")
    ('412 nJ', '150 mm²', '–', '0.473')
    """
    known = finite(value)
    if known is None:
        return ABSENT
    scale = scale_for([known], unit) if unit or abs(known) >= 1 else Scale(1.0, "")  # nobody counts in milli
    return f"{digits(known * scale.factor, significant)} {scale.unit}".rstrip()


def span(low: object, high: object, unit: str) -> str:
    """A range in one unit, or nothing where an end is absent.

    >>> span(3.1e-7, 8.9e-7, "J"), span(None, 1.0, "J")
    ('310–890 nJ', '')
    """
    ends = [finite(low), finite(high)]
    if None in ends or ends[0] == ends[1]:
        return ""
    scale = scale_for(ends, unit)
    return f"{'–'.join(digits(end * scale.factor) for end in ends)} {scale.unit}".rstrip()


def with_span(value: object, low: object, high: object, unit: str) -> str:
    """A number and, in brackets, its range.

    >>> with_span(4.12e-7, 3.1e-7, 8.9e-7, "J")
    '412 nJ (310–890 nJ)'
    """
    ends = span(low, high, unit)
    return quantity(value, unit) + (f" ({ends})" if ends else "")


def whole(value: object) -> str:
    """An integer with thousands apart.

    >>> whole(84934656)
    '84,934,656'
    """
    known = finite(value)
    return ABSENT if known is None else f"{known:,.0f}"


def share(value: object, decimals: int = 1) -> str:
    """A fraction in percent.

    >>> share(0.0512)
    '5.1 %'
    """
    known = finite(value)
    return ABSENT if known is None else f"{100 * known:.{decimals}f} %"


def signed(text: str) -> str:
    """A typographic minus.

    >>> signed("-0.4 %")
    '−0.4 %'
    """
    return text.replace("-", "−", 1) if text.startswith("-") else text


def sentence_case(text: str) -> str:
    """The first letter as a capital, the others as they are.

    >>> sentence_case("energy per DRAM access")
    'Energy per DRAM access'
    """
    return text[:1].upper() + text[1:]


def short_count(x: float) -> str:
    """A count of tokens or sequences.

    >>> short_count(128), short_count(131072), short_count(1500)
    ('128', '128k', '1500')
    """
    return f"{x / 1024:g}k" if x >= 1024 and x % 1024 == 0 else f"{x:g}"


def round_values(values: Iterable[float | None]) -> list[float]:
    """1, 2 and 5 times powers of ten (powers alone over a wide range) from below the least to above the largest.

    >>> round_values([3.0, 40.0]), round_values([5.0]), round_values([])
    ([2.0, 5.0, 10.0, 20.0, 50.0], [2.0, 5.0, 10.0], [])
    """
    known = [value for value in map(finite, values) if value is not None and value > 0]
    if not known:
        return []
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    steps = (1, 2, 5) if high - low <= 4 else (1,)
    found = [float(f"{step}e{power}") for power in range(low - 1, high + 2) for step in steps]
    first = max(x for x in found if x < min(known))
    last = min(x for x in found if x > max(known))
    return [x for x in found if first <= x <= last]
