# SPDX-License-Identifier: Apache-2.0
"""A server of requests: how long they wait and take, and what it delivers."""

from collections.abc import Mapping as Dictionary
from typing import Any

from ohmformer import _core
from ohmformer.baselines.baseline import Baseline, Figures, _graph
from ohmformer.chip import Chip
from ohmformer.errors import ArgumentError
from ohmformer.mapping import Mapping, fit_to_stay
from ohmformer.network import Network
from ohmformer.overrides import to_yaml


def length_presets() -> list[str]:
    """Usual lengths, "prompt/generate", on which NVIDIA reports throughput (TensorRT-LLM documentation).

    >>> length_presets()[0], len(length_presets())
    ('128/128', 10)
    """
    return [f"{prompt}/{generate}" for prompt, generate in _core.length_presets()]


def serve(machine: Baseline | Mapping | Chip, mix: Dictionary[str, Any] | str, network: Network | None = None, **settings: Any) -> Figures:
    """Serve a mix of requests, pass by pass, first come first served.

    Args: machine is a Baseline or a Chip (with the network it runs, on as many chips as that
    needs, identical layers solved once), or the result of ohmformer.map(), which serves the network
    that was mapped and no other. mix is a
    dictionary, or the name of a length preset such as "2048/128" (64 requests at once; `count=` for
    another number): requests, a list of {prompt, generate, arrival: "3 ms", count}; poisson, {rate:
    "2 Hz", count, prompts, generates, paired, seed}; batching, "continuous" (default) or "static";
    max_batch (256); kv_tokens, the tokens whose keys and values may be kept (of two stacks, whose
    prompt is the source, those of source and answer with its start token). `settings` replace keys
    of the mix.
    Keys: ttft_s, tpot_s, latency_s, waiting_s (each with mean, p50, p95, p99, max), makespan_s,
    busy_s, passes, input_tokens, output_tokens, their rates (input_, output_, total_tokens_per_s,
    tokens_per_s_per_user), energy_j, output_tokens_per_j, total_tokens_per_j, mean_queue,
    longest_queue, mean_batch, requests; of a chip and a network also times_are: the ways
    ("exact", "extrapolated", "lower bounds") in which the times of prompts and of (decode) steps were found.
    A chip's passes are interpolated between a few estimates.

    >>> llama = Network.from_pretrained("llama-3-8b")
    >>> result = serve(Baseline.preset("h100"), "128/128", llama, count=8)
    >>> result.output_tokens, result.longest_queue, result.ttft_s["mean"] < result.latency_s["p50"]
    (1024, 0, True)
    >>> from ohmformer.chip import Chip
    >>> result = serve(Chip.load("rram_22nm"), "128/128", llama, count=8)
    >>> result.output_tokens, result.tpot_s["p95"] < result.latency_s["p50"]
    (1024, True)
    """
    text = to_yaml("mix", _mix(mix, settings))
    if isinstance(machine, (Baseline, Chip)):
        if network is None:
            kind = "baseline" if isinstance(machine, Baseline) else "chip"
            raise ArgumentError(f"serve: a {kind} without a network; expected the network that it runs")
        if isinstance(machine, Baseline):
            return Figures(_core.serve_baseline(machine._spec, _graph(network), text))
        fit_to_stay(network, machine)
        model = _core.StructureModel(_graph(network), machine._spec)
        return Figures(_core.serve_structure(model, text))
    if not isinstance(machine, Mapping):
        raise ArgumentError(f"machine: {type(machine).__name__} found; expected a Baseline, a Chip or the result of ohmformer.map()")
    if network is not None and _graph(network).to_dict() != machine.network.to_dict():
        raise ArgumentError(
            f"serve: network {network.name} beside a mapping of {machine.network.name}; expected none: a mapping serves "
            "the network that was mapped"
        )
    return Figures(_core.serve_chip(machine._mapped, text))


def _mix(mix: Dictionary[str, Any] | str, settings: dict[str, Any]) -> dict[str, Any]:
    if isinstance(mix, Dictionary):
        return {**mix, **settings}
    known = length_presets()
    if mix not in known:
        raise ArgumentError(f"mix '{str(mix)[:64]}': expected a dictionary or one of: {', '.join(known)}")
    prompt, generate = map(int, mix.split("/"))
    request = {"prompt": prompt, "generate": generate, "count": settings.pop("count", 64)}
    return {"requests": [request], **settings}
