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
__all__: list[str] = ['ArgumentError', 'BaselineSpec', 'Calibration', 'ChipSpec', 'ConfigError', 'Converter', 'CostEstimate', 'DeviceSpec', 'Error', 'EvaluationSet', 'GatedWires', 'InputStatistics', 'MacroArrays', 'MacroSpec', 'MappedNetwork', 'NetworkGraph', 'ProgrammedChip', 'QuantisedNetwork', 'RowLineWires', 'Safetensors', 'SolveError', 'StructureModel', 'WireResistances', 'adc_cost', 'asks_for_all_tiles', 'available_threads', 'baseline_estimate', 'baseline_rows', 'baseline_steady', 'baseline_step', 'block_cost', 'check_chip', 'check_macro', 'check_yaml', 'chip_peak', 'chip_step', 'chip_with_only', 'component_names', 'decode_gain', 'did_you_mean', 'driven_currents', 'driven_deck', 'driven_milo_deck', 'driven_operating_point', 'effective_conductance', 'error_sources', 'estimate_structure', 'fit', 'fits', 'float_score', 'gated_currents', 'gated_deck', 'gated_row_line_currents', 'gated_row_line_deck', 'ir_drop', 'length_presets', 'linear_conditions', 'load_experiment', 'logits', 'macro_of', 'macro_peak', 'macro_shape', 'mean_wire_loss', 'network_presets', 'parse_experiment', 'read_spec', 'serve_baseline', 'serve_chip', 'serve_structure', 'simulates_all', 'sweep_shape', 'tokens_of', 'with_only']
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
    @staticmethod
    def parse(text: str, shown: str, name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> MacroSpec:
        """
        The same from YAML text, which messages call `shown`.
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
    @staticmethod
    def parse(text: str, shown: str, name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> ChipSpec:
        """
        The same from YAML text, which messages call `shown`.
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
class BaselineSpec:
    """
    One digital machine as its file describes it.
    """
    @staticmethod
    def load(name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> BaselineSpec:
        """
        Read, composed and checked; overrides are (dotted key, YAML text, origin), strongest first.
        """
    @staticmethod
    def parse(text: str, shown: str, name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> BaselineSpec:
        """
        The same from YAML text, which messages call `shown`.
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
class Converter:
    """
    One physical analog-to-digital converter.
    """
    def __init__(self, fields: collections.abc.Sequence[tuple[str, str, str]], is_signed: bool, seed: typing.SupportsInt | typing.SupportsIndex, chip: typing.SupportsInt | typing.SupportsIndex, converter: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def convert(self, sums: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], first: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Codes of sums in steps; conversions count from `first`, which keys their noise.
        """
    def enob(self) -> float:
        ...
    def linearity(self) -> dict:
        ...
    def step_for(self, reach: typing.SupportsFloat | typing.SupportsIndex) -> float:
        """
        Sum per code such that `reach` falls on the last code.
        """
    def thresholds(self) -> numpy.typing.NDArray[numpy.float64]:
        ...
    @property
    def clipped(self) -> int:
        ...
    @property
    def codes(self) -> tuple[float, float]:
        ...
    @property
    def quantises(self) -> bool:
        ...
class DeviceSpec:
    """
    One memory cell as its file describes it.
    """
    @staticmethod
    def load(name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> DeviceSpec:
        """
        Read, composed and checked; overrides are (dotted key, YAML text, origin), strongest first.
        """
    def aged(self, age: typing.SupportsFloat | typing.SupportsIndex) -> DeviceSpec:
        """
        The same cell, so many seconds after programming.
        """
    def current(self, g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], v: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Current, A, at v.
        """
    def program(self, targets: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], seed: typing.SupportsInt | typing.SupportsIndex, chip: typing.SupportsInt | typing.SupportsIndex) -> tuple:
        """
        Conductances, S, of cells programmed to targets, and what that cost.
        """
    def read_sigma(self, g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], v_read: typing.SupportsFloat | typing.SupportsIndex, t_read: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
        """
        Standard deviation, S, of one read.
        """
    def sigma(self, g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
        """
        Standard deviation, S, of the programming error.
        """
    def to_dict(self) -> typing.Any:
        """
        Every field with its value; quantities are SI numbers.
        """
    def to_yaml(self) -> str:
        """
        The resolved configuration, which reads back to the same.
        """
    def write_verify(self, targets: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], seed: typing.SupportsInt | typing.SupportsIndex, chip: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        Cells brought to their targets pulse by pulse.
        """
    @property
    def name(self) -> str:
        ...
class MacroArrays:
    """
    Arrays of one kind of macro that hold a matrix of integers.
    """
    def __init__(self, spec: MacroSpec, seed: typing.SupportsInt | typing.SupportsIndex, chip: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    def calibrate(self, inputs: typing.Annotated[numpy.typing.ArrayLike, numpy.int32]) -> None:
        ...
    def mvm(self, inputs: typing.Annotated[numpy.typing.ArrayLike, numpy.int32], first_token: typing.SupportsInt | typing.SupportsIndex, threads: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
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
    def fused(self) -> int:
        ...
    @property
    def is_whole(self) -> bool:
        ...
    @property
    def programming(self) -> dict:
        ...
    @property
    def shape(self) -> list[int] | None:
        ...
class WireResistances:
    """
    Wires of a driven array, Ohm.
    """
    def __init__(self, r_wordline: typing.SupportsFloat | typing.SupportsIndex, r_bitline: typing.SupportsFloat | typing.SupportsIndex, r_driver: typing.SupportsFloat | typing.SupportsIndex, r_sense: typing.SupportsFloat | typing.SupportsIndex, drive_both_ends: bool, sense_both_ends: bool) -> None:
        ...
class GatedWires:
    """
    Wires of a gated array with source lines along its bitlines, Ohm.
    """
    def __init__(self, r_bitline: typing.SupportsFloat | typing.SupportsIndex, r_sense: typing.SupportsFloat | typing.SupportsIndex, r_sourceline: typing.SupportsFloat | typing.SupportsIndex, r_driver: typing.SupportsFloat | typing.SupportsIndex, feed: str) -> None:
        ...
class RowLineWires:
    """
    Wires of a gated array with source lines along its wordlines, Ohm.
    """
    def __init__(self, r_bitline: typing.SupportsFloat | typing.SupportsIndex, r_sense: typing.SupportsFloat | typing.SupportsIndex, r_sourceline: typing.SupportsFloat | typing.SupportsIndex, r_driver: typing.SupportsFloat | typing.SupportsIndex) -> None:
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
    def require_context(self, context: typing.SupportsInt | typing.SupportsIndex) -> None:
        """
        Raises unless a token may attend to so many positions.
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
    def adapter_parameters(self) -> int:
        ...
    @property
    def has_weights(self) -> bool:
        ...
    @property
    def is_decoder(self) -> bool:
        ...
    @property
    def kv_values_per_token(self) -> int:
        ...
    @property
    def macs_per_token(self) -> int:
        ...
    @property
    def matmuls(self) -> list:
        ...
    @property
    def most_positions(self) -> int:
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
    def arrangement(self) -> dict:
        ...
    @property
    def placement(self) -> dict:
        ...
    @property
    def traffic(self) -> dict:
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
    def of(mapping: MappedNetwork, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex, activity: collections.abc.Sequence[InputStatistics], expert_imbalance: typing.SupportsFloat | typing.SupportsIndex, timeline_tokens: typing.SupportsInt | typing.SupportsIndex) -> CostEstimate:
        ...
    def breakdown(self) -> list:
        """
        One row per leaf of the ledger.
        """
    def busiest(self, count: typing.SupportsInt | typing.SupportsIndex) -> list:
        """
        The resources that work longest.
        """
    def components(self) -> list:
        """
        Energies by component, the largest first.
        """
    def events(self) -> list:
        """
        The events of the first tokens.
        """
    def figures(self) -> dict:
        """
        Totals in SI units.
        """
    def occupation(self) -> dict:
        """
        How long tiles and links work.
        """
    def temperatures(self) -> list[float]:
        """
        Kelvin by tile; empty where the chip has no thermal section.
        """
    def timeline(self) -> str:
        """
        The events as a Chrome trace, JSON text.
        """
class StructureModel:
    """
    A network on as many chips as it needs, laid out once for many workloads.
    """
    def __init__(self, network: NetworkGraph, chip: ChipSpec) -> None:
        ...
    def decode_step(self, context: typing.SupportsInt | typing.SupportsIndex, batch: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        One step of equal sequences that attend to `context` positions.
        """
    def decoding(self, prompt: typing.SupportsInt | typing.SupportsIndex, generate: typing.SupportsInt | typing.SupportsIndex, batch: typing.SupportsInt | typing.SupportsIndex, answered: typing.SupportsInt | typing.SupportsIndex = 0) -> CostEstimate:
        """
        The same of prompts in the cache, but for their last tokens; of two stacks of sources, and of so many tokens of every answer.
        """
    def estimate(self, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex) -> CostEstimate:
        """
        A whole workload.
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
    def programming(self) -> dict:
        """
        What writing all of its cells took.
        """
    def quality(self) -> list:
        """
        How each matrix fares on its calibration inputs.
        """
    def score(self, set: EvaluationSet, threads: typing.SupportsInt | typing.SupportsIndex) -> dict:
        ...
def adc_cost(fields: collections.abc.Sequence[tuple[str, str, str]], node: str, vdd: str) -> dict:
    """
    Energy per conversion and area of one converter in a technology, with their ranges.
    """
def asks_for_all_tiles(network: NetworkGraph, chip: ChipSpec, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex, activity: collections.abc.Sequence[InputStatistics]) -> tuple[str, str] | None:
    """
    The key that only a mapping of all tiles follows, and what it would have to say; or None.
    """
def available_threads() -> int:
    """
    Processors that this process may use.
    """
def baseline_estimate(spec: BaselineSpec, network: NetworkGraph, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex) -> dict:
    """
    A workload on a baseline, SI units.
    """
def baseline_rows(spec: BaselineSpec, roots: collections.abc.Sequence[os.PathLike | str | bytes]) -> list:
    """
    Published results beside those of the model.
    """
def baseline_steady(spec: BaselineSpec, network: NetworkGraph, prompt: typing.SupportsInt | typing.SupportsIndex, generate: typing.SupportsInt | typing.SupportsIndex, batch: typing.SupportsInt | typing.SupportsIndex) -> dict:
    """
    Requests without a pause on a baseline; batch 0: as many as fit.
    """
def baseline_step(spec: BaselineSpec, network: NetworkGraph, context: typing.SupportsInt | typing.SupportsIndex, batch: typing.SupportsInt | typing.SupportsIndex) -> dict:
    """
    One decode step of equal sequences that attend to `context` positions.
    """
def block_cost(macro: MacroSpec, block: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"], bit_density: typing.SupportsFloat | typing.SupportsIndex, cell_level: typing.SupportsFloat | typing.SupportsIndex, drive_share: typing.SupportsFloat | typing.SupportsIndex | None, recovery: typing.SupportsFloat | typing.SupportsIndex | None) -> dict:
    """
    Conversions and energy by component, J, of (rows, columns, mvms) on a part of an array; expected values for the share of ones among input bits, the mean level of the cells, the mean V² t over that of a full-scale input and the share of conversions that speculation leaves.
    """
def check_chip(spec: ChipSpec) -> None:
    """
    Compiles a chip; ConfigError where its parts do not fit together.
    """
def check_macro(spec: MacroSpec) -> None:
    """
    Compiles a macro; ConfigError where its parts do not fit together.
    """
def check_yaml(file: str) -> None:
    """
    Refuses a file that is missing, no YAML, or repeats a key.
    """
def chip_peak(chip: ChipSpec, statistics: InputStatistics | None = None) -> dict:
    """
    Levels of a chip at full load, SI units.
    """
def chip_step(mapping: MappedNetwork, context: typing.SupportsInt | typing.SupportsIndex, batch: typing.SupportsInt | typing.SupportsIndex) -> dict:
    """
    One decode step of equal sequences that attend to `context` positions.
    """
def chip_with_only(chip: ChipSpec, source: str) -> ChipSpec:
    """
    The chip with one imperfection of its macros left.
    """
def component_names(folder: str, roots: collections.abc.Sequence[os.PathLike | str | bytes]) -> list[str]:
    """
    Names of the files in a folder of the configuration roots.
    """
def decode_gain(network: NetworkGraph, batch: typing.SupportsFloat | typing.SupportsIndex, context: typing.SupportsFloat | typing.SupportsIndex, weight_bits: typing.SupportsInt | typing.SupportsIndex, kv_bits: typing.SupportsInt | typing.SupportsIndex) -> dict:
    """
    The law 1 + W / (B KV) with its bytes.
    """
def did_you_mean(word: str, candidates: collections.abc.Sequence[str]) -> str:
    """
    '; did you mean …?' for the closest candidate, or nothing.
    """
def driven_currents(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], v: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], wires: WireResistances, tolerance: typing.SupportsFloat | typing.SupportsIndex, v0: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
    """
    Bitline currents of a driven array, A.
    """
def driven_deck(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], wires: WireResistances, v: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], v0: typing.SupportsFloat | typing.SupportsIndex) -> str:
    """
    An ngspice deck.
    """
def driven_milo_deck(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], wires: WireResistances, v: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> str:
    """
    The same of cells as Milo et al. 2021.
    """
def driven_operating_point(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], v: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], wires: WireResistances, tolerance: typing.SupportsFloat | typing.SupportsIndex) -> dict:
    """
    Currents, A, and powers, W, of one input.
    """
def effective_conductance(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], wires: WireResistances, tolerance: typing.SupportsFloat | typing.SupportsIndex, cache: os.PathLike | str | bytes | None) -> numpy.typing.NDArray[numpy.float64]:
    """
    Conductances that a driven array shows from outside, S.
    """
def error_sources() -> list[str]:
    """
    The imperfections of a macro that can be studied one at a time.
    """
def estimate_structure(network: NetworkGraph, chip: ChipSpec, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex, activity: collections.abc.Sequence[InputStatistics], expert_imbalance: typing.SupportsFloat | typing.SupportsIndex, fidelity: str) -> CostEstimate:
    """
    A workload on as many chips as the network needs, or as chip.larger says; identical layers are solved once.
    """
def fit(network: NetworkGraph, chip: ChipSpec) -> dict:
    """
    What a network takes in crossbars, closed forms.
    """
def fits(network: NetworkGraph, chip: ChipSpec) -> bool:
    """
    Whether a chip holds a network.
    """
def float_score(network: NetworkGraph, set: EvaluationSet, threads: typing.SupportsInt | typing.SupportsIndex) -> dict:
    """
    Scores in floats.
    """
def gated_currents(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], x: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8], v_read: typing.SupportsFloat | typing.SupportsIndex, wires: GatedWires) -> numpy.typing.NDArray[numpy.float64]:
    """
    Bitline currents of gated cells, A.
    """
def gated_deck(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], wires: GatedWires, x: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], v_read: typing.SupportsFloat | typing.SupportsIndex, v0: typing.SupportsFloat | typing.SupportsIndex) -> str:
    """
    An ngspice deck.
    """
def gated_row_line_currents(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], x: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8], v_read: typing.SupportsFloat | typing.SupportsIndex, wires: RowLineWires, tolerance: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
    """
    Bitline currents of gated cells whose rows share a source line, A.
    """
def gated_row_line_deck(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], wires: RowLineWires, x: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], v_read: typing.SupportsFloat | typing.SupportsIndex, v0: typing.SupportsFloat | typing.SupportsIndex) -> str:
    """
    An ngspice deck.
    """
def ir_drop(spec: MacroSpec) -> str:
    """
    What array.ir_drop: auto stands for.
    """
def length_presets() -> list[tuple[int, int]]:
    """
    The usual (prompt, generate) pairs.
    """
def linear_conditions(spec: MacroSpec) -> list[tuple[str, bool, str]]:
    """
    (name, holds, why) of each condition under which a macro is one linear map.
    """
def load_experiment(file: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> dict:
    """
    An experiment as a dictionary.
    """
def logits(network: NetworkGraph, inputs: numpy.ndarray) -> numpy.typing.NDArray[numpy.float32]:
    """
    Logits of the first input, in floats.
    """
def macro_of(spec: ChipSpec) -> MacroSpec:
    """
    The macro of a chip.
    """
def macro_peak(macro: MacroSpec, statistics: InputStatistics | None = None) -> dict:
    """
    One macro at full load, SI units.
    """
def macro_shape(macro: MacroSpec) -> dict:
    """
    What one array holds, and how long it takes with every row and column in use.
    """
def mean_wire_loss(g: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], topology: str, wires: WireResistances, r_sourceline: typing.SupportsFloat | typing.SupportsIndex, activity: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Mean share of the column currents that wires take, in closed form.
    """
def network_presets(roots: collections.abc.Sequence[os.PathLike | str | bytes]) -> list:
    """
    (name, aliases, source, parameters) of every preset.
    """
def parse_experiment(text: str, shown: str, overrides: collections.abc.Sequence[tuple[str, str, str]]) -> dict:
    """
    The same from YAML text, which messages call `shown`.
    """
def read_spec(kind: str, name: str, roots: collections.abc.Sequence[os.PathLike | str | bytes], overrides: collections.abc.Sequence[tuple[str, str, str]]) -> tuple[str, typing.Any]:
    """
    A file of any kind, resolved: its YAML text, and its values in SI units.
    """
def serve_baseline(spec: BaselineSpec, network: NetworkGraph, mix: str) -> dict:
    """
    A mix of requests (YAML text) on a baseline, SI units.
    """
def serve_chip(mapping: MappedNetwork, mix: str) -> dict:
    """
    The same on a mapped network.
    """
def serve_structure(model: StructureModel, mix: str) -> dict:
    """
    The same on as many chips as the network needs.
    """
def simulates_all(network: NetworkGraph, chip: ChipSpec, tokens: typing.SupportsFloat | typing.SupportsIndex, needed: bool = False) -> bool:
    """
    Whether so many tokens are simulated event by event, unasked, on all tiles; `needed`: where nothing else answers.
    """
def sweep_shape(network: NetworkGraph, chip: ChipSpec, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex, axes: collections.abc.Sequence[tuple[str, collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex | str | collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]]]]) -> tuple:
    """
    Figures of every combination of the axes' values, and points without any.
    """
def tokens_of(network: NetworkGraph, chip: ChipSpec, prompt: typing.SupportsInt | typing.SupportsIndex | None, generate: typing.SupportsInt | typing.SupportsIndex | None, batch: typing.SupportsInt | typing.SupportsIndex) -> float:
    """
    Tokens of a workload, over all sequences; raises what is wrong with it.
    """
def with_only(spec: MacroSpec, source: str) -> MacroSpec:
    """
    The macro with one imperfection left.
    """
