# SPDX-License-Identifier: Apache-2.0
"""What a chip does at full load."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MEBIBYTE, SQUARE_MM = 2.0**20, 1e-6


class Peak(Mapping[str, dict[str, Any]]):
    """Levels of a chip at full load: macro, core, tile, chip, system; a macro alone has one.

    Every level has count, ops_per_s, tops, power_w, area_m2 (both with _low_ and _high_), tops_per_w,
    tops_per_mm2, weight_bytes, mib_per_mm2, mvm_j, interval_s, latency_s, and parts: one row per
    component with its power, area, shares and source. 1 MAC = 2 operations of (input_bits,
    weight_bits, output_bits).
    """

    def __init__(self, levels: dict[str, dict[str, Any]]):
        self._levels = {name: _complete(level) for name, level in levels.items()}

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self._levels[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._levels)

    def __len__(self) -> int:
        return len(self._levels)

    def table(self) -> "pd.DataFrame":
        """The parts of all levels, one row each; a level holds the parts of those below."""
        import pandas as pd

        rows = [{"level": name, **part} for name, level in self.items() for part in level["parts"]]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """All levels with their parts, SI units."""
        return {name: dict(level) for name, level in self.items()}

    def __repr__(self) -> str:
        top = list(self.values())[-1]
        bits = f"({top['input_bits']}, {top['weight_bits']}, {top['output_bits']})"
        return f"<ohmformer.Peak {top['tops']:.4g} TOPS of {bits} bits, {top['power_w']:.4g} W, {top['area_m2']:.4g} m2>"


def _complete(level: dict[str, Any]) -> dict[str, Any]:
    tops = level["ops_per_s"] / 1e12
    power, area = level["power_w"], level["area_m2"]
    parts = [
        part
        | {
            "power_share": part["power_w"] / power if power else 0.0,
            "area_share": part["area_m2"] / area if area else 0.0,
        }
        for part in level["parts"]
    ]
    return level | {
        "tops": tops,
        "tops_per_w": tops / power if power else None,
        "tops_per_w_low": tops / level["power_high_w"] if level["power_high_w"] else None,
        "tops_per_w_high": tops / level["power_low_w"] if level["power_low_w"] else None,
        "tops_per_mm2": tops * SQUARE_MM / area if area else None,
        "tops_per_mm2_low": tops * SQUARE_MM / level["area_high_m2"] if level["area_high_m2"] else None,
        "tops_per_mm2_high": tops * SQUARE_MM / level["area_low_m2"] if level["area_low_m2"] else None,
        "mib_per_mm2": level["weight_bytes"] / MEBIBYTE / (area / SQUARE_MM) if area else None,
        "parts": parts,
    }
