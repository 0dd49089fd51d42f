# SPDX-License-Identifier: Apache-2.0
"""Chips and baselines beside each other while they decode: against batch and context."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ohmformer import _core
from ohmformer.baselines.baseline import Baseline, law_at
from ohmformer.baselines.standing import Result, evidence, results, worst_error
from ohmformer.chip import Chip
from ohmformer.curves.steps import Steps
from ohmformer.errors import ArgumentError, Error
from ohmformer.network import Network

if TYPE_CHECKING:
    import pandas as pd

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CONTEXT = 2048


def sweep(
    machines: Sequence[Chip | Baseline], network: Network, contexts: Sequence[int] | None = None, batches: Sequence[int] = BATCHES
) -> "pd.DataFrame":
    """One row per machine × context × batch: a decode step of equal sequences, output tokens only.

    contexts: default 2048 tokens, or all that the network holds; of two stacks those of the source and
    of an answer that has begun, or goes on where the source has no room for more. Columns: machine, kind (chip or
    baseline), evidence (of a chip: model; of a baseline: measured or claim near a published result
    of this network, within a factor of 2 in context and in batch, else extrapolated; data sheet
    where nothing is published), worst_error (ours over theirs - 1 of the published result that the
    model of the machine misses most; None without one that it was not fitted to), context, batch, tpot_s, output_tokens_per_s, tokens_per_s_per_user,
    output_tokens_per_j (None where no power is published), bound, decode_gain (most that weights in
    place can gain at the bits of this machine), weight_bits and
    kv_bits (of this machine), times (how a chip's step was found, and what that makes of it: see
    ohmformer.curves.steps; a lower bound of the time is an upper bound of the rate), kv_knee (the batch at which keys and values are as many bytes as the weights), problem (why it cannot run this).

    >>> table = sweep([Baseline.preset("h100_x8")], Network.from_pretrained("llama-3-70b"), batches=(1, 256))
    >>> table["output_tokens_per_s"].round(-2).tolist(), table["bound"].tolist()
    ([200.0, 26800.0], ['weights', 'kv'])
    """
    if not network.is_decoder:
        raise ArgumentError(f"sweep: network {network.name} is an encoder; expected a decoder: an encoder has no decode steps")
    rows = []
    for machine in machines:
        points = [{"context": context, "batch": batch} for context in contexts or (default_context(network),) for batch in batches]
        run, known = _runner(machine, network, points), results(machine) if isinstance(machine, Baseline) else []
        rows += [_standing(machine, network, known, point) | _row(machine, network, run, point) for point in points]
    import pandas as pd

    return pd.DataFrame(rows)


def default_context(network: Network) -> int:
    """Tokens per sequence where none are asked for.

    >>> [default_context(Network.from_pretrained(name)) for name in ("gpt2-small", "llama-3-8b")]
    [1024, 2048]
    """
    return min(CONTEXT, network.most_positions)


def _standing(machine: Chip | Baseline, network: Network, known: list[Result], point: dict[str, int]) -> dict[str, Any]:
    """Who it is, and how far its rate at this point can be trusted."""
    if not isinstance(machine, Baseline):
        return {"machine": machine.name, "kind": "chip", "evidence": "model", "worst_error": None}
    standing = evidence(machine, known, network, point)
    return {"machine": machine.name, "kind": "baseline", "evidence": standing, "worst_error": worst_error(known)}


def _runner(machine: Chip | Baseline, network: Network, points: list[dict[str, int]]) -> Any:
    """A function of context and batch; a chip is laid out once."""
    if isinstance(machine, Baseline):
        return lambda context, batch: _baseline_step(machine, network, context, batch)
    try:
        steps = Steps(network, machine)
    except Error as failure:
        problem = failure

        def refused(context: int, batch: int) -> dict[str, Any]:
            raise problem

        return refused
    return lambda context, batch: _chip_step(steps, context, batch)


def _row(machine: Chip | Baseline, network: Network, run: Any, point: dict[str, int]) -> dict[str, Any]:
    bits = _bits(machine)
    law = law_at(network, point["batch"], point["context"], bits["weights"], bits["kv"])
    row = {
        **point,
        **dict.fromkeys(("tpot_s", "output_tokens_per_s", "tokens_per_s_per_user", "output_tokens_per_j", "bound")),
        "decode_gain": law.gain,
        "weight_bits": bits["weights"],
        "kv_bits": bits["kv"],
        "times": "",
        "kv_knee": law.weight_bytes / law.kv_bytes_per_sequence,
        "problem": "",
    }
    try:
        return row | run(**point)
    except Error as failure:
        return row | {"problem": str(failure)}


def _bits(machine: Chip | Baseline) -> dict[str, int]:
    """Of a weight, and of a key or value."""
    described = machine.to_dict()
    if isinstance(machine, Baseline):
        return described["bits"]
    return {"weights": described["macro"]["weight"]["bits"], "kv": described["kv_bits"]}


def _rates(step_s: float, step_j: float, batch: int) -> dict[str, Any]:
    return {
        "tpot_s": step_s,
        "output_tokens_per_s": batch / step_s,
        "tokens_per_s_per_user": 1.0 / step_s,
        "output_tokens_per_j": batch / step_j if step_j else None,
    }


def _baseline_step(machine: Baseline, network: Network, context: int, batch: int) -> dict[str, Any]:
    step = _core.baseline_step(machine._spec, network._graph, context, batch)
    return _rates(step["time_s"], step["energy_j"], batch) | {"bound": step["bound"]}


def _chip_step(steps: Steps, context: int, batch: int) -> dict[str, Any]:
    step = steps.step(context, batch)
    times = f"{step['times_fidelity']}: {step['times_are']}"
    return _rates(step["time_s"], step["energy_j"], batch) | {"times": times}
