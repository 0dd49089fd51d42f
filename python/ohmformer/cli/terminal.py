# SPDX-License-Identifier: Apache-2.0
"""Tables on stdout, progress on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 160  # columns where the output is no terminal


def console() -> Console:
    """The console for results."""
    plain = not sys.stdout.isatty()
    return Console(file=sys.stdout, width=WIDE if plain else None, highlight=False, emoji=False)


def grid(title: str, columns: list[str], rows: list[list[Any]]) -> Table:
    """A table whose first column is text and whose other columns are figures.

    >>> grid("sizes", ["name", "size"], [["a", 1]]).row_count
    1
    """
    table = Table(title=Text(title), title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(Text(column), justify="left" if number == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable[[str, str], None]]:
    """A progress bar on stderr if that is a terminal; yields what to call with (case, step) before each step."""
    if quiet or not sys.stderr.isatty():
        yield lambda case, step: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=total)
        begun = []

        def advance(case: str, step: str) -> None:
            bar.update(task, description=f"{case}: {step}", advance=1 if begun else 0)
            begun.append(step)

        yield advance
        bar.update(task, completed=total)


@contextmanager
def working(text: str, quiet: bool) -> Iterator[None]:
    """A sign of life on stderr if that is a terminal, for one step whose length nobody knows beforehand."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task(text, total=None)
        yield
