# SPDX-License-Identifier: Apache-2.0
"""What `curves` does."""

from pathlib import Path
from typing import Any

import pandas as pd

from ohmformer.baselines import STANDING, Baseline
from ohmformer.baselines.sweep import sweep as decode_steps
from ohmformer.chip import Chip
from ohmformer.cli.terminal import console, grid, progress
from ohmformer.curves.roofline import dram_bytes
from ohmformer.curves.sweep import sweep, workloads
from ohmformer.curves.workloads import decode_energy, rate_of
from ohmformer.errors import ArgumentError
from ohmformer.network import Network
from ohmformer.report.points import is_encoder
from ohmformer.report.quantities import quantity, with_span
from ohmformer.results import prepare, replaced, to_json, write_text

DONE = 0
MARK = "curves.json"
FILES = "curves.json (everything, SI units), plots/"
TABLES = (  # whether of encoders, what they do, columns
    (False, "Decoding", ("network", "context", "batch", "tokens/s", "tokens/J (range of the sources)", "TPOT", "times")),
    (True, "Whole inputs", ("network", "tokens", "batch", "input tokens/s", "input tokens/J (range of the sources)", "time", "times")),
)
CONTEXTS = (128, 512, 2048, 8192, 32768, 131072)  # tokens that the last one attends to, where none are asked for
LARGEST = 2**24  # tokens of a context, sequences of a batch


def curves_command(
    networks: list[Network], machines: tuple[Chip, list[Baseline]], axes: dict[str, str | None], out: Path | None, style: dict[str, Any]
) -> int:
    """Estimate every network at every context and batch; print the rates, write pictures and a page."""
    contexts = counts(axes["context"], "--context", 2) if axes["context"] is not None else default_contexts(networks)
    batches = counts(axes["batch"], "--batch", 1)
    chip, baselines = machines
    if out is not None:
        prepare(out, MARK)
    chosen = workloads(contexts, batches)
    with progress(len(chosen) * len(networks) + 1, style["quiet"] or style["json"]) as advance:
        result = sweep(networks, chip, chosen, lambda name: advance(name, ""))
        result |= beside(baselines, networks, contexts, batches)
    _require_one(result)
    if out is not None:
        _write(result, out)
    if style["json"]:
        print(to_json(result))
    elif not style["quiet"]:
        _print(result, out)
    return DONE


def default_contexts(networks: list[Network]) -> list[int]:
    """CONTEXTS, as far as the largest of the networks holds them.

    >>> [default_contexts([Network.from_pretrained(name)]) for name in ("llama-3-8b", "gpt2-small", "vit-small")]
    [[128, 512, 2048, 8192], [128, 512, 1024], [128, 197]]
    """
    largest = max(network.most_positions for network in networks)
    return sorted({min(context, largest) for context in CONTEXTS})


def _require_one(result: dict[str, Any]) -> None:
    """Refuses where nothing ran: an empty table is no answer."""
    if not result["references"] and not any("conditions" in point for point in result["points"]):
        raise ArgumentError(f"curves: nothing of it runs: {result['warnings'][0]}")


def counts(text: str, option: str, least: int) -> list[int]:
    """Whole numbers between commas, "k" for 1024.

    >>> counts("128,2k", "--context", 1)
    [128, 2048]
    """
    found = []
    for part in text.split(","):
        digits, thousand = part.strip().lower(), 1
        if digits.endswith("k"):
            digits, thousand = digits[:-1], 1024
        if not (digits.isascii() and digits.isdigit()) or not least <= int(digits[:9]) * thousand <= LARGEST:
            raise ArgumentError(
                f"{option}: {part.strip()[:40]!r} found; expected whole numbers from {least} to {LARGEST} between commas, "
                "such as 128,512,2k"
            )
        found.append(int(digits) * thousand)
    return found


def beside(baselines: list[Baseline], networks: list[Network], contexts: list[int], batches: list[int]) -> dict[str, Any]:
    """Lines (`references`) and roofs (`machines`) of digital machines on the decoders among the networks."""
    references = []
    for network in networks if baselines else []:
        if network.is_decoder:
            table = decode_steps(baselines, network, contexts, batches)
            known = table[table["problem"] == ""]
            words = {machine: standing(rows) for machine, rows in known.groupby("machine")}
            references += [reference(row, network.name, words[row["machine"]]) for row in known.to_dict("records")]
    return {"references": references, "machines": [roof(machine.name, machine.to_dict()) for machine in baselines]}


def standing(rows: pd.DataFrame) -> str:
    """What stands behind the rates of one machine: the same for all of them, or for a part."""
    found = [STANDING[status] for status in STANDING if status in set(rows["evidence"])]
    return found[0] if len(found) == 1 else f"{found[0]} in part, else extrapolated"


