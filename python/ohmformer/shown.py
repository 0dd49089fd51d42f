# SPDX-License-Identifier: Apache-2.0
"""A result as reports show it: per token of a decoder, per whole input of an encoder."""

from typing import Any


def shown(result: dict[str, Any]) -> dict[str, Any]:
    """The same result with energy and throughput per item; result.json itself counts tokens.

    >>> costs = {"energy_j": 6.0, "energy_low_j": 3.0, "energy_high_j": 9.0, "makespan_s": 2.0}
    >>> point = costs | {"conditions": {"kind": "encoder", "batch": 2, "generate": 0}}
    >>> found = shown({"points": [point]})["points"][0]
    >>> found["energy_per_token_j"], found["energy_high_j"], found["tokens_per_s"]
    (3.0, 4.5, 1.0)
    """
    return result | {"points": [_per_item(point) for point in result["points"]]}


def _per_item(point: dict[str, Any]) -> dict[str, Any]:
    known = point["conditions"]
    items = known["batch"] * (1 if known["kind"] == "encoder" else known["generate"])
    energy = point["energy_j"] / items
    return point | {
        "energy_per_token_j": energy,
        "energy_low_j": point["energy_low_j"] / items,
        "energy_high_j": point["energy_high_j"] / items,
        "tokens_per_s": items / point["makespan_s"],
        "tokens_per_j": 1 / energy if energy else None,
    }
