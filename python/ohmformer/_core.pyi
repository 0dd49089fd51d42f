# SPDX-License-Identifier: Apache-2.0
"""
What the package takes from C++: translation only, no physics of its own.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import os
import typing
__all__: list[str] = ['ArgumentError', 'Calibration', 'ChipSpec', 'ConfigError', 'CostEstimate', 'Error', 'EvaluationSet', 'InputStatistics', 'MacroArrays', 'MacroSpec', 'MappedNetwork', 'NetworkGraph', 'ProgrammedChip', 'QuantisedNetwork', 'Safetensors', 'SolveError', 'available_threads', 'check_chip', 'check_macro', 'chip_with_only', 'component_names', 'did_you_mean', 'error_sources', 'fit', 'float_score', 'load_experiment', 'logits', 'network_presets', 'read_spec', 'with_only']
class Error(Exception):
    """
    Base of everything that Ohmformer raises on purpose: one sentence with what was found, what was expected and how to mend it.
    """
class ConfigError(Error, ValueError):
    """
    The user's file is wrong: a configuration, a checkpoint, an experiment.
    """
class ArgumentError(Error, ValueError):
    """
    The call is wrong: a shape, a range, an order.
    """
class SolveError(Error, RuntimeError):
    """
    The numerics failed: the text gives residual and tolerance.
    """
class MacroSpec:
    """
    One macro as its file describes it.
    """
    @staticmethod
    def load(name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> MacroSpec:
        """
        Read, composed and checked; overrides are (dotted key, YAML text, origin), strongest first.
        """
    def to_dict(self) -> typing.Any:
        """
        Every field with its value; quantities are SI numbers.
        """
    def to_yaml(self) -> str:
        """
        The resolved configuration, which reads back to the same.
        """
    @property
    def name(self) -> str:
        ...
class ChipSpec:
    """
    One chip as its file describes it.
    """
    @staticmethod
    def load(name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> ChipSpec:
        """
        Read, composed and checked; overrides are (dotted key, YAML text, origin), strongest first.
        """
    def to_dict(self) -> typing.Any:
        """
        Every field with its value; quantities are SI numbers.
        """
    def to_yaml(self) -> str:
        """
        The resolved configuration, which reads back to the same.
        """
    @property
    def name(self) -> str:
        ...
class Safetensors:
    """
    A safetensors file, checked in full when opened and memory-mapped.
    """
    @staticmethod
    def open(path: os.PathLike | str | bytes) -> Safetensors:
        """
        ConfigError if the file is missing, damaged or hostile.
        """
    def __contains__(self, name: str) -> bool:
        ...
    def read_float(self, name: str) -> numpy.typing.NDArray[numpy.float32]:
        """
        A tensor of numbers, rounded to fp32.
        """
    def read_integers(self, name: str) -> numpy.typing.NDArray[numpy.int64]:
        """
        A tensor of integers, exactly, as int64.
        """
    def shape(self, name: str) -> list[int]:
        """
        Extents of a tensor.
        """
    @property
    def names(self) -> list[str]:
        ...
class MacroArrays:
    """
    Arrays of one kind of macro that hold a matrix of integers.
    """
    def __init__(self, spec: MacroSpec, seed: typing.SupportsInt | typing.SupportsIndex, chip: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def calibrate(self, inputs: typing.Annotated[numpy.typing.ArrayLike, numpy.int32]) -> None:
        ...
    def mvm(self, inputs: typing.Annotated[numpy.typing.ArrayLike, numpy.int32], first_token: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        ...
    def program(self, weights: typing.Annotated[numpy.typing.ArrayLike, numpy.int32]) -> None:
        ...
    @property
    def arrays(self) -> int:
        ...
    @property
    def clipped(self) -> int:
        ...
    @property
    def conversions(self) -> int:
        ...
    @property
    def is_whole(self) -> bool:
        ...
    @property
    def shape(self) -> list[int] | None:
        ...
class NetworkGraph:
    """
    An operator graph, with its weights where there are any.
    """
    @staticmethod
    def from_folder(folder: os.PathLike | str | bytes) -> NetworkGraph:
        """
        A Hugging Face folder with weights.
        """
    @staticmethod
    def from_name(name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes]) -> NetworkGraph:
        """
        A preset, an alias, a YAML file or a config.json: no weights.
        """
    def rescaled(self, maxima: collections.abc.Sequence[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]], alpha: typing.SupportsFloat | typing.SupportsIndex) -> NetworkGraph:
        """
        The same function with channel ranges moved into the weights.
        """
    def to_dict(self) -> typing.Any:
        ...
    def to_yaml(self) -> str:
        ...
    def with_outliers(self, factor: typing.SupportsFloat | typing.SupportsIndex, channels: typing.SupportsInt | typing.SupportsIndex, seed: typing.SupportsInt | typing.SupportsIndex) -> NetworkGraph:
        """
        The same function with outlier channels behind every norm.
        """
    @property
    def has_weights(self) -> bool:
        ...
    @property
    def is_decoder(self) -> bool:
        ...
    @property
    def matmuls(self) -> list:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def parameters(self) -> int:
        ...
class MappedNetwork:
    """
    A network on a chip, verified.
    """
    @staticmethod
    def map(network: NetworkGraph, chip: ChipSpec) -> MappedNetwork:
        """
        ConfigError if the network does not fit.
        """
    @property
    def placement(self) -> dict:
        ...
    @property
    def verification(self) -> dict:
        ...
class InputStatistics:
    """
    What is known of inputs and cells without running the network.
    """
    def __init__(self, bit_density: typing.SupportsFloat | typing.SupportsIndex = 0.5, cell_level: typing.SupportsFloat | typing.SupportsIndex = 0.25) -> None:
        ...
    @property
    def bit_density(self) -> float:
        ...
    @property
    def cell_level(self) -> float:
        ...
class CostEstimate:
    """
    Latency, energy and area of a workload on a mapped network.
    """
    @staticmethod
    def of(mapping: MappedNetwork, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex, activity: collections.abc.Sequence[InputStatistics], timeline_tokens: typing.SupportsInt | typing.SupportsIndex) -> CostEstimate:
        ...
    def breakdown(self) -> list:
        """
        One row per leaf of the ledger.
        """
    def busiest(self, count: typing.SupportsInt | typing.SupportsIndex) -> list:
        """
        The resources that work longest.
        """
    def events(self) -> list:
        """
        The events of the first tokens.
        """
    def figures(self) -> dict:
        """
        Totals in SI units.
        """
    def timeline(self) -> str:
        """
        The events as a Chrome trace, JSON text.
        """
class EvaluationSet:
    """
    What a network is scored on.
    """
    def __init__(self, inputs: numpy.ndarray, labels: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], segments: collections.abc.Sequence[tuple[str, typing.SupportsInt | typing.SupportsIndex, typing.SupportsInt | typing.SupportsIndex]]) -> None:
        ...
    def __len__(self) -> int:
        ...
class Calibration:
    """
    Inputs of every matrix while the network runs in floats.
    """
    @staticmethod
    def record(network: NetworkGraph, set: EvaluationSet, limit: typing.SupportsInt | typing.SupportsIndex) -> Calibration:
        ...
    def channel_maxima(self) -> list[list[float]]:
        """
        Largest |x| of every channel of every matrix.
        """
class QuantisedNetwork:
    """
    A network as the integers of a macro.
    """
    def __init__(self, network: NetworkGraph, chip: ChipSpec, calibration: Calibration) -> None:
        ...
    def score(self, set: EvaluationSet, threads: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        Scores with everything analog ideal.
        """
