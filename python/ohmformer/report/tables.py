# SPDX-License-Identifier: Apache-2.0
"""Tables of the page, as HTML."""

import re
from collections.abc import Callable
from html import escape

from ohmformer.report.breakdown import sources
from ohmformer.report.caveats import CLIP_RATE, WIRE_LOSS
from ohmformer.report.headline import column_titles, headline
from ohmformer.report.peak import COLUMNS, peak_bits, peak_rows
from ohmformer.report.physical import physical_lines
from ohmformer.report.points import display_name
from ohmformer.report.quantities import ABSENT, digits, finite, quantity, sentence_case, share, whole
from ohmformer.report.scores import score, score_with_deviation

WIDEST = 4  # points side by side; beyond, one row per point
ANALOG_ROW = "On the analog chip"
_UNIT = re.compile(r"(\d) (?=[^\W\d_]|%|±)")  # a number and its unit stay on one line

Column = tuple[str, str, Callable[[dict], str]]  # title, meaning, cell


def headline_table(points: list[dict]) -> str:
    """Scores and costs; up to four points stand side by side."""
    figures, titles = headline(points), column_titles(points)
    if not figures:
        return ""
    if len(points) > WIDEST:
        head = [_heading("")] + [_heading(f.title, f.meaning) for f in figures]
        body = [
            [_heading(title, scope="row"), *(_cell(f.cells[i]) for f in figures)]
            for i, title in enumerate(titles)
        ]
        return _table(head, body, "headline")
    head = [_heading("")] + [_heading(title) for title in titles]
    body = [[_heading(f.title, f.meaning, "row"), *map(_cell, f.cells)] for f in figures]
    strong = [i for i, f in enumerate(figures) if f.title == ANALOG_ROW]
    return _table(head, body, "headline", strong)


def segments_table(points: list[dict]) -> str:
    """Scores of the parts of the evaluation, where it has parts."""
    rows = [
        (point, name, part)
        for point in points
        for name, part in (point.get("segments") or {}).items()
    ]
    if not rows:
        return ""
    titles = [
        "Network",
        "Part",
        "Metric",
        "Best possible",
        "Float",
        "Quantised only",
        "Analog chips",
    ]
    body = []
    for point, name, part in rows:
        metric = part.get("metric") or point.get("metric", "")
        keys = ("floor", "float_score", "quantised_score")
        texts = [metric, *(score(part.get(key), metric) for key in keys)]
        analog = score_with_deviation(part.get("score_mean"), part.get("score_std"), metric)
        body.append(
            [_heading(display_name(point), scope="row"), *map(_cell, [name, *texts, analog])]
        )
    return _table([_heading(title) for title in titles], body)


def values_table(points: list[dict]) -> str:
    """What the energy would be, were only averages of the values known, or nothing."""
    known = [
        point
        for point in points
        if finite(point.get("cells_energy_independent_change")) is not None
    ]
    if not known:
        return ""
    head = [_heading("Network")] + [_heading(title, meaning) for title, meaning, _ in _VALUES]
    body = [
        [
            _heading(display_name(point), scope="row"),
            *(_cell(text(point)) for _, _, text in _VALUES),
        ]
        for point in known
    ]
    text = (
        "The cells' energy is exact for the calibration inputs on the first chip: what drove each wordline times "
        "its conductance. How far off an estimate is that knows only averages of inputs and weights, or nothing:"
    )
    return f"<p>{text}</p>{_table(head, body)}"


def peak_table(point: dict) -> str:
    """The chip at full load, a row per level."""
    rows = peak_rows(point)
    if not rows:
        return ""
    head = [_heading(title, meaning) for title, meaning in COLUMNS]
    body = [[_heading(cells[0], scope="row"), *map(_cell, cells[1:])] for cells in rows]
    return f"<p>{escape(sentence_case(peak_bits(point)))}.</p>{_table(head, body)}"


