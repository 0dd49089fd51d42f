# SPDX-License-Identifier: Apache-2.0
"""The committed stubs of the compiled module are those of the module that was built."""

import difflib
import os
import subprocess
import sys
from pathlib import Path


def stubs_of(package: Path) -> dict[str, list[str]]:
    """The stub files of ohmformer._core (one file, or a folder if it has submodules)."""
    files = sorted([*package.glob("_core.pyi"), *(package / "_core").rglob("*.pyi")])
    return {str(f.relative_to(package)): f.read_text().splitlines() for f in files}


def test_stubs_are_fresh(repository, tmp_path):
    environment = {**os.environ, "PYTHON": sys.executable}
    command = [str(repository / ".ci" / "write_stubs"), str(tmp_path)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    fresh = stubs_of(tmp_path / "ohmformer")
    committed = stubs_of(repository / "python" / "ohmformer")
    assert fresh, "pybind11-stubgen wrote nothing"
    difference = [
        line
        for name in sorted(fresh.keys() | committed.keys())
        for line in difflib.unified_diff(
            committed.get(name, []), fresh.get(name, []), f"committed/{name}", f"fresh/{name}", "", "", 2, ""
        )
    ]
    assert not difference, "stale stubs; refresh them with: make stubs\n" + "\n".join(difference)
