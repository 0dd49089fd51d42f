# SPDX-License-Identifier: Apache-2.0
"""Chips and macros as their files describe them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

from ohmformer import _core
from ohmformer.checks import activity_of
from ohmformer.errors import ArgumentError
from ohmformer.overrides import Override, from_mapping
from ohmformer.peak import Peak
from ohmformer.roots import Folder, config_roots


Kind = TypeVar("Kind", bound="Described")


class Inline(NamedTuple):
    """A configuration within another file: its text, that file as messages show it, and its name."""

    text: str
    shown: str
    name: str


class Described(ABC):
    """A configuration: read, composed, checked, and never changed afterwards."""

    _reader: ClassVar[Any]

    def __init__(self, source: str | Inline, roots: list[Path], overrides: list[Override]):
        self._origin, self._roots, self._overrides = source, roots, overrides
        if isinstance(source, Inline):
            self._spec = self._reader.parse(*source, roots, overrides)
        else:
            self._spec = self._reader.load(source, roots, overrides)
        self._check()

    @abstractmethod
    def _check(self) -> None:
        """Refuses what reads well and cannot be built."""

    @classmethod
    def load(cls: type[Kind], name: str | Path, configs: Iterable[Folder] = ()) -> Kind:
        """Read a configuration by its name or path.

        `configs` are folders that hold more of them (chip/, macro/, device/, …). Raises ConfigError
        with file, line, key and how to mend it.
        """
        if not isinstance(name, (str, Path)):
            raise ArgumentError(f"name: {type(name).__name__} found; expected a name or the path of a YAML file")
        return cls(str(name), config_roots(configs), [])

    def override(self: Kind, values: Mapping[str, Any]) -> Kind:
        """The same with some values replaced, by dotted key; later overrides win.

        Values are what YAML holds: numbers, words, lists, and texts with units ("0.3 V").
        """
        return self._with(from_mapping(values))

    def _with(self: Kind, overrides: list[Override]) -> Kind:
        """The same with overrides, strongest first, on top."""
        return type(self)(self._origin, self._roots, [*overrides, *self._overrides])

    @property
    def name(self) -> str:
        """Name or path that it was loaded from."""
        return self._spec.name

    def to_dict(self) -> dict[str, Any]:
        """Every value, defaults included, in SI units."""
        return self._spec.to_dict()

    def to_yaml(self) -> str:
        """The resolved configuration: YAML that reads back to the same."""
        return self._spec.to_yaml()

    def __repr__(self) -> str:
        changed = "".join(f", {key}={value}" for key, value, _ in self._overrides[::-1])
        return f"<ohmformer.{type(self).__name__} {self.name}{changed}>"


def linear_conditions(macro: _core.MacroSpec) -> list[dict[str, Any]]:
    """name, holds and why of each."""
    return [{"name": name, "holds": holds, "why": why} for name, holds, why in _core.linear_conditions(macro)]


class Chip(Described):
    """A chip: a mesh of tiles with macros, buffers and digital units, beside a DRAM.

    >>> chip = Chip.load("rram_22nm").override({"macro.adc.bits": 6})
    >>> chip.to_dict()["macro"]["adc"]["bits"]
    6
    >>> chip
    <ohmformer.Chip rram_22nm, macro.adc.bits=6>
    """

    _reader = _core.ChipSpec

    def linear_conditions(self) -> list[dict[str, Any]]:
        """Those of its macro: see MacroSpec.linear_conditions()."""
        return linear_conditions(_core.macro_of(self._spec))

    @property
    def ir_drop(self) -> str:
        """How the wires of its arrays count: exact, gain or report."""
        return _core.ir_drop(_core.macro_of(self._spec))

    def peak(self, activity: tuple[float, float] | None = None) -> Peak:
        """Throughput, power and area at full load, from one macro to the system.

        Args: activity is the share of ones among the driven bits and the mean position of cells in
        their range; left out, what the macro's `workload` assumes.

        >>> peak = Chip.load("rram_22nm").peak()
        >>> list(peak)
        ['macro', 'core', 'tile', 'chip', 'system']
        >>> peak["chip"]["ops_per_s"] == 676 * 96 * peak["macro"]["ops_per_s"]
        True
        """
        return Peak(_core.chip_peak(self._spec, None if activity is None else activity_of(activity)))

    def _check(self) -> None:
        _core.check_chip(self._spec)


class MacroSpec(Described):
    """A macro: array, DAC, sample and hold, ADC, shift-add.

    >>> spec = MacroSpec.load("rram_128").override({"adc.bits": 7, "read.voltage": "0.1 V"})
    >>> spec.to_dict()["adc"]["bits"], spec.to_dict()["read"]["voltage"]
    (7, 0.1)
    """

    _reader = _core.MacroSpec

    def linear_conditions(self) -> list[dict[str, Any]]:
        """Under which conditions one matrix stands for the arrays, and which of them hold.

        Each has name, holds and why. fidelity: fused is refused where one fails. The last, that sums
        spread over half a step of their converters, fails here where no matrix can meet it; a read
        is refused where the programmed one does not.

        >>> [c["name"] for c in MacroSpec.load("rram_128").linear_conditions() if not c["holds"]]
        ['selectors do not follow the inputs, and zeros are driven']
        """
        return linear_conditions(self._spec)

    def peak(self, activity: tuple[float, float] | None = None) -> Peak:
        """Throughput, power and area of one macro that computes without pause; see Chip.peak().

        >>> list(MacroSpec.load("rram_128").peak())
        ['macro']
        """
        return Peak(_core.macro_peak(self._spec, None if activity is None else activity_of(activity)))

    def _check(self) -> None:
        _core.check_macro(self._spec)
