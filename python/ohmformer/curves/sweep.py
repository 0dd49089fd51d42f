# SPDX-License-Identifier: Apache-2.0
"""Estimates of networks on one chip, workload by workload."""

from collections.abc import Callable, Iterable
from typing import Any

import ohmformer
from ohmformer.chip import Chip
from ohmformer.errors import Error
from ohmformer.mapping import Mapping, fit
from ohmformer.network import Network
from ohmformer.performance import Performance, estimate

GENERATE = 8  # decoded tokens of a workload: the last of them attends to the whole context
KEPT = (
    "conditions", "ttft_s", "tpot_s", "tokens_per_s", "energy_j", "energy_low_j", "energy_high_j", "energy_per_token_j",
    "power_w", "power_low_w", "power_high_w", "area_m2", "area_low_m2", "area_high_m2", "makespan_s", "lower_bound_s", "macs", "kv_bytes_per_token", "kv_bytes_in_dram",
)  # fmt: skip
Step = Callable[[str], None]  # told what was done


def workloads(contexts: Iterable[int], batches: Iterable[int], generate: int = GENERATE) -> list[dict[str, int]]:
    """Prompt, generate and batch such that the last token attends to `context` ones, each combination once.

    >>> workloads([128], [1, 4])[1]
    {'prompt': 120, 'generate': 8, 'batch': 4}
    """
    sizes = [(context, min(generate, context - 1)) for context in dict.fromkeys(contexts)]
    return [
        {"prompt": context - n, "generate": n, "batch": batch} for context, n in sizes for batch in dict.fromkeys(batches)
    ]


def sweep(networks: list[Network], chip: Chip, chosen: list[dict[str, int]], step: Step = lambda _: None) -> dict[str, Any]:
    """One point per network × workload, as result.json holds them; what cannot run says why in `problems`.

    A network that no mapping holds still has a point with its `fit`, whose closed forms know no limit.
    """
    points, problems = [], []
    for network in networks:
        fits = fit(network, chip)
        own: list[dict[str, Any]] = []
        try:
            mapping = Mapping(network, chip)
        except Error as failure:
            problems.append(f"{network.name}: {failure}")
            mapping = None
        for workload in chosen if mapping else []:
            label = f"context={workload['prompt'] + workload['generate']}, batch={workload['batch']}"
            try:
                own.append(_point(network, label, estimate(mapping, **_suited(network, workload), timeline_tokens=0)))
            except Error as failure:
                problems.append(f"{network.name}, {label}: {failure}")
            step(f"{network.name}, {label}")
        own = own or [{"name": network.name, "network": network.name, "label": ""}]
        own[0] |= {"fit": fits}
        points += own
    if points:
        points[0] |= {"peak": chip.peak().to_dict(), "dram_bytes_per_s": chip.to_dict()["dram"]["bandwidth"]}
    return {
        "ohmformer": ohmformer.__version__,
        "title": f"{', '.join(network.name for network in networks)} on {chip.name}: context, batch, size",
        "chip": chip.name,
        "config_yaml": chip.to_yaml(),
        "warnings": problems,
        "points": points,
    }


def _suited(network: Network, workload: dict[str, int]) -> dict[str, int | None]:
    """The workload; an encoder takes its whole context at once."""
    if network.is_decoder:
        return dict(workload)
    return {"prompt": workload["prompt"] + workload["generate"], "generate": None, "batch": workload["batch"]}


def _point(network: Network, label: str, found: Performance) -> dict[str, Any]:
    figures = found.to_dict()
    point = {"name": f"{network.name}, {label}", "network": network.name, "label": label}
    return point | {key: figures[key] for key in KEPT} | {"breakdown": found.breakdown}
