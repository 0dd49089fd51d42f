# SPDX-License-Identifier: Apache-2.0
"""Ohmformer: Transformers on simulated resistive-memory chips.

    import ohmformer as ohm
    chip = ohm.Chip.load("rram_22nm").override({"macro.adc.bits": 6})
    network = ohm.Network.from_pretrained("gpt2-small")
    perf = ohm.estimate(ohm.map(network, chip), prompt=512, generate=128)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ohmformer import _core
from ohmformer.errors import ArgumentError, ConfigError, Error, NotInThisVersion, SolveError

if TYPE_CHECKING:
    from ohmformer import ir_drop
    from ohmformer.accuracy import Accuracy, evaluate
    from ohmformer.adc import Adc
    from ohmformer.baselines import Baseline, decode_gain, serve
    from ohmformer.chip import Chip, MacroSpec
    from ohmformer.comparison import compare
    from ohmformer.curves.shape import sweep_shape
    from ohmformer.device import Device
    from ohmformer.macro import Macro
    from ohmformer.mapping import Mapping, fit
    from ohmformer.mapping import map_network as map
    from ohmformer.network import Network
    from ohmformer.performance import Performance, estimate
    from ohmformer.validation import Validation, validate

__all__ = [
    "Accuracy",
    "Adc",
    "ArgumentError",
    "Baseline",
    "Chip",
    "ConfigError",
    "Device",
    "Error",
    "Macro",
    "MacroSpec",
    "Mapping",
    "Network",
    "NotInThisVersion",
    "Performance",
    "SolveError",
    "Validation",
    "compare",
    "decode_gain",
    "estimate",
    "evaluate",
    "fit",
    "ir_drop",
    "map",
    "serve",
    "sweep_shape",
    "validate",
]

_HOMES = {  # where the names of this interface live; some modules take longer to import than an estimate takes
    "accuracy": ("Accuracy", "evaluate"),
    "adc": ("Adc",),
    "baselines": ("Baseline", "decode_gain", "serve"),
    "chip": ("Chip", "MacroSpec"),
    "comparison": ("compare",),
    "curves.shape": ("sweep_shape",),
    "device": ("Device",),
    "macro": ("Macro",),
    "mapping": ("Mapping", "fit", "map"),
    "network": ("Network",),
    "performance": ("Performance", "estimate"),
    "validation": ("Validation", "validate"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A name of the interface, a module of the package or `__version__`: imported when it is wanted."""
    if name == "__version__":
        return _version()
    if name in _HOME_OF:
        found = getattr(import_module(f"ohmformer.{_HOME_OF[name]}"), "map_network" if name == "map" else name)
    elif name.startswith("_"):
        raise AttributeError(f"module 'ohmformer' has no attribute {name!r}")
    else:
        try:
            found = import_module(f"ohmformer.{name}")
        except ModuleNotFoundError as failure:
            if failure.name != f"ohmformer.{name}":
                raise
            raise AttributeError(f"module 'ohmformer' has no attribute {name!r}") from None
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ohmformer")
    except PackageNotFoundError:  # run from a checkout
        return "0.1.0"
