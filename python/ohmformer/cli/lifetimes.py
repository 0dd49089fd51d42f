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
    rows = [["Weights are rewritten" if found["taken"] else "Weights stay in more chips", found["decision"]]]
    if found["source"] is not None:
        rows += _stack(found["source"], " of the first stack", found["chips_instead"])
    rows += _stack(found, " of the second stack" if found["source"] is not None else "", found["chips_instead"])
    return [*rows, ["Lifetime of the weights' cells", years(found["lifetime_s"])]]


def _stack(found: dict[str, Any], whose: str, chips: int) -> list[list[str]]:
    """One stack's parts, times and break-even.

    >>> stack = {"parts": 1, "passes": 32, "writes": 1, "time_s": 2e-3, "energy_j": 1e-3} | dict.fromkeys(key for key, _ in BREAK_EVEN)
    >>> _stack(stack, " of the second stack", 2)[0]
    ['Parts that take turns, and passes, of the second stack', '1, 32 (written once)']
    """
    stays = " (written once)" if found["writes"] < found["passes"] else ""
    of = f",{whose}" if whose else ""
    rows = [
        [f"Parts that take turns, and passes{of}", f"{whole(found['parts'])}, {whole(found['passes'])}{stays}"],
        [f"Rewriting{whose}, time per pass" if not stays else f"Writing{whose}, time", quantity(found["time_s"], "s")],
        [f"Rewriting{whose}, energy per pass" if not stays else f"Writing{whose}, energy", quantity(found["energy_j"], "J")],
    ]
    for key, text in BREAK_EVEN:
        tokens = found[key]
        meaning = text.format(chips=whole(chips))
        rows.append([f"Tokens per pass{whose} for {meaning}", "never" if tokens is None else f"{tokens:.4g}"])
    return rows
