# SPDX-License-Identifier: Apache-2.0
"""What it is worth to know the values: energy from tensors, from their averages, and from neither."""

from collections.abc import Callable
from typing import Any

from ohmformer import _core
from ohmformer.performance import Performance

Estimator = Callable[[list[_core.InputStatistics]], Performance]  # the workload with such activity
UNKNOWN: dict[str, Any] = {
    "cells_energy_j": None,
    "cells_energy_independent_j": None,
    "cells_energy_assumed_j": None,
    "cells_energy_independent_change": None,
    "cells_energy_assumed_change": None,
    "energy_independent_j": None,
    "energy_assumed_j": None,
    "energy_independent_change": None,
    "energy_assumed_change": None,
}


def energy_by_knowledge(
    exact: Performance, quality: list[dict[str, Any]], estimate: Estimator
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Energy of the whole workload and of its cells, and the cells' energy of each matrix by name.

    `exact` was estimated with what drove each wordline times its conductance. "independent" takes the
    same shares of drive and the plain mean of each matrix's cells, as if inputs knew nothing of weights;
    "assumed" what macro.workload says of tensors that do not exist. A change is relative to `exact`.
    """
    independent = estimate([found["independent_activity"] for found in quality])
    figures = dict(UNKNOWN)
    parts = cells_energy(exact)
    known = figures["cells_energy_j"] = sum(parts.values())
    for name, other in (("independent", independent), ("assumed", estimate([]))):
        cells = sum(cells_energy(other).values())
        figures[f"cells_energy_{name}_j"] = cells
        figures[f"cells_energy_{name}_change"] = _change(cells, known)
        figures[f"energy_{name}_j"] = other.energy_j
        figures[f"energy_{name}_change"] = _change(other.energy_j, exact.energy_j)
    averages = cells_energy(independent)
    matrices = {
        name: {
            "cells_energy_j": energy,
            "cells_energy_independent_j": averages[name],
            "cells_energy_independent_change": _change(averages[name], energy),
        }
        for name, energy in parts.items()
    }
    return figures, matrices


def cells_energy(performance: Performance) -> dict[str, float]:
    """Energy of the cells, J, by operator over all phases; empty where no cell conducts."""
    found: dict[str, float] = {}
    for row in performance.breakdown:
        if row["component"] == "cells" and row["op"]:
            found[row["op"]] = found.get(row["op"], 0.0) + row["energy_j"]
    return found


def _change(value: float, reference: float) -> float | None:
    return value / reference - 1 if reference > 0 else None
