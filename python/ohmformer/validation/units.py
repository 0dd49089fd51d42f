# SPDX-License-Identifier: Apache-2.0
"""Units of published figures: how they convert, and which quantity they measure."""

import re
from dataclasses import dataclass

from ohmformer import _core
from ohmformer.errors import ArgumentError

PREFIXES = {
    "": 1.0, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "c": 1e-2, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30,
}  # fmt: skip
# exponents of (joule, second, metre, byte); an operation is a count
BASES = {
    "J": (1, 0, 0, 0),
    "W": (1, -1, 0, 0),
    "s": (0, 1, 0, 0),
    "Hz": (0, -1, 0, 0),
    "OPS": (0, -1, 0, 0),
    "m2": (0, 0, 2, 0),
    "m": (0, 0, 1, 0),
    "B": (0, 0, 0, 1),
    "bit": (0, 0, 0, 1),
}
COUNTS = ("1", "%", "x", "OP", "MAC", "conversion", "token", "cycle", "array", "cell")
SIZES = {"%": 0.01, "bit": 0.125, "m2": 1.0}
_TERM = re.compile(r"(?:(Ki|Mi|Gi|[fpnumckMGTP])(?=[A-Za-z]))?([A-Za-z]+2?)\Z")


@dataclass(frozen=True)
class Unit:
    """A unit: its size in SI units, and what it measures."""

    factor: float
    dimension: tuple[int, int, int, int]

    def __truediv__(self, other: "Unit") -> "Unit":
        exponents = zip(self.dimension, other.dimension, strict=True)
        return Unit(self.factor / other.factor, tuple(a - b for a, b in exponents))


def unit(text: str) -> Unit:
    """The unit that a text names: terms with prefixes, divided by `/`.

    >>> unit("mW").factor, unit("GOPS/mm2").factor, unit("TOPS/W").dimension == unit("1").dimension
    (0.001, 1e+15, False)
    >>> unit("pJ/conversion") == unit("pJ")
    True
    """
    first, *others = text.split("/")
    found = _term(first.strip(), text)
    for other in others:
        found = found / _term(other.strip(), text)
    return found


def unit_of_key(key: str) -> Unit:
    """The unit in which a key of a result counts, which its name says.

    >>> unit_of_key("power_low_w") == unit("W"), unit_of_key("tops_per_mm2") == unit("TOPS/mm2")
    (True, True)
    """
    plain = key.removesuffix("_low").removesuffix("_high")
    for ending, name in _ENDINGS:
        if plain.endswith(ending):
            return unit(name)
    return unit("1")


_ENDINGS = (  # the first that fits; longer ones stand first
    ("tokens_per_s", "Hz"),
    ("ops_per_s", "OPS"),
    ("tokens_per_j", "1/J"),
    ("tops_per_mm2", "TOPS/mm2"),
    ("mib_per_mm2", "MiB/mm2"),
    ("tops_per_w", "TOPS/W"),
    ("tops", "TOPS"),
    ("bytes_per_token", "B"),
    ("bytes", "B"),
    ("_m2", "m2"),
    ("_w", "W"),
    ("_j", "J"),
    ("_s", "s"),
)


def _term(text: str, whole: str) -> Unit:
    singular = text.removesuffix("s") if len(text) > 2 else text
    if singular in COUNTS:
        return Unit(SIZES.get(singular, 1.0), (0, 0, 0, 0))
    if singular in BASES:
        return Unit(SIZES.get(singular, 1.0), BASES[singular])
    fits = _TERM.match(text)
    prefix, base = (fits[1] or "", fits[2]) if fits else ("", "")
    if base not in BASES:
        known = [*BASES, *COUNTS, "mW", "mm2", "um2", "pJ", "TOPS", "GOPS"]
        raise ArgumentError(
            f"unit '{whole[:40]}' is unknown; expected such as mW, mm2, pJ, ns, TOPS/W, GOPS/mm2, MiB/mm2, % or 1"
            f"{_core.did_you_mean(text, known)}"
        )
    power = 2 if base == "m2" else 1
    return Unit(PREFIXES[prefix] ** power * SIZES.get(base, 1.0), BASES[base])
