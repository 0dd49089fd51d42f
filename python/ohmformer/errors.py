# SPDX-License-Identifier: Apache-2.0
"""The errors of the package, all below `Error`."""

from typing import NoReturn

from ohmformer._core import ArgumentError, ConfigError, Error, SolveError

__all__ = ["ArgumentError", "ConfigError", "Error", "NotInThisVersion", "SolveError"]


class NotInThisVersion(Error):
    """What the design promises and a later version brings.

    >>> raise NotInThisVersion("exact wires are not in this version")
    Traceback (most recent call last):
        ...
    ohmformer.errors.NotInThisVersion: exact wires are not in this version
    """


def refuse_later(what: str, instead: str) -> NoReturn:
    """Raise NotInThisVersion: `what` is missing, `instead` says what to do meanwhile."""
    raise NotInThisVersion(f"{what}: not in this version of Ohmformer; {instead}")
