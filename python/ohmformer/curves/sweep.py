# SPDX-License-Identifier: Apache-2.0
"""Estimates of networks on one chip, or on as many as they need, workload by workload."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import ohmformer
from ohmformer.chip import Chip
from ohmformer.curves.steps import Steps
from ohmformer.errors import Error
from ohmformer.mapping import fit
from ohmformer.network import Network
from ohmformer.performance import Performance

GENERATE = 8  # decoded tokens of a workload: the last of them attends to the whole context
KEPT = (
    "conditions", "ttft_s", "tpot_s", "tokens_per_s", "energy_j", "energy_low_j", "energy_high_j", "energy_per_token_j",
    "power_w", "power_low_w", "power_high_w", "area_m2", "area_low_m2", "area_high_m2", "makespan_s", "lower_bound_s", "macs", "kv_bytes_per_token", "kv_bytes_in_dram",
    "times_fidelity", "times_are", "system_chips", "chip_area_m2",
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

    Networks that one chip does not hold take more of them, and contexts whose events are too many take
    layers that are solved once (ohmformer.curves.steps); a point says which (times_fidelity), and what
    that makes of its times (times_are). A network of which nothing runs has a point with its `fit`.
    """
    points, problems = [], []
    for network in networks:
        own: list[dict[str, Any]] = []
        try:
            suited = _held(network, chosen, problems)
            steps = Steps(network, chip)
        except Error as failure:
            problems.append(f"{network.name}: {failure}")
            steps = None
        for workload in suited if steps else []:
            label = f"context={workload['prompt'] + workload['generate']}, batch={workload['batch']}"
            try:
                suited_one = _suited(network, workload)
                own.append(_point(network, label, steps.performance(**suited_one), steps.in_cache(**suited_one)))
            except Error as failure:
                problems.append(f"{network.name}, {label}: {failure}")
            step(f"{network.name}, {label}")
        own = own or [{"name": network.name, "network": network.name, "label": ""}]
        own[0] |= {"fit": steps.fit if steps else fit(network, chip.override({"map.tensor_parallel": "auto"}))}
        own[0] |= {"peak": chip.peak().to_dict(), "dram_bytes_per_s": chip.to_dict()["dram"]["bandwidth"]}
        points += own
    return {
        "ohmformer": ohmformer.__version__,
        "title": f"{', '.join(network.name for network in networks)} on {chip.name}: context, batch, size",
        "chip": chip.name,
        "config_yaml": chip.to_yaml(),
        "warnings": problems,
        "points": points,
    }


def _suited(network: Network, workload: dict[str, int]) -> dict[str, int]:
    """The workload; an encoder takes its whole context at once."""
    if network.is_decoder:
        return dict(workload)
    return {"prompt": workload["prompt"] + workload["generate"], "generate": 0, "batch": workload["batch"]}


def _held(network: Network, chosen: list[dict[str, int]], problems: list[str]) -> list[dict[str, int]]:
    """The workloads whose context a decoder holds; says which ones it does not."""
    most = network.most_positions if network.is_decoder else math.inf
    beyond = sorted({w["prompt"] + w["generate"] for w in chosen if w["prompt"] + w["generate"] > most})
    if beyond:
        problems.append(f"{network.name}: its context is {most:,} tokens; left out: {', '.join(f'{n:,}' for n in beyond)}")
    return [w for w in chosen if w["prompt"] + w["generate"] <= most]


def _point(network: Network, label: str, found: Performance, cached: bool) -> dict[str, Any]:
    """One point; where the prompt was in the cache, totals are of the decoded tokens and there is no time to first token."""
    figures = found.to_dict()
    point = {"name": f"{network.name}, {label}", "network": network.name, "label": label}
    kept = {key: figures[key] for key in KEPT if not (cached and key == "ttft_s")}
    return point | kept | {"prompt_in_cache": cached, "breakdown": found.breakdown}