def reference(row: dict[str, Any], network: str, words: str) -> dict[str, Any]:
    """A decode step of another machine, as rate pictures take it."""
    return {
        "machine": f"{row['machine']} ({words})",
        "network": network,
        "context": row["context"],
        "batch": row["batch"],
        "tokens_per_s": row["output_tokens_per_s"],
        "tokens_per_j": row["output_tokens_per_j"],
    }


def roof(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Peak of a machine at its precision, and bandwidth of its memories, over all of its devices.

    >>> peaks = [{"precision": "fp8", "tops": 2.0, "status": "claim"}]
    >>> roof("x", {"devices": 2, "precision": "fp8", "peaks": peaks, "memory": {"bandwidth": 3.0}})
    {'name': 'x, fp8 (claim)', 'ops_per_s': 4000000000000.0, 'bytes_per_s': 6.0}
    """
    peak = next(peak for peak in spec["peaks"] if peak["precision"] == spec["precision"])
    return {
        "name": f"{name}, {spec['precision']} ({peak['status']})",
        "ops_per_s": spec["devices"] * peak["tops"] * 1e12,
        "bytes_per_s": spec["devices"] * spec["memory"]["bandwidth"],
    }


def _write(result: dict[str, Any], out: Path) -> None:
    from ohmformer.plots import write_plots
    from ohmformer.report import write_report

    drawn = result | {"points": [_drawn(point) for point in result["points"]], "files": FILES}
    with replaced(out) as fresh:
        write_text(fresh / MARK, to_json(result) + "\n")
        write_plots(drawn, fresh)
        write_report(drawn, fresh)


def _drawn(point: dict[str, Any]) -> dict[str, Any]:
    """A point with what curves need of its ledger, without the rows, and without prefill's share of energy."""
    kept = {key: value for key, value in point.items() if key != "breakdown" and not key.startswith("energy_")}
    if not point.get("breakdown"):
        return kept
    energies = {f"decode_energy{end}_j": decode_energy(point, end) for end in ("", "_low", "_high")}
    return kept | energies | _decoding(point, energies) | {"dram_bytes": dram_bytes(point)}


def _decoding(point: dict[str, Any], energies: dict[str, Any]) -> dict[str, Any]:
    """Throughput and power of decoding alone: totals count prompts only where events read them."""
    rate = rate_of(point)
    if rate is None or is_encoder(point):
        return {}
    seconds = (point["conditions"]["generate"] - 1) * point["tpot_s"]
    powers = {f"power{end}_w": (energies[f"decode_energy{end}_j"] or 0.0) / seconds for end in ("", "_low", "_high")}
    return {"tokens_per_s": rate.per_s} | (powers if energies["decode_energy_j"] else {})


def _cells(point: dict[str, Any]) -> list[str]:
    """One line of a table; an encoder decodes nothing, so its time is that of whole inputs."""
    rate = rate_of(point)
    seconds = point.get("makespan_s" if is_encoder(point) else "tpot_s")
    work = with_span(rate.per_j, rate.per_j_low, rate.per_j_high, "")
    times = f"{point['times_fidelity']}: {point['times_are']}"
    return [point["network"], f"{rate.context:,}", f"{rate.batch:,}", quantity(rate.per_s, ""), work, quantity(seconds, "s"), times]


def _print(result: dict[str, Any], out: Path | None) -> None:
    screen = console()
    for encoder, title, columns in TABLES:
        rows = [_cells(point) for point in result["points"] if rate_of(point) and is_encoder(point) == encoder]
        if rows:
            screen.print(grid(f"{title} on {result['chip']}", list(columns), rows))
    for text in [*_areas(result["points"]), *_meanings(result["points"])]:
        screen.print(text, markup=False)
    for text in result["warnings"]:
        screen.print(f"- {text}", markup=False)
    if out is not None:
        screen.print(f"Written to {out}: report.html, plots, curves.json", markup=False)


def _meanings(points: list[dict[str, Any]]) -> list[str]:
    """What bounds mean for rates, where there are any."""
    if not any(point.get("times_are") == "lower bounds" for point in points):
        return []
    return ["Where times are lower bounds, tokens/s are upper bounds: steps that share a resource may wait longer for each other."]


def _areas(points: list[dict[str, Any]]) -> list[str]:
    """A sentence per network that runs."""
    keys = ("area_m2", "area_low_m2", "area_high_m2")
    firsts = {point["network"]: point for point in reversed(points) if "area_m2" in point}
    found = []
    for network, point in reversed(firsts.items()):
        chips = f" on {point['system_chips']:,} chips" if point["system_chips"] > 1 else ""
        found.append(f"Area of the tiles that hold {network}{chips}: {with_span(*(point[key] for key in keys), 'm2')}.")
    return found
