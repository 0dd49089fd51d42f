# SPDX-License-Identifier: Apache-2.0
"""Ohmformer: Transformers on simulated resistive-memory chips.

    import ohmformer as ohm
    chip = ohm.Chip.load("rram_22nm").override({"macro.adc.bits": 6})
    network = ohm.Network.from_pretrained("gpt2-small")
    perf = ohm.estimate(ohm.map(network, chip), prompt=512, generate=128)
"""

from ohmformer import _core, ir_drop
from ohmformer.accuracy import Accuracy, evaluate
from ohmformer.adc import Adc
from ohmformer.baselines import Baseline, decode_gain, serve
from ohmformer.chip import Chip, MacroSpec
from ohmformer.comparison import compare
from ohmformer.curves.shape import sweep_shape
from ohmformer.device import Device
from ohmformer.errors import ArgumentError, ConfigError, Error, NotInThisVersion, SolveError
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


def __getattr__(name: str) -> str:
    """`__version__`, read when it is wanted: looking it up takes longer than an estimate."""
    if name != "__version__":
        raise AttributeError(f"module 'ohmformer' has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ohmformer")
    except PackageNotFoundError:  # run from a checkout
        return "0.1.0"
