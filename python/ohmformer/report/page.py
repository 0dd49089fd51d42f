# SPDX-License-Identifier: Apache-2.0
"""The page: sections in the order in which a reader asks."""

import re
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path

from plotly.offline import get_plotlyjs

from ohmformer.report import tables
from ohmformer.report.accuracy import accuracy_charts, energy_sweep_charts, error_source_charts
from ohmformer.report.caveats import caveats
from ohmformer.report.charts import Chart, embed
from ohmformer.report.costs import (
    area_chart,
    busiest_chart,
    by_operator,
    composition_chart,
    energy_by_component,
)
from ohmformer.report.curves import rate_charts, roofline_charts, scaling_charts
from ohmformer.report.heatmaps import temperature_charts, traffic_charts, utilisation_charts
from ohmformer.report.palette import component_colours
from ohmformer.report.peak import peak_power_chart
from ohmformer.report.phases import latency_charts, phase_charts
from ohmformer.report.placement import placement_charts
from ohmformer.report.points import by_network, display_name, points_of
from ohmformer.report.timeline import timeline_chart

MOST_CHARACTERS = 700_000  # of their charts and tables, so that the page stays below 6 MB
MOST_DETAILED = 12  # points with charts of their own; the others are in result.json
FILES = (  # of a run; other commands name theirs
    "result.json (everything, SI units), table.csv (one row per operator, phase and component), config.resolved.yaml, "
    "timeline.json (opens in Perfetto), plots/"
)
_FOLDER = files("ohmformer.report")
_ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"

Section = tuple[str, str, str]  # anchor, heading, content


