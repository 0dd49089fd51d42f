# SPDX-License-Identifier: Apache-2.0
"""Where keys and values lie, how long their cells last, and what rewriting weights takes: rows of `estimate`."""

from typing import Any

from ohmformer.report.quantities import quantity, whole

YEAR = 365.25 * 86400.0
BREAK_EVEN = (
    ("break_even_tokens_chips_energy", "less energy than {chips} chips"),
    ("break_even_tokens_streamed_energy", "less energy than weights streamed to digital units"),
    ("break_even_tokens_streamed_time", "less time than weights streamed to digital units"),
)


def lifetime_rows(figures: dict[str, Any]) -> list[list[str]]:
    """Rows of text and value; none where nothing wears out and nothing was chosen.

    >>> lifetime_rows({"kv_place": "", "kv_lifetime": None, "reprogramming": None})
    []
    """
    rows = [["Keys and values in", figures["kv_place"]]] if figures["kv_place"] else []
    life = figures["kv_lifetime"]
    if life is not None:
        rows.append([f"Lifetime of their cells at {life['tokens_per_s']:.4g} tokens/s, {_pace(life, figures)}", years(life["median_s"])])
        rows.append(["until one in a hundred has failed", years(life["first_percent_s"])])
    found = figures["reprogramming"]
    return rows if found is None else rows + _rewriting(found)


def _pace(life: dict[str, Any], figures: dict[str, Any]) -> str:
    """Where the rate comes from, and whether requests that follow each other reach it.

    >>> conditions = {"prompt": 200, "generate": 56, "batch": 1}
    >>> _pace({"back_to_back": False, "tokens_per_s": 25600.0}, {"conditions": conditions, "makespan_s": 0.1})
    'as stated; one request after the other is 2560'
    """
    if life["back_to_back"]:
        return "back to back"
    known = figures["conditions"]
    reached = (known["prompt"] + known["generate"]) * known["batch"] / figures["makespan_s"]
    return "as stated" if life["tokens_per_s"] <= reached else f"as stated; one request after the other is {reached:.4g}"


def years(seconds: float) -> str:
    """A time in years, or in seconds below a day.

    >>> years(2 * YEAR), years(60.0)
    ('2 years', '60.0 s')
    """
    return f"{seconds / YEAR:.3g} years" if seconds >= 86400.0 else quantity(seconds, "s")


def _rewriting(found: dict[str, Any]) -> list[list[str]]:
    rows = [
        ["Weights are rewritten" if found["taken"] else "Weights stay in more chips", found["decision"]],
        ["Parts that take turns, and passes", f"{whole(found['parts'])}, {whole(found['passes'])}"],
        ["Rewriting, time per pass", quantity(found["time_s"], "s")],
        ["Rewriting, energy per pass", quantity(found["energy_j"], "J")],
        ["Lifetime of the weights' cells", years(found["lifetime_s"])],
    ]
    for key, text in BREAK_EVEN:
        tokens = found[key]
        meaning = text.format(chips=whole(found["chips_instead"]))
        rows.append([f"Tokens per pass for {meaning}", "never" if tokens is None else f"{tokens:.4g}"])
    return rows
