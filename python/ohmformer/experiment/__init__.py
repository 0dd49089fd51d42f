# SPDX-License-Identifier: Apache-2.0
"""Experiments: the questions of an experiment.yaml, one case per network × sweep combination."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ohmformer import _core
from ohmformer.chip import Chip, Inline
from ohmformer.errors import ConfigError
from ohmformer.mapping import Mapping
from ohmformer.network import Network
from ohmformer.overrides import Override
from ohmformer.experiment.resolved import Parts, beside, parts_of
from ohmformer.roots import Folder, config_roots, folders

OWN_KEYS = ("title", "description", "chip", "chips", "seed", "fidelity", "error_sources", "points")


@dataclass(frozen=True)
class Case:
    """One network on one variant of the chip."""

    point: dict[str, Any]
    swept: str  # "macro.adc.bits=6"; empty without a sweep
    own: list[Override]  # of its chip alone: what is swept, and what the point says
    chip: Chip
    network: Network

    @property
    def name(self) -> str:
        """How results call it: the point, and what was swept."""
        return case_name(self.point, self.swept)

    @property
    def label(self) -> str:
        """What tells cases of one network apart."""
        own = self.point["name"].removeprefix(self.point["network"]).strip(" ,:")
        return ", ".join(text for text in (own, self.swept) if text)


@dataclass(frozen=True)
class Experiment:
    """A checked experiment: every network loaded, every chip compiled, every mapping verified."""

    file: Path
    parts: Parts
    settings: list[Override]  # of all its chips, strongest first
    spec: dict[str, Any]
    chip: Chip
    cases: list[Case]
    modified: bool  # by --set


def load_experiment(file: Path, settings: Iterable[Override] = (), configs: Iterable[Folder] = ()) -> Experiment:
    """Read an experiment, or the resolved configuration of a run, and check all of it before anything runs.

    Settings whose key is one of the experiment's own (chips, seed, points[0].samples, …) change the
    experiment, all others its chips.
    """
    given = list(settings)
    own = [entry for entry in given if _is_own(entry[0])]
    parts = parts_of(file, folders(configs))
    spec = _spec(file, parts, own)
    chips = _Makers(file, parts, spec, [entry for entry in given if not _is_own(entry[0])], {key for key, *_ in own})
    networks: dict[str, Network] = {}
    cases = []
    for number, point in enumerate(spec["points"]):
        name = point["network"]
        if name not in networks:
            networks[name] = _network(name, parts, f"{file}: points[{number}]")
        for combination in _combinations(spec["sweep"]):
            swept, changes = _swept(combination), [*combination, *_entries(point["override"])]
            cases.append(Case(point, swept, changes, chips.of_case(case_name(point, swept), changes), networks[name]))
    _refuse_equal_names(cases, file)
    return Experiment(file, parts, chips.settings, spec, chips.base, cases, bool(given))


class _Makers:
    """Makes the chips of an experiment: its own, and those that cases change."""

    def __init__(self, file: Path, parts: Parts, spec: dict[str, Any], settings: list[Override], changed: set[str]):
        self._file, self._parts, self._name = file, parts, beside(parts.folder, spec["chip"])
        self._roots = config_roots(parts.configs)
        self.settings = [*settings, *parts.settings]
        fidelity = _fidelity(spec, file)
        if parts.chip and "chip" not in changed:  # all that the experiment says of it is in there
            self._source, self._general = self._inline(parts.chip), fidelity if "fidelity" in changed else []
            self._anew = [*settings, *self._general]
        else:
            self._source, self._general = self._name, [*_entries(spec["map"], "map."), *_entries(spec["override"]), *fidelity]
            self._anew = [*self.settings, *self._general]
        self.base = Chip(self._source, self._roots, self._anew)

    def of_case(self, name: str, changes: list[Override]) -> Chip:
        """The chip of one case."""
        if not changes:
            return self.base
        if name in self._parts.cases and self._source != self._name:
            return Chip(self._inline(self._parts.cases[name]), self._roots, self._anew)
        return Chip(self._source, self._roots, [*self.settings, *changes, *self._general])

    def _inline(self, text: str) -> Inline:
        return Inline(text, str(self._file), self._name)


def _spec(file: Path, parts: Parts, own: list[Override]) -> dict[str, Any]:
    if parts.experiment:
        spec = _core.parse_experiment(parts.experiment, str(file), own)
    else:
        spec = _core.load_experiment(str(file), config_roots(parts.configs), own)
    if not spec["points"]:
        raise ConfigError(f"{file}: points: empty; expected at least one network")
    return spec


def check_cases(experiment: Experiment) -> None:
    """Map every network onto its chip: ConfigError if one does not fit."""
    for case in experiment.cases:
        if case.point["task"] != "none" and not case.network.has_weights:
            raise ConfigError(
                f"{experiment.file}: point {case.point['name']}: network {case.network.name} has no weights to score; "
                "expected a folder with config.json and model.safetensors, a trained network, or task: none"
            )
        Mapping(case.network, case.chip)


def case_name(point: dict[str, Any], swept: str) -> str:
    """How results call a case: the point, and what was swept."""
    return f"{point['name']}, {swept}" if swept else point["name"]


def _is_own(key: str) -> bool:
    return key in OWN_KEYS or key.startswith("points[")


def _entries(entries: list[dict[str, str]], within: str = "") -> list[Override]:
    """Overrides of a file, later lines first, for they are the stronger ones."""
    return [(within + entry["key"], entry["value"], entry["origin"]) for entry in entries][::-1]


def _fidelity(spec: dict[str, Any], file: Path) -> list[Override]:
    """What the experiment says of the fidelity, unless it leaves that to the chip."""
    chosen = spec["fidelity"]
    return [] if chosen == "chip" else [("macro.fidelity", chosen, f"{file}: fidelity")]


def _network(name: str, parts: Parts, where: str) -> Network:
    source = beside(parts.folder, name)
    try:
        found = Network.from_pretrained(source, parts.configs)
    except ConfigError as failure:
        raise ConfigError(f"{where}.network: {failure}") from None
    is_file = source != name and Path(source).is_file()  # results call it as the experiment does, wherever that lies
    return Network(found._graph, None, name) if is_file else found


def _combinations(sweep: list[dict[str, str]]) -> list[list[Override]]:
    """Every combination of the swept values, the last key fastest."""
    axes = []
    for entry in sweep:
        values = yaml.safe_load(entry["value"])
        if not isinstance(values, list) or not values:
            raise ConfigError(
                f"{entry['origin']}: sweep.{entry['key']}: {entry['value']} found; "
                "expected a list of values, such as [8, 6, 4]"
            )
        axes.append([(entry["key"], _flow(value), entry["origin"]) for value in values])
    return [list(combination) for combination in itertools.product(*axes)]


def _flow(value: Any) -> str:
    """A value as YAML in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6).strip()
    return text.removesuffix("\n...").strip()


def _swept(combination: list[Override]) -> str:
    """The swept keys with their values."""
    return ", ".join(f"{key}={value}" for key, value, _ in combination)


def _refuse_equal_names(cases: list[Case], file: Path) -> None:
    seen: set[str] = set()
    for case in cases:
        if case.name in seen:
            raise ConfigError(f"{file}: points: {case.name} stands there twice; give every point a name of its own")
        seen.add(case.name)