def write_report(result: dict, folder: Path) -> Path:
    """Write `report.html`, which needs no network, into `folder` and return its path.

    The same result gives the same bytes. What the result does not hold is left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.html"
    path.write_text(page(result), encoding="utf-8", newline="\n")
    return path


def page(result: dict) -> str:
    """The whole page as text."""
    sections = [section for section in _sections(result) if section[2]]
    links = "".join(f'<a href="#{anchor}">{escape(title)}</a>' for anchor, title, _ in sections)
    body = "".join(
        f'<section id="{anchor}"><h2>{escape(title)}</h2>{content}</section>'
        for anchor, title, content in sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(_title(result))}</title>"
        f'<link rel="icon" href="{_ICON}"><style>{own_file("page.css")}</style>'
        f"<script>{get_plotlyjs()}</script></head><body>"
        f"<header>{_header(result)}</header><nav>{links}</nav><main>{body}</main>"
        f"<footer>{_footer(result)}</footer><script>{own_file('page.js')}</script></body></html>\n"
    )


def opening(result: dict) -> str:
    """One sentence: what was run on what.

    >>> opening({"points": [{"network": "a"}, {"network": "b"}], "chip": "rram_22nm", "n_chips": 5})
    '2 networks (a, b) on 5 separately programmed copies of chip rram_22nm.'
    """
    networks = list(by_network(points_of(result)))
    if not networks:
        return ""
    count = "1 network" if len(networks) == 1 else f"{len(networks)} networks"
    copies = result.get("n_chips") or 0
    many = f"{copies} separately programmed copies of " if copies > 1 else ""
    chip = f" on {many}chip {result['chip']}" if result.get("chip") else ""
    return f"{count} ({', '.join(networks)}){chip}."


def _sections(result: dict) -> list[Section]:
    points = points_of(result)
    colours = component_colours(points)
    composition = composition_chart(points, colours)
    energy = ([composition] if composition else []) + energy_sweep_charts(points)
    scores = _grid(accuracy_charts(points), "accuracy") + tables.segments_table(points)
    return [
        ("summary", "Summary", tables.headline_table(points)),
        ("caveats", "Before you believe it", _list(caveats(result))),
        ("accuracy", "Accuracy", scores),
        ("errors", "Where the error comes from", _errors(points)),
        ("energy", "Energy", _grid(energy, "energy") + tables.values_table(points)),
        ("workloads", "Context, batch, size", _grid(_workloads(result, points), "workloads")),
        ("inside", "Inside the chip", _inside(points, colours)),
        ("configuration", "Configuration", _configuration(result)),
        ("sources", "Sources", _sources(points)),
    ]


def _workloads(result: dict, points: list[dict]) -> list[Chart]:
    """Rates against context and batch, rooflines, scaling: what there is to compare between points."""
    return [
        *rate_charts(points, result.get("references") or []),
        *roofline_charts(points, result.get("machines") or []),
        *scaling_charts(points),
    ]


def _title(result: dict) -> str:
    return result.get("title") or "Ohmformer result"


def _header(result: dict) -> str:
    known = [
        ("chip", "chip"),
        ("fidelity", "fidelity"),
        ("ir_drop", "wires"),
        ("seed", "seed"),
        ("ohmformer", "Ohmformer"),
    ]
    marks = "".join(
        f"<li>{name} <b>{escape(str(result[key]))}</b></li>"
        for key, name in known
        if result.get(key) is not None
    )
    description = f"<p>{escape(result['description'])}</p>" if result.get("description") else ""
    return (
        f'<h1>{escape(_title(result))}</h1><p class="lead">{escape(opening(result))}</p>'
        f'{description}<ul class="marks">{marks}</ul>'
    )


def _errors(points: list[dict]) -> str:
    charts = _grid(error_source_charts(points), "errors")
    text = "Change against quantised-only when one non-ideality alone is switched on; grey: all together."
    return f"<p>{text}</p>{charts}" if charts else ""


def _inside(points: list[dict], colours: dict[str, str]) -> str:
    """Panels of which one is visible at a time."""
    panels = _panels(points, colours)
    if not panels:
        return ""
    buttons = "".join(
        f'<button type="button" role="tab" aria-controls="panel-{i}">{escape(display_name(point))}</button>'
        for i, (point, _) in enumerate(panels)
    )
    content = "".join(
        f'<div class="panel" role="tabpanel" id="panel-{i}"><h3 class="print">{escape(display_name(point))}</h3>{text}</div>'
        for i, (point, text) in enumerate(panels)
    )
    rest = len([point for point in points if point.get("breakdown")]) - len(panels)
    note = f"<p>{rest} further points are in result.json and table.csv.</p>" if rest > 0 else ""
    return f'<div class="tabs" role="tablist">{buttons}</div>{note}{content}'


def _panels(points: list[dict], colours: dict[str, str]) -> list[tuple[dict, str]]:
    """Points with what there is to see inside, as many as fit on a page; at least one."""
    found: list[tuple[dict, str]] = []
    size = 0
    for number, point in enumerate(points[:MOST_DETAILED]):
        content = _detail(point, colours, number)
        size += len(content)
        if found and size > MOST_CHARACTERS:
            break
        found += [(point, content)] if content else []
    return found


def _detail(point: dict, colours: dict[str, str], number: int) -> str:
    charts = [
        energy_by_component(point, colours),
        *(phase_charts(point, colours) or [by_operator(point, "energy_j", colours)]),
        *latency_charts(point),
        busiest_chart(point),
        by_operator(point, "busy_s", colours),
        *placement_charts(point),
        *utilisation_charts(point),
        *traffic_charts(point),
        *temperature_charts(point),
        area_chart(point, colours),
        peak_power_chart(point, colours),
        timeline_chart(point),
    ]
    content = _grid([chart for chart in charts if chart], f"inside-{number}")
    for title, table in (
        ("The chip at full load", tables.peak_table(point)),
        ("What it takes", tables.fit_table(point)),
        *tables.physical_tables(point),
        ("Programming it once", tables.programming_table(point)),
        ("Every matrix", tables.matmuls_table(point)),
    ):
        content += f"<h3>{title}</h3>{table}" if table else ""
    return content


def _configuration(result: dict) -> str:
    text = result.get("config_yaml")
    if not text:
        return ""
    return _conditions(result.get("linear_conditions") or []) + (
        "<details><summary>The resolved configuration, every default written out (config.resolved.yaml)</summary>"
        f"<pre>{escape(text)}</pre></details>"
    )


def _conditions(conditions: list[dict]) -> str:
    """Whether one matrix could stand for the arrays, and if not, why."""
    if not conditions:
        return ""
    failing = [f"{one['name']}: {one['why']}" for one in conditions if not one["holds"]]
    if not failing:
        return "<p>Every condition holds under which one matrix stands for the arrays (fidelity: fused).</p>"
    return f"<p>One matrix cannot stand for the arrays, which fidelity: fused would need:</p>{_list(failing)}"


def _sources(points: list[dict]) -> str:
    table = tables.sources_table(points)
    text = "Where the figures behind energy, time and area come from."
    return f"<p>{text}</p>{table}" if table else ""


def _footer(result: dict) -> str:
    version = f" {escape(str(result['ohmformer']))}" if result.get("ohmformer") else ""
    return (
        f"<p>Ohmformer{version}. Beside this page: {escape(result.get('files') or FILES)}. "
        "Words with a dotted line explain themselves when pointed at.</p>"
    )


def _list(entries: list[str]) -> str:
    inner = "".join(f"<li>{escape(entry)}</li>" for entry in entries)
    return f'<ul class="caveats">{inner}</ul>' if inner else ""


def _grid(charts: Iterable[Chart], name: str) -> str:
    inner = "".join(embed(chart, f"chart-{name}-{number}") for number, chart in enumerate(charts))
    return f'<div class="grid">{inner}</div>' if inner else ""


def own_file(name: str) -> str:
    """A file of this folder, without its licence comment."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return re.sub(r"\A/\*.*?\*/\s*", "", text, flags=re.DOTALL)
