# SPDX-License-Identifier: Apache-2.0
"""Every example of the README runs as it stands there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
SHELLS = {"console", "sh", "bash", "shell"}
SECONDS = 600  # a hung example fails instead of blocking the run


def blocks(text: str) -> list[tuple[str, int, str]]:
    """The fenced blocks of a Markdown text: language, line, content."""
    found = FENCE.finditer(text)
    return [(m.group(1), text.count("\n", 0, m.start()) + 1, m.group(2)) for m in found]


def commands(block: str) -> list[str]:
    """The lines `$ ohmformer …` of a console block, except those that end in `# slow`."""
    lines = block.replace("\\\n", " ").splitlines()
    typed = [line[2:].strip() for line in lines if line.startswith("$ ohmformer ")]
    return [line for line in typed if not re.search(r"#\s*slow\s*$", line)]


def examples(languages: set[str]) -> list:
    readme = REPOSITORY / "README.md"
    text = readme.read_text() if readme.is_file() else ""
    found = [(line, content) for language, line, content in blocks(text) if language in languages]
    return [pytest.param(content, id=f"line_{line}") for line, content in found]


PYTHON = examples({"python"})
CONSOLE = [block for block in examples(SHELLS) if commands(block.values[0])]


def run(command: list[str], folder: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MPLBACKEND": "Agg"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"


def test_the_readme_shows_python_and_commands():
    assert PYTHON and CONSOLE, "README.md has no ```python or no ```console block to run"


@pytest.mark.parametrize("block", PYTHON)
def test_python_example_runs(block, tmp_path):
    run([sys.executable, "-c", block], tmp_path)


@pytest.mark.parametrize("block", CONSOLE)
def test_command_example_runs(block, tmp_path):
    for command in commands(block):
        run(["bash", "-c", command], tmp_path)


def test_blocks_and_commands_are_read_from_markdown():
    text = "```python\nx = 1\n```\ntext\n```console\n$ ohmformer list \\\n  chips\nout\n```\n"
    assert blocks(text) == [
        ("python", 1, "x = 1\n"),
        ("console", 5, "$ ohmformer list \\\n  chips\nout\n"),
    ]
    assert commands(blocks(text)[1][2]) == ["ohmformer list    chips"]
    assert commands("$ ohmformer run all  # slow\n$ make demo\nohmformer x\n") == []
