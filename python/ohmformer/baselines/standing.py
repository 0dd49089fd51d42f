# SPDX-License-Identifier: Apache-2.0
"""How far the rates of a baseline can be trusted: near published results of its own, or extrapolated."""

from dataclasses import dataclass
from typing import Any

from ohmformer.baselines.baseline import PUBLISHED, Baseline
from ohmformer.errors import Error
from ohmformer.network import Network

NEAR = 2.0  # factor in context and in batch within which a published result speaks for the model


@dataclass(frozen=True)
class Result:
    """A published result: what it stands on, at which workload, and how far the model is from it."""

    status: str
    kind: str
    shape: tuple[Any, ...]
    context: float
    batch: float
    error: float

    def speaks_for(self, shape: tuple[Any, ...], context: int, batch: int) -> bool:
        """Whether a workload is near: a network of the same shape, context and batch within NEAR."""
        ratios = context / self.context, batch / self.batch
        return shape == self.shape and all(1 / NEAR <= ratio <= NEAR for ratio in ratios)


def shape_of(network: Network) -> tuple[Any, ...]:
    """What a decode step depends on; a network's later versions often share it."""
    tree = network.to_dict()
    return tree["n_layers"], tree["d_model"], network.macs_per_token, network.kv_values_per_token


def results(machine: Baseline) -> list[Result]:
    """What others measured or claimed of a machine; empty where nothing is published, or nothing of it runs any more.

    >>> found = results(Baseline.preset("groq_lpu_x576"))
    >>> [(one.status, one.kind, one.batch) for one in found]
    [('claim', 'fitted', 1.0), ('claim', 'predicted', 1.0), ('claim', 'predicted', 1.0)]
    """
    try:
        rows = machine.validate().to_dict("records")
    except Error:  # keys were changed, and a published network does not fit any more
        return []
    shapes = {name: shape_of(Network.from_pretrained(name)) for name in {row["network"] for row in rows}}
    return [
        Result(
            row["status"], row["kind"], shapes[row["network"]], row["prompt"] + row["generate"] / 2, max(row["batch"], 1.0), row["error"]
        )
        for row in rows
        if row["status"] in PUBLISHED
    ]


def evidence(machine: Baseline, found: list[Result], network: Network, point: dict[str, int]) -> str:
    """What stands behind a rate at {context, batch}: as Baseline.evidence near a published result, else "extrapolated".

    >>> groq, llama = Baseline.preset("groq_lpu_x576"), Network.from_pretrained("llama-2-70b")
    >>> [evidence(groq, results(groq), llama, {"context": 4096, "batch": batch}) for batch in (1, 256)]
    ['claim', 'extrapolated']
    """
    near = {one.status for one in found if one.speaks_for(shape_of(network), point["context"], point["batch"])}
    if near:
        return next(status for status in PUBLISHED if status in near)
    return "data sheet" if machine.evidence == "data sheet" else "extrapolated"


def worst_error(found: list[Result]) -> float | None:
    """Ours over theirs - 1 of the result that the model misses most; None without one that it was not fitted to."""
    errors = [one.error for one in found if one.kind != "fitted"]
    return max(errors, key=abs) if errors else None
