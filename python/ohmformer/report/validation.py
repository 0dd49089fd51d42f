# SPDX-License-Identifier: Apache-2.0
"""validation.html: the ledger of published figures as a page without scripts."""

import base64
from html import escape
from typing import TYPE_CHECKING, Any

from ohmformer.plots.parity import draw_parity
from ohmformer.report.page import own_file
from ohmformer.report.quantities import ABSENT
from ohmformer.validation.texts import allowed, number, percent, reasons, totals

if TYPE_CHECKING:
    from ohmformer.validation import Validation

HEADINGS = ("figure", "ours", "theirs", "unit", "error", "band", "kind", "verdict", "source")
STYLE = """
.fail { color: #b3261e; font-weight: 700; }
.gap { color: var(--soft); }
.short { white-space: nowrap; text-align: left; }
details > summary { cursor: pointer; color: var(--accent); }
.parity { max-width: 100%; height: auto; background: #fff; border-radius: 10px; }
"""
LEGEND = (
    "Predicted: nothing was fitted to the figure. Fitted: something was, so agreement proves little. Gap: cannot be met from "
    "what is published; the cause stands below its table."
)
MOST_ROWS = 40  # of one target; more are folded away where all of them hold
ALT = "Ours against theirs, and the error of every figure"


def validation_page(found: "Validation") -> str:
    """The whole page: summary, parity plot, a table per target."""
    parts = zip(found.targets, found.summaries, strict=True)
    sections = "".join(_section(target, summary, found.rows) for target, summary in parts)
    picture = base64.b64encode(draw_parity(found.rows)).decode()
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Ohmformer: validation</title><style>{own_file('page.css')}{STYLE}</style></head><body>"
        f'<header><h1>Published figures, and ours</h1><p class="lead">{escape(totals(found.summaries))}</p></header><main>'
        f'<section><h2>Parity</h2><img class="parity" alt="{ALT}" src="data:image/png;base64,{picture}">'
        f"<p>{LEGEND}</p></section>{_overview(found.summaries)}{sections}</main></body></html>\n"
    )


def _overview(summaries: list[dict[str, Any]]) -> str:
    rows = "".join(
        f'<tr><th scope="row"><a href="#{escape(s["target"])}">{escape(s["title"])}</a></th>'
        f"<td>{s['rows']}</td><td>{s['passed']}</td>"
        f"<td>{s['gaps']}</td><td>{s['failed']}</td><td>{_mean(s['mean_error'])}</td><td>{_mean(s['worst_error'])}</td>"
        f"<td>{ABSENT if s['worst_gap'] is None else percent(s['worst_gap'])}</td></tr>"
        for s in summaries
    )
    heads = ("target", "figures", "hold", "gaps", "fail", "mean |error| of predictions", "worst |error|", "largest gap")
    return f"<section><h2>Targets</h2>{_table(heads, rows)}<p>Mean and worst error leave documented gaps out.</p></section>"


def _section(target: Any, summary: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    own = [row for row in rows if row["target"] == target.name]
    body = "".join(_row(row) for row in own)
    notes = reasons(own, "gap", "note")
    listed = f'<ul class="caveats">{"".join(f"<li>{escape(note)}</li>" for note in notes)}</ul>' if notes else ""
    about = f"<p>{escape(target.description)}</p>" if target.description else ""
    table = _table(HEADINGS, body)
    if len(own) > MOST_ROWS and not summary["failed"]:
        table = f"<details><summary>All {len(own)} figures</summary>{table}</details>"
    return f'<section id="{escape(target.name)}"><h2>{escape(target.title)}</h2>{about}{table}{listed}</section>'


def _row(row: dict[str, Any]) -> str:
    numbers = "".join(f"<td>{number(row[key])}</td>" for key in ("ours", "theirs"))
    return (
        f'<tr><th scope="row">{escape(row["figure"])}</th>{numbers}<td class="short">{escape(row["unit"])}</td>'
        f'<td class="short">{percent(row["error"])}</td><td class="short">±{allowed(row["band"])}</td>'
        f'<td class="short">{row["kind"]}</td><td class="short {row["status"]}">{row["status"]}</td>'
        f'<td class="text">{escape(row["source"])}</td></tr>'
    )


def _table(headings: tuple[str, ...], body: str) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in headings)
    return f'<div class="scroll"><table class="sources"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _mean(value: float | None) -> str:
    return ABSENT if value is None else percent(value, sign="")
