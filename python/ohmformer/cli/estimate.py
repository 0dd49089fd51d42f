# SPDX-License-Identifier: Apache-2.0
"""What `estimate` does."""

from typing import Any

from ohmformer import performance
from ohmformer.chip import Chip
from ohmformer.cli.lifetimes import lifetime_rows
from ohmformer.cli.terminal import console, grid, working
from ohmformer.network import Network
from ohmformer.report.physical import physical_lines
from ohmformer.report.quantities import quantity, share, whole, with_span
from ohmformer.results import to_json

DONE = 0
Figures = dict[str, Any]


def estimate_command(network: Network, chip: Chip, workload: dict[str, Any], style: dict[str, Any]) -> int:
    """Print what a workload costs."""
    with working(f"{network.name} on {chip.name}", style["quiet"]):
        found = performance.estimate((network, chip), **workload)
    if style["json"]:
        print(to_json(found.to_dict() | {"network": network.name, "chip": chip.name, "breakdown": found.breakdown}))
    elif not style["quiet"]:
        _print(f"{network.name} on {chip.name}: {workload_text(found.conditions)}", found)
    return DONE


def workload_text(known: dict[str, Any]) -> str:
    """Under which workload the figures hold.

    >>> workload_text({"prompt": 512, "generate": 64, "batch": 1, "kind": "encoder-decoder"})
    'encoder-decoder, prompt 512 (encoder), generate 64, batch 1'
    >>> workload_text({"prompt": 197, "generate": 0, "batch": 4, "kind": "encoder"})
    'encoder, input 197 tokens, batch 4'
    """
    kind, prompt, batch = known["kind"], known["prompt"], known["batch"]
    if kind == "encoder":
        return f"{kind}, input {prompt} tokens, batch {batch}"
    where = " (encoder)" if kind == "encoder-decoder" else ""
    return f"{kind}, prompt {prompt}{where}, generate {known['generate']}, batch {batch}"


def _print(title: str, found: performance.Performance) -> None:
    screen, figures = console(), found.to_dict()
    screen.print(title, markup=False)
    screen.print(grid("Whole workload", ["", "value (range of the sources)"], _totals(figures)))
    columns = ["component", "energy (range of the sources)", "share"]
    screen.print(grid("Energy by component", columns, _by_component(found.components)))
    if found_ways := figures["parallelism"]:
        screen.print(grid(f"Chips side by side over which each layer is spread: {found_ways['decision']}", _WAY, _ways(found_ways)))
    for topic, lines in physical_lines(figures).items():
        screen.print(grid(topic, ["", "value"], [[name, text] for name, _, text in lines]))
    for text in found.assumptions:
        screen.print(f"- {text}", markup=False)


def _totals(figures: Figures) -> list[list[str]]:
    encoder = figures["conditions"]["kind"] == "encoder"
    token = "input token" if encoder else "output token"
    together = " of all sequences together" if figures["conditions"]["batch"] > 1 else ""
    rows = [
        _time(figures, "ttft_s", "Time of a whole input (TTFT)" if encoder else "Time to first token (TTFT)"),
        *([] if encoder else [_time(figures, "tpot_s", "Time per output token (TPOT)")]),
        _time(figures, "makespan_s", "Latency of the whole workload"),
        _time(figures, "lower_bound_s", f"No schedule{together} is faster than"),
        ["Times found by", _found_by(figures)],
        [f"{token.capitalize()}s per second", quantity(figures["tokens_per_s"], "")],
        _ranged(figures, "energy", "j", "Energy of the whole workload"),
        _ranged(figures, "energy_per_token", "j", f"Energy per {token}{'' if encoder else ', the prompt counted in'}"),
        *([] if encoder else [["Energy per output token after the first", quantity(figures["energy_per_decoded_token_j"], "J")]]),
        _ranged(figures, "power", "w", "Average power"),
        _ranged(figures, "area", "m2", "Area of the tiles that hold weights"),
    ]
    if figures["system_chips"] > 1:
        rows.append(["Chips", whole(figures["system_chips"])])
    if full := figures.get("buffers"):
        rows.append(["Fullest buffer, bytes of its room", f"{whole(full['peak_bytes'])} of {whole(full['space_bytes'])}"])
    rows.append(["Multiply-accumulates", whole(figures["macs"])])
    if not encoder:
        rows.append(["Keys and values per token, bytes", whole(figures["kv_bytes_per_token"])])
    return rows + lifetime_rows(figures | {"kv_place": ""} if encoder else figures)


_WAY = ["spread over", "chips", "TTFT", "TPOT", "energy per token", "energy x delay", "tokens no slower from position"]


def _ways(found: Figures) -> list[list[str]]:
    """A row of each way that was compared; the one taken is marked.

    >>> way = {"tensor_parallel": 2, "chips": 8, "ttft_s": 1e-3, "tpot_s": 1e-4, "energy_per_token_j": 0.5}
    >>> _ways({"taken": 2, "ways": [way | {"energy_delay_js": 0.02, "break_even_positions": None}]})
    [['2 (taken)', '8', '1.00 ms', '100 µs', '500 mJ', '0.02 J s', 'never']]
    """
    return [
        [
            f"{way['tensor_parallel']}{' (taken)' if way['tensor_parallel'] == found['taken'] else ''}",
            whole(way["chips"]),
            quantity(way["ttft_s"], "s"),
            quantity(way["tpot_s"] or None, "s"),
            quantity(way["energy_per_token_j"], "J"),
            f"{way['energy_delay_js']:.3g} J s",
            "never" if way["break_even_positions"] is None else f"{way['break_even_positions']:.0f}",
        ]
        for way in found["ways"]
    ]


def _found_by(figures: Figures) -> str:
    """How exact the times are; what lies between two lower bounds is none itself.

    >>> _found_by({"times_fidelity": "shape", "times_are": "lower bounds", "tpot_s": 1e-5})
    'shape: lower bounds (TPOT: the difference of two)'
    """
    between = " (TPOT: the difference of two)" if figures["times_are"] == "lower bounds" and figures["tpot_s"] else ""
    return f"{figures['times_fidelity']}: {figures['times_are']}{between}"


def _time(figures: Figures, key: str, title: str) -> list[str]:
    return [title, quantity(figures[key] or None, "s")]  # 0: nothing is generated after the first token


def _ranged(figures: Figures, name: str, unit: str, title: str) -> list[str]:
    ends = (figures[f"{name}{end}_{unit}"] for end in ("", "_low", "_high"))
    return [title, with_span(*ends, unit.upper() if unit != "m2" else unit)]


def _by_component(rows: list[Figures]) -> list[list[str]]:
    all_of_it = sum(row["energy_j"] for row in rows)
    return [
        [
            row["component"],
            with_span(row["energy_j"], row["energy_low_j"], row["energy_high_j"], "J"),
            share(row["energy_j"] / all_of_it),
        ]
        for row in rows
    ]
