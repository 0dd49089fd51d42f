# SPDX-License-Identifier: Apache-2.0
"""The headline table for the terminal."""

from rich.table import Table
from rich.text import Text

from ohmformer.report.headline import column_titles, headline
from ohmformer.report.points import points_of

WIDEST = 4  # points side by side; beyond, one row per point


def summary_table(result: dict) -> Table:
    """Scores and costs of every point; up to four points stand side by side.

    >>> summary_table({"title": "empty", "points": []}).row_count
    0
    """
    points = points_of(result)
    figures, titles = headline(points), column_titles(points)
    table = Table(title=Text(result.get("title") or "Result"), title_justify="left")
    if len(points) > WIDEST:
        return _one_row_per_point(table, figures, titles)
    table.add_column("")
    for title in titles:
        table.add_column(Text(title), justify="right")
    for figure in figures:
        table.add_row(Text(figure.title), *map(Text, figure.cells))
    return table


def _one_row_per_point(table: Table, figures: list, titles: list[str]) -> Table:
    table.add_column("")
    for figure in figures:
        table.add_column(Text(figure.title), justify="right")
    for number, title in enumerate(titles):
        table.add_row(Text(title), *(Text(figure.cells[number]) for figure in figures))
    return table
