# SPDX-License-Identifier: Apache-2.0
"""Resolved configurations: an experiment with its chip in one file, which runs again as it ran before."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import ohmformer
from ohmformer import _core
from ohmformer.chip import Chip, Inline
from ohmformer.errors import ConfigError
from ohmformer.overrides import Override, from_settings
from ohmformer.roots import config_roots

if TYPE_CHECKING:
    from ohmformer.experiment import Experiment

KEYS = ("experiment", "chip", "folder", "configs", "set", "cases")


@dataclass(frozen=True)
class Parts:
    """What a resolved configuration holds, and of any other file the folder around it alone.

    Texts of YAML are as long as the file up to their end, so that messages name the right place.
    """

    folder: Path  # from which the experiment's paths are meant
    configs: list[Path]
    settings: list[Override] = field(default_factory=list)  # of all chips, strongest first
    experiment: str = ""
    chip: str = ""
    cases: dict[str, str] = field(default_factory=dict)  # chips that the one above and the changes of a case do not give


def parts_of(file: Path, configs: list[Path]) -> Parts:
    """The parts of a resolved configuration; ConfigError where one is missing or unknown."""
    text = _text(file)
    if not re.search(r"^experiment:", text, re.MULTILINE):
        return Parts(file.parent, configs)
    _core.check_yaml(str(file))
    nodes = _entries(yaml.compose(text, yaml.SafeLoader), f"{file}")
    for key in nodes:
        if key not in KEYS:
            raise ConfigError(f"{file}: {key}: unknown key; expected one of: {', '.join(KEYS)}{_core.did_you_mean(key, list(KEYS))}")
    if "chip" not in nodes:
        raise ConfigError(f"{file}: chip: missing; expected the chip of the experiment, as `ohmformer run` writes it")
    stated = {key: _value(text, nodes, key, f"{file}: {key}") for key in ("folder", "configs", "set")}
    return Parts(
        Path(stated["folder"]) if stated["folder"] else file.parent,
        [*configs, *map(Path, stated["configs"] or [])],
        from_settings(stated["set"] or []),
        _alone(text, nodes["experiment"]),
        _alone(text, nodes["chip"]),
        {key: _alone(text, node) for key, node in _entries(nodes.get("cases"), f"{file}: cases").items()},
    )


def resolved_text(experiment: "Experiment") -> str:
    """The experiment and its chip before sweeps, every value stated."""
    parts, chip = experiment.parts, experiment.chip.to_yaml()
    text = f"# Resolved by Ohmformer {ohmformer.__version__}. `ohmformer run` takes it again; map and override of the experiment are in its chip.\n"
    if experiment.chip.to_dict()["kv"]["memories"]:
        text += "# Results of that are the same, but for the names of memories of keys and values: they are called inline.\n"
    text += f"experiment:\n{_indented(experiment.spec['yaml'], 2)}chip:\n{_indented(chip, 2)}"
    points = experiment.spec["points"]
    is_beside = any(beside(parts.folder, point["network"]) != point["network"] for point in points)
    if is_beside or any(point["data"] and (parts.folder / point["data"]).exists() for point in points):
        text += f"folder: {_flow(str(parts.folder.absolute()))}\n"
    if parts.configs:
        text += f"configs: {_flow([str(folder.absolute()) for folder in parts.configs])}\n"
    if experiment.settings:
        text += f"set: {_flow([f'{key}={value}' for key, value, _ in experiment.settings[::-1]])}\n"
    unlike = [case for case in experiment.cases if case.own and not _follows(case, experiment, chip)]
    if unlike:
        text += "cases:\n"
        text += "".join(f"  {_flow(case.name)}:\n{_indented(case.chip.to_yaml(), 4)}" for case in unlike)
    return text


def beside(folder: Path, name: str) -> str:
    """What a name means: a path from the experiment's folder where it exists there, else the name itself.

    >>> beside(Path("."), "rram_22nm")
    'rram_22nm'
    """
    is_path = "/" in name or name.endswith(".yaml")
    return str(folder / name) if is_path and (folder / name).exists() else name


def _follows(case: Any, experiment: "Experiment", chip: str) -> bool:
    """Whether the changes of a case make its chip of the resolved one: not where a part is replaced that a file had changed."""
    source = Inline(chip, "config.resolved.yaml", experiment.chip.name)
    try:
        twin = Chip(source, config_roots(experiment.parts.configs), [*experiment.settings, *case.own])
    except ConfigError:
        return False
    return twin.to_yaml() == case.chip.to_yaml()


def _text(file: Path) -> str:
    """What a file holds; nothing where it cannot be read, which the reader explains."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _entries(node: yaml.Node | None, where: str) -> dict[str, yaml.Node]:
    """The entries of a map by their keys."""
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{where}: {str(node.value)[:100]!r} found; expected a map of `key: value`")
    return {str(key.value): value for key, value in node.value}


def _alone(text: str, node: yaml.Node) -> str:
    """The text of one node at its own lines and columns."""
    start, end = node.start_mark.index, node.end_mark.index
    return re.sub(r"[^\r\n]", " ", text[:start]) + text[start:end]


def _value(text: str, nodes: dict[str, yaml.Node], key: str, where: str) -> Any:
    """A text, or a list of texts; None where the key is missing."""
    if key not in nodes:
        return None
    value = yaml.safe_load(_alone(text, nodes[key]))
    if key == "folder" and not isinstance(value, str):
        raise ConfigError(f"{where}: {value!r} found; expected a text")
    if key != "folder" and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        raise ConfigError(f"{where}: {value!r} found; expected a list of texts")
    return value


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _indented(text: str, columns: int) -> str:
    return "".join(f"{' ' * columns}{line}\n" if line else "\n" for line in text.splitlines())