def matmuls_table(point: dict) -> str:
    """One row per matrix: its size, how faithful it is, and what disturbs it."""
    rows = point.get("matmuls") or []
    columns = [c for c in _MATMULS if any(c[2](row) != ABSENT for row in rows)]
    if not rows:
        return ""
    head = [_heading(title, meaning) for title, meaning, _ in columns]
    body = [
        [_heading(columns[0][2](row), scope="row")]
        + [_sortable(cell(row), _doubtful(title, row)) for title, _, cell in columns[1:]]
        for row in rows
    ]
    return _table(head, body, "sortable")


def fit_table(point: dict) -> str:
    """How much of the chip the network needs."""
    fit = point.get("fit") or {}
    known = [(title, cell(fit)) for title, cell in _FIT]
    known = [(title, text) for title, text in known if text != ABSENT]
    if not known:
        return ""
    return _table([], [[_heading(title, scope="row"), _cell(text)] for title, text in known], "fit")


def physical_tables(point: dict) -> list[tuple[str, str]]:
    """(topic, table) of heat, power gating and yield, those that the chip asks for."""
    return [
        (topic, _table([], [[_heading(title, meaning, "row"), _cell(text)] for title, meaning, text in lines], "fit"))
        for topic, lines in physical_lines(point).items()
    ]


def programming_table(point: dict) -> str:
    """What writing the cells once takes."""
    cost = point.get("programming") or {}
    if not finite(cost.get("cells")):
        return ""
    body = [[_heading(title, scope="row"), _cell(text(cost))] for title, text in _PROGRAMMING]
    return _table([], body, "fit")


def sources_table(points: list[dict]) -> str:
    """Every source of the ledger with the components it served."""
    found = sources(points)
    if not found:
        return ""
    body = [
        [_cell(source, "text"), _cell(", ".join(served), "text")]
        for source, served in found.items()
    ]
    return _table([_heading("Source"), _heading("Components")], body, "sources")


def _signal(row: dict) -> str:
    known = finite(row.get("sqnr_db"))
    return ABSENT if known is None else f"{known:.1f}"


def _percent(value: object) -> str:
    known = finite(value)
    if known is None or known == 0:
        return ABSENT if known is None else "0 %"
    return "< 0.01 %" if known < 1e-4 else f"{digits(100 * known, 2)} %"


def _count(row: dict, key: str) -> str:
    return whole(row.get(key))


_MATMULS: list[Column] = [
    (
        "Matrix",
        "Operator of the network that holds these weights",
        lambda r: str(r.get("name", ABSENT)),
    ),
    ("Inputs", "Rows of the weight matrix: wordlines", lambda r: _count(r, "rows")),
    ("Outputs", "Columns of the weight matrix: bitlines", lambda r: _count(r, "columns")),
    ("Arrays", "Crossbar arrays that hold it", lambda r: _count(r, "arrays")),
    (
        "Cells used",
        "Share of the cells of these arrays that hold a weight",
        lambda r: share(r.get("utilisation")),
    ),
    (
        "SQNR, dB",
        "Signal to quantisation-and-noise ratio of the product: 20 dB is an error of a tenth, 40 dB of a hundredth",
        _signal,
    ),
    (
        "ADC clips",
        "Share of conversions beyond the ADC's range",
        lambda r: _percent(r.get("clip_rate")),
    ),
    (
        "Fused",
        "Share of conversions that were not simulated one by one: none could round or clip, or fidelity is fused",
        lambda r: _percent(r.get("fused_rate")),
    ),
    (
        "Wire loss",
        "Estimated mean signal lost in wire resistance",
        lambda r: _percent(r.get("wire_loss")),
    ),
]

