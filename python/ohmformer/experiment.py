# SPDX-License-Identifier: Apache-2.0
"""Experiments: the questions of an experiment.yaml, one case per network × sweep combination."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ohmformer import _core
from ohmformer.chip import Chip
from ohmformer.errors import ConfigError
from ohmformer.mapping import Mapping
from ohmformer.network import Network
from ohmformer.overrides import Override
from ohmformer.roots import Folder, config_roots

OWN_KEYS = ("title", "description", "chip", "chips", "seed", "fidelity", "error_sources", "points")


@dataclass(frozen=True)
class Case:
    """One network on one variant of the chip."""

    point: dict[str, Any]
    swept: str  # "macro.adc.bits=6"; empty without a sweep
    chip: Chip
    network: Network

    @property
    def name(self) -> str:
        """How results call it: the point, and what was swept."""
        return f"{self.point['name']}, {self.swept}" if self.swept else self.point["name"]

    @property
    def label(self) -> str:
        """What tells cases of one network apart."""
        own = self.point["name"].removeprefix(self.point["network"]).strip(" ,:")
        return ", ".join(text for text in (own, self.swept) if text)


@dataclass(frozen=True)
class Experiment:
    """A checked experiment: every network loaded, every chip compiled, every mapping verified."""

    file: Path
    spec: dict[str, Any]
    chip: Chip
    cases: list[Case]
    modified: bool  # by --set


def load_experiment(file: Path, settings: Iterable[Override] = (), configs: Iterable[Folder] = ()) -> Experiment:
    """Read an experiment and check all of it before anything runs.

    Settings whose key is one of the experiment's own (chips, seed, points[0].samples, …) change the
    experiment, all others its chips.
    """
    settings = list(settings)
    own = [entry for entry in settings if _is_own(entry[0])]
    chips = [entry for entry in settings if not _is_own(entry[0])]
    roots = config_roots(configs)
    spec = _core.load_experiment(str(file), roots, own)
    name = _component(spec["chip"], file)
    if not spec["points"]:
        raise ConfigError(f"{file}: points: empty; expected at least one network")
    own_chip = [*_entries(spec["map"], "map."), *_entries(spec["override"]), *_fidelity(spec, file)]
    base = Chip(name, roots, [*chips, *own_chip])
    networks: dict[str, Network] = {}
    cases = []
    for number, point in enumerate(spec["points"]):
        where = f"{file}: points[{number}]"
        network = networks.setdefault(point["network"], _network(point["network"], file, configs, where))
        for combination in _combinations(spec["sweep"]):
            overrides = [*chips, *combination, *_entries(point["override"]), *own_chip]
            cases.append(Case(point, _swept(combination), Chip(name, roots, overrides), network))
    _refuse_equal_names(cases, file)
    return Experiment(file, spec, base, cases, bool(settings))


def check_cases(experiment: Experiment) -> None:
    """Map every network onto its chip: ConfigError if one does not fit."""
    for case in experiment.cases:
        if case.point["task"] != "none" and not case.network.has_weights:
            raise ConfigError(
                f"{experiment.file}: point {case.point['name']}: network {case.network.name} has no weights to score; "
                "expected a folder with config.json and model.safetensors, a trained network, or task: none"
            )
        Mapping(case.network, case.chip)


def _is_own(key: str) -> bool:
    return key in OWN_KEYS or key.startswith("points[")


def _entries(entries: list[dict[str, str]], within: str = "") -> list[Override]:
    """Overrides of a file, later lines first, for they are the stronger ones."""
    return [(within + entry["key"], entry["value"], entry["origin"]) for entry in entries][::-1]


def _fidelity(spec: dict[str, Any], file: Path) -> list[Override]:
    """What the experiment says of the fidelity, unless it leaves that to the chip."""
    chosen = spec["fidelity"]
    return [] if chosen == "chip" else [("macro.fidelity", chosen, f"{file}: fidelity")]


def _component(name: str, file: Path) -> str:
    """A path is meant from the experiment's folder where it exists there."""
    beside = file.parent / name
    is_path = "/" in name or name.endswith(".yaml")
    return str(beside) if is_path and beside.is_file() else name


def _network(name: str, file: Path, configs: Iterable[Folder], where: str) -> Network:
    beside = file.parent / name
    source = str(beside) if "/" in name and beside.exists() else name
    try:
        return Network.from_pretrained(source, configs)
    except ConfigError as failure:
        raise ConfigError(f"{where}.network: {failure}") from None


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
