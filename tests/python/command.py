# SPDX-License-Identifier: Apache-2.0
"""Runs the command `ohmformer` within the test's own process, which saves its start."""

import contextlib
import io
import json
from dataclasses import dataclass
from typing import Any

from ohmformer.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def tree(self) -> Any:
        """Its JSON."""
        return json.loads(self.out, parse_constant=lambda word: pytest_fail(word))


def pytest_fail(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def ohmformer(*arguments: object) -> Outcome:
    """Exit code, stdout and stderr of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Outcome(code, out.getvalue(), err.getvalue())


def refusal(*arguments: object) -> str:
    """The one line with which a command refuses bad input."""
    outcome = ohmformer(*arguments)
    assert outcome.code == 2, f"exit code {outcome.code}\n{outcome.out}\n{outcome.err}"
    assert outcome.err.startswith("ohmformer: ") and outcome.err.count("\n") == 1, outcome.err
    assert "Traceback" not in outcome.err and outcome.out == ""
    return outcome.err.removeprefix("ohmformer: ").rstrip("\n")