class ProgrammedChip:
    """
    One chip with a network programmed into its crossbars.
    """
    def __init__(self, quantised: QuantisedNetwork, chip: ChipSpec, seed: typing.SupportsInt | typing.SupportsIndex, number: typing.SupportsInt | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def quality(self) -> list:
        """
        How each matrix fares on its calibration inputs.
        """
    def score(self, set: EvaluationSet, threads: typing.SupportsInt | typing.SupportsIndex) -> dict:
        ...
def available_threads() -> int:
    """
    Processors that this process may use.
    """
def check_chip(spec: ChipSpec) -> None:
    """
    Compiles a chip; ConfigError where its parts do not fit together.
    """
def check_macro(spec: MacroSpec) -> None:
    """
    Compiles a macro; ConfigError where its parts do not fit together.
    """
def chip_with_only(chip: ChipSpec, source: str) -> ChipSpec:
    """
    The chip with one imperfection of its macros left.
    """
def component_names(folder: str, roots: collections.abc.Sequence[os.PathLike | str | bytes]) -> list[str]:
    """
    Names of the files in a folder of the configuration roots.
    """
def did_you_mean(word: str, candidates: collections.abc.Sequence[str]) -> str:
    """
    '; did you mean …?' for the closest candidate, or nothing.
    """
def error_sources() -> list[str]:
    """
    The imperfections of a macro that can be studied one at a time.
    """
def fit(network: NetworkGraph, chip: ChipSpec) -> dict:
    """
    What a network takes in crossbars, closed forms.
    """
def float_score(network: NetworkGraph, set: EvaluationSet, threads: typing.SupportsInt | typing.SupportsIndex) -> dict:
    """
    Scores in floats.
    """
def load_experiment(file: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> dict:
    """
    An experiment as a dictionary.
    """
def logits(network: NetworkGraph, inputs: numpy.ndarray) -> numpy.typing.NDArray[numpy.float32]:
    """
    Logits of the first input, in floats.
    """
def network_presets(roots: collections.abc.Sequence[os.PathLike | str | bytes]) -> list:
    """
    (name, aliases, source, parameters) of every preset.
    """
def read_spec(kind: str, name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> tuple[str, typing.Any]:
    """
    A file of any kind, resolved: its YAML text, and its values in SI units.
    """
def with_only(spec: MacroSpec, source: str) -> MacroSpec:
    """
    The macro with one imperfection left.
    """
