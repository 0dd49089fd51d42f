# SPDX-License-Identifier: Apache-2.0
"""What `serve` does."""

import re
from pathlib import Path
from typing import Any

import yaml

from ohmformer.baselines import STANDING, Baseline, serve
from ohmformer.baselines.standing import evidence, results
from ohmformer.chip import Chip
from ohmformer.cli.terminal import console, grid, working
from ohmformer.errors import ArgumentError, ConfigError
from ohmformer.network import Network
from ohmformer.report.quantities import quantity
from ohmformer.results import to_json

DONE = 0
REQUESTS = 64
_LENGTHS = re.compile(r"(\d{1,9})/(\d{1,9})")
Figures = dict[str, Any]
ROWS = (  # text, key, of a distribution which entry, unit
    ("Time to first token (TTFT), median", "ttft_s", "p50", "s"),
    ("Time to first token (TTFT), 95 of 100 below", "ttft_s", "p95", "s"),
    ("Time per output token (TPOT), median", "tpot_s", "p50", "s"),
    ("Time per output token (TPOT), 95 of 100 below", "tpot_s", "p95", "s"),
    ("Whole request, median", "latency_s", "p50", "s"),
    ("Whole request, 95 of 100 below", "latency_s", "p95", "s"),
    ("Output tokens per second", "output_tokens_per_s", None, ""),
    ("Input and output tokens per second", "total_tokens_per_s", None, ""),
    ("Output tokens per joule", "output_tokens_per_j", None, ""),
    ("Energy", "energy_j", None, "J"),
    ("From the first arrival to the last token", "makespan_s", None, "s"),
    ("Mean batch of a step", "mean_batch", None, ""),
)


def serve_command(network: Network, machines: list[Chip | Baseline], mix: tuple[str, Figures], style: Figures) -> int:
    """Serve the same mix on every machine; print what users see of each."""
    asked, settings = mix
    count = settings.pop("count", None)
    requests = mix_of(asked, count)
    found = []
    for machine in machines:
        with working(f"{network.name} on {machine.name}", style["quiet"]):
            figures = serve(machine, requests, network, **settings).to_dict()
        found.append((machine.name, figures | {"evidence": _evidence(machine, network, figures)}))
    if style["json"]:
        rows = [{"machine": name} | figures for name, figures in found]
        print(to_json({"network": network.name, "mix": asked, "machines": rows}))
    elif not style["quiet"]:
        _print(f"{network.name} serves {asked}", found)
    return DONE


def _evidence(machine: Chip | Baseline, network: Network, figures: Figures) -> str:
    """What stands behind the rates: a model, or published ones near the mean context and batch of this mix."""
    if isinstance(machine, Chip):
        return "model"
    context = (figures["input_tokens"] + figures["output_tokens"] / 2) / len(figures["requests"])
    point = {"context": max(1, round(context)), "batch": max(1, round(figures["mean_batch"]))}
    return evidence(machine, results(machine), network, point)


def mix_of(asked: str, count: int | None = None) -> Figures:
    """So many requests of P/G tokens at once, or what a YAML file says.

    >>> mix_of("2048/128")
    {'requests': [{'prompt': 2048, 'generate': 128, 'count': 64}]}
    """
    lengths = _LENGTHS.fullmatch(asked)
    if lengths:
        return {"requests": [{"prompt": int(lengths[1]), "generate": int(lengths[2]), "count": REQUESTS if count is None else count}]}
    if count is not None:
        raise ArgumentError(f"--count {count}: beside {asked}; expected it beside lengths such as 2048/128: a file counts its requests")
    try:
        tree = yaml.safe_load(Path(asked).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArgumentError(f"mix '{asked[:64]}': no such file; expected lengths such as 2048/128, or a YAML file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        raise ConfigError(f"{asked}: {failure}; expected YAML such as requests: [{{prompt: 128, generate: 64}}]") from None
    if not isinstance(tree, dict):
        raise ArgumentError(f"{asked}: {type(tree).__name__} found; expected keys such as requests, poisson, batching, max_batch")
    return tree


def _print(title: str, found: list[tuple[str, Figures]]) -> None:
    screen = console()
    rows = [[text, *(_cell(figures[key], entry, unit) for _, figures in found)] for text, key, entry, unit in ROWS]
    rows.insert(0, ["What stands behind the rates", *(STANDING[figures["evidence"]] for _, figures in found)])
    screen.print(grid(title, ["", *(name for name, _ in found)], rows))
    screen.print("A chip's passes are interpolated between a few estimates: prompts and decode steps of equal sequences.", markup=False)
    for line in _found_by(found):
        screen.print(line, markup=False)
    screen.print("Prompts are read in passes of their own; keys and values are reserved for whole requests.", markup=False)


def _found_by(found: list[tuple[str, Figures]]) -> list[str]:
    """How the times were found of chips whose layers are solved once.

    >>> _found_by([("h100", {}), ("rram_22nm", {"times_are": {"prompts": ["exact", "extrapolated"], "steps": ["lower bounds"]}})])
    ['rram_22nm: times of prompts are exact, extrapolated; of decode steps lower bounds.']
    """
    ways = [(name, figures["times_are"]) for name, figures in found if "times_are" in figures]
    return [f"{name}: times of prompts are {', '.join(are['prompts'])}; of decode steps {', '.join(are['steps'])}." for name, are in ways]


def _cell(value: Any, entry: str | None, unit: str) -> str:
    return quantity((value[entry] if entry else value) or None, unit)