_VALUES: list[Column] = [
    (
        "Cells, exact",
        "Energy of the cells over the whole run, from tensors",
        lambda p: quantity(p.get("cells_energy_j"), "J"),
    ),
    (
        "Independent values",
        "The same shares of drive, but inputs that know nothing of the weights: plain mean of each matrix's cells",
        lambda p: _change(p.get("cells_energy_independent_change")),
    ),
    (
        "Largest of a matrix",
        "The matrix for which independence is furthest off",
        lambda p: _change(max(_independent_changes(p), key=abs, default=None)),
    ),
    (
        "Nothing measured",
        "What macro.workload assumes of inputs and cells",
        lambda p: _change(p.get("cells_energy_assumed_change")),
    ),
    (
        "Whole run, independent",
        "Energy of everything, with independent values",
        lambda p: _change(p.get("energy_independent_change")),
    ),
    (
        "Whole run, nothing measured",
        "Energy of everything, with what macro.workload assumes",
        lambda p: _change(p.get("energy_assumed_change")),
    ),
]

_FIT: list[tuple[str, Callable[[dict], str]]] = [
    ("Weights in crossbars", lambda fit: whole(fit.get("crossbar_weights"))),
    ("Cells", lambda fit: whole(fit.get("cells"))),
    ("Arrays", lambda fit: whole(fit.get("arrays"))),
    ("Tiles", lambda fit: whole(fit.get("tiles"))),
    ("Chips", lambda fit: whole(fit.get("chips"))),
    ("Area", lambda fit: quantity(fit.get("area_m2"), "m2")),
    ("Cells that hold a weight", lambda fit: share(fit.get("utilisation"))),
]


_PROGRAMMING: list[tuple[str, Callable[[dict], str]]] = [
    ("Cells written", lambda cost: whole(cost.get("cells"))),
    ("Pulses per cell", lambda cost: _per_cell(cost, "pulses")),
    ("Verify reads per cell", lambda cost: _per_cell(cost, "verify_reads")),
    ("Endurance cycles per cell", lambda cost: _per_cell(cost, "cycles")),
    ("Cells that missed their target", lambda cost: share(cost["failed_cells"] / cost["cells"])),
    ("Time", lambda cost: quantity(cost.get("latency_s"), "s")),
    ("Energy", lambda cost: quantity(cost.get("energy_j"), "J")),
]


def _independent_changes(point: dict) -> list[float]:
    changes = [
        finite(row.get("cells_energy_independent_change")) for row in point.get("matmuls") or []
    ]
    return [change for change in changes if change is not None]


def _change(value: object) -> str:
    known = finite(value)
    if not known:
        return ABSENT if known is None else "0 %"
    return f"{'+' if known > 0 else '−'}{digits(100 * abs(known), 2)} %"


def _per_cell(cost: dict, key: str) -> str:
    return digits(cost[key] / cost["cells"])


def _doubtful(title: str, row: dict) -> bool:
    limits = {"Wire loss": ("wire_loss", WIRE_LOSS), "ADC clips": ("clip_rate", CLIP_RATE)}
    key, limit = limits.get(title, ("", 0.0))
    return bool(key) and (finite(row.get(key)) or 0.0) > limit


def _heading(title: str, meaning: str = "", scope: str = "col") -> str:
    inner = f'<abbr title="{escape(meaning)}">{escape(title)}</abbr>' if meaning else escape(title)
    return f'<th scope="{scope}">{inner}</th>'


def _cell(text: str, kind: str = "") -> str:
    attribute = f' class="{kind}"' if kind else ""
    together = _UNIT.sub("\\1\u00a0", escape(text))
    return f"<td{attribute}>{together}</td>"


def _sortable(text: str, doubtful: bool) -> str:
    return _cell(text, "doubtful" if doubtful else "")


def _table(
    head: list[str], body: list[list[str]], kind: str = "", strong: list[int] | None = None
) -> str:
    lines = []
    for number, cells in enumerate(body):
        attribute = ' class="strong"' if number in (strong or []) else ""
        lines.append(f"<tr{attribute}>{''.join(cells)}</tr>")
    top = f"<thead><tr>{''.join(head)}</tr></thead>" if head else ""
    table = f'<table class="{kind}">{top}<tbody>{"".join(lines)}</tbody></table>'
    return f'<div class="scroll {"narrow" if kind == "fit" else ""}">{table}</div>'
