# SPDX-License-Identifier: Apache-2.0
"""Studies: figures that take more than one chip or workload to compute.

A study is a function without arguments that returns key → value; the key's ending tells its unit.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ohmformer import _core
from ohmformer.errors import ConfigError

STUDIES = {"raella": "ohmformer.validation.raella:run"}  # name -> "module:function", imported when asked for


def study(name: Any) -> dict[str, Any]:
    """The figures of a study by its name."""
    if name not in STUDIES:
        meant = _core.did_you_mean(str(name), list(STUDIES))
        raise ConfigError(f"from.study: {name!r} found; expected one of: {', '.join(STUDIES)}{meant}")
    module, _, function = STUDIES[name].partition(":")
    found: Callable[[], dict[str, Any]] = getattr(import_module(module), function)
    return found()
