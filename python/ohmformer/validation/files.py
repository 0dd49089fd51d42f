# SPDX-License-Identifier: Apache-2.0
"""Writes what `validate` found."""

import csv
import io
import os
import tempfile
from pathlib import Path

import yaml

from ohmformer.errors import ArgumentError
from ohmformer.results import to_json
from ohmformer.validation import COLUMNS, Validation

LICENCE = "# SPDX-License-Identifier: Apache-2.0\n"
PINS = "# What ours was for every row when last looked at; `ohmformer validate --out DIR` writes it anew.\n"


def prepare_folder(out: Path) -> None:
    """Refuse, before any work, a folder that cannot be written."""
    if out.exists() and not out.is_dir():
        raise ArgumentError(f"--out {out}: is a file; expected a folder")
    above = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    if not os.access(above, os.W_OK | os.X_OK):
        raise ArgumentError(f"--out {out}: {above} cannot be written; name another folder")


def write_validation(found: Validation, out: Path) -> None:
    """validation.json, table.csv, parity.png, validation.html and expected.yaml; each complete or not at all."""
    from ohmformer.plots.parity import draw_parity
    from ohmformer.report.validation import validation_page

    out.mkdir(parents=True, exist_ok=True)
    write_file(out / "validation.json", to_json(found.to_dict()) + "\n")
    write_file(out / "table.csv", table(found))
    write_file(out / "parity.png", draw_parity(found.rows))
    write_file(out / "validation.html", validation_page(found))
    write_file(out / "expected.yaml", pins(found))


def table(found: Validation) -> str:
    """One row per figure."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows)
    return text.getvalue()


def pins(found: Validation) -> str:
    """Ours as expected.yaml holds it."""
    return LICENCE + PINS + yaml.safe_dump(found.pins(), sort_keys=False, width=10**6, allow_unicode=True)


def write_file(path: Path, content: str | bytes) -> None:
    """Write beside it, then rename: a reader never sees half a file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
