# SPDX-License-Identifier: Apache-2.0
"""What `check`, `list` and `show` do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ohmformer import _core
from ohmformer.chip import Chip, MacroSpec
from ohmformer.errors import ArgumentError, ConfigError
from ohmformer.experiment import check_cases, load_experiment
from ohmformer.experiment.resolved import resolved_text
from ohmformer.network import Network
from ohmformer.overrides import Override
from ohmformer.results import to_json
from ohmformer.roots import config_roots, experiment_names, experiments_root, find_experiment, trained_folder, trained_names
from ohmformer.cli.terminal import console, grid

DONE = 0
COMPONENTS = {  # a key that no other kind has -> kind
    "wordline_driver": "periphery",
    "lanes": "digital",
    "flit_bits": "noc",
    "capacity": "dram",
    "beachfront": "link",
    "arrays": "attention",
}
KEYS = {  # the first of these that a file has tells its kind
    "experiment": "experiment",  # resolved, with its chip
    "points": "experiment",
    "peaks": "baseline",
    "mesh": "chip",
    "macros_per_tile": "chip",
    "family": "network",
    "d_model": "network",
    "weight": "macro",
    "adc": "macro",
    "g_max": "device",
    **COMPONENTS,
    "array": "macro",  # a periphery may have one too
}
FOLDERS = ("device", "macro", "chip", "baseline", "network")
KINDS = (*FOLDERS, "component", "experiment")
NO_KEYS = "holds no keys; expected a map of `key: value`"
LISTED = ("devices", "macros", "chips", "baselines", "networks", "experiments")


def check_command(file: str, kind: str | None, settings: list[Override], configs: list[Path], style: dict[str, Any]) -> int:
    """Validate one file fully; the reader's error says what is wrong."""
    kind = _refined(file, kind or kind_of(file))
    _CHECKS.get(kind, _check_plain)(file, kind, settings, configs)
    if Path(file).name != "config.json" and not _top_keys(Path(file)):
        raise ConfigError(f"{file}: {NO_KEYS}")
    if style["json"]:
        print(to_json({"file": file, "kind": kind, "valid": True}))
    elif not style["quiet"]:
        console().print(f"{file}: {_article(kind)} {kind}, and it is fine.", markup=False)
    return DONE


def list_command(kind: str | None, configs: list[Path], as_json: bool) -> int:
    """Print what there is, of one kind or of all."""
    if kind is not None and kind not in LISTED:
        raise ArgumentError(f"list {kind}: expected one of: {', '.join(LISTED)}{_core.did_you_mean(kind, list(LISTED))}")
    roots = config_roots(configs)
    found = {name: listed(name, roots) for name in ([kind] if kind else LISTED)}
    if as_json:
        print(to_json(found))
        return DONE
    screen = console()
    for name, rows in found.items():
        columns = list(rows[0]) if rows else ["name"]
        screen.print(grid(name.capitalize(), columns, [list(row.values()) for row in rows]), justify="left")
    return DONE


def show_command(name: str, kind: str | None, settings: list[Override], configs: list[Path], as_json: bool) -> int:
    """Print the resolved configuration of something listed, or of a file."""
    text, tree = resolved(name, kind, settings, configs)
    print(to_json(tree) if as_json else text.rstrip("\n"))
    return DONE


def kind_of(file: str) -> str:
    """What a YAML file is: by its keys, else by the folder it lies in.

    Raises ConfigError where neither tells, or what it holds cannot be read.
    """
    path = Path(file)
    if path.name == "config.json":
        return "network"
    if path.is_dir():
        raise ConfigError(f"{file}: a folder; expected a YAML file in it, or config.json of a network")
    if not path.is_file():
        raise ConfigError(f"{file}: no such file; expected a YAML file, or config.json of a network")
    _core.check_yaml(file)
    keys = _top_keys(path)
    if not keys:
        raise ConfigError(f"{file}: {NO_KEYS}")
    for key, kind in KEYS.items():
        if key in keys:
            return kind
    folder = path.resolve().parent.name
    if folder in KINDS:
        return folder
    raise ConfigError(f"{file}: cannot tell what it is; name its kind: --kind {' | '.join(KINDS)}")


def listed(kind: str, roots: list[Path]) -> list[dict[str, Any]]:
    """Rows of one kind: name and what describes it."""
    if kind == "networks":
        presets = [
            {"name": name, "parameters": f"{count:,}", "weights": "no", "source": source}
            for name, _, source, count in _core.network_presets(roots)
        ]
        return presets + [_trained(name) for name in trained_names()]
    if kind == "experiments":
        return [_experiment(name, roots) for name in experiment_names()]
    folder = kind.removesuffix("s")
    rows = []
    for name in _core.component_names(folder, roots):
        _, tree = _core.read_spec(folder, name, roots, [])
        rows.append({"name": name, "source": tree["source"]})
    return rows


def resolved(name: str, kind: str | None, settings: list[Override], configs: list[Path]) -> tuple[str, dict[str, Any]]:
    """YAML text and tree (SI) of something by its name or file."""
    roots = config_roots(configs)
    kind = kind or _kind_of_name(name, roots)
    if kind == "network" and _is_network(name):
        _refuse_settings(settings, name)
        network = Network.from_pretrained(name, configs)
        return network.to_yaml(), network.to_dict()
    if kind == "experiment":
        file = find_experiment(name)
        experiment = load_experiment(file, settings, configs)
        if experiment.parts.experiment:
            return resolved_text(experiment), {"experiment": experiment.spec, "chip": experiment.chip.to_dict()}
        return _core.read_spec("experiment", str(file), roots, [])
    return _core.read_spec(_refined(name, kind, roots), name, roots, settings)


def _kind_of_name(name: str, roots: list[Path]) -> str:
    if Path(name).suffix in (".yaml", ".yml"):
        return kind_of(name)
    found = [folder for folder in FOLDERS if name in _core.component_names(folder, roots)]
    if name in experiment_names():
        found.append("experiment")
    if name in _core.component_names("component", roots):
        found.append("component")
    if "network" not in found and _is_network(name):
        found.append("network")
    if len(found) > 1:
        raise ArgumentError(f"show {name}: there is a {' and a '.join(found)} of this name; name one: --kind {found[0]}")
    if found:
        return found[0]
    known = [entry for folder in (*FOLDERS, "component") for entry in _core.component_names(folder, roots)]
    known += [*experiment_names(), *trained_names()]
    raise ConfigError(
        f"show {name[:200]}: not found; expected a YAML file or a name from `ohmformer list`{_core.did_you_mean(name, known)}"
    )


def _is_network(name: str) -> bool:
    aliases = {alias for _, others, *_ in _core.network_presets(config_roots()) for alias in others}
    return name in aliases or name in trained_names() or Path(name).is_dir() or name.endswith(".json")


def _top_keys(path: Path) -> list[str]:
    """The keys of the file's outermost map; nothing where it is no YAML, which the reader explains."""
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return []
    if not isinstance(tree, yaml.MappingNode):
        return []
    return [key.value for key, _ in tree.value if isinstance(key, yaml.ScalarNode)]


def _refined(name: str, kind: str, roots: list[Path] | None = None) -> str:
    """A component's own kind; other kinds as they are."""
    if kind in (*FOLDERS, "experiment", *COMPONENTS.values()):
        return kind
    if kind != "component":
        raise ArgumentError(f"--kind {kind}: expected one of: {', '.join(KINDS)}{_core.did_you_mean(kind, list(KINDS))}")
    files = [Path(name), *(root / "component" / f"{name}.yaml" for root in roots or [])]
    keys = [key for file in files if file.is_file() for key in _top_keys(file)]
    found = [COMPONENTS[key] for key in keys if key in COMPONENTS]
    if not found:
        raise ConfigError(
            f"{name}: no component that is known; expected a periphery, digital unit, noc, dram, link or attention, with one of the keys "
            f"{', '.join(COMPONENTS)}"
        )
    return found[0]


def _check_experiment(file: str, kind: str, settings: list[Override], configs: list[Path]) -> None:
    check_cases(load_experiment(Path(file), settings, configs))


def _check_chip(file: str, kind: str, settings: list[Override], configs: list[Path]) -> None:
    Chip.load(_as_path(file), configs)._with(settings)


def _check_macro(file: str, kind: str, settings: list[Override], configs: list[Path]) -> None:
    MacroSpec.load(_as_path(file), configs)._with(settings)


def _check_network(file: str, kind: str, settings: list[Override], configs: list[Path]) -> None:
    _refuse_settings(settings, file)
    Network.from_pretrained(_as_path(file), configs)


def _check_plain(file: str, kind: str, settings: list[Override], configs: list[Path]) -> None:
    _core.read_spec(kind, _as_path(file), config_roots(configs), settings)


_CHECKS: dict[str, Callable[[str, str, list[Override], list[Path]], None]] = {
    "experiment": _check_experiment,
    "chip": _check_chip,
    "macro": _check_macro,
    "network": _check_network,
}


def _as_path(file: str) -> str:
    """A file, never a name: `./x` for `x`."""
    return file if "/" in file else f"./{file}"


def _refuse_settings(settings: list[Override], name: str) -> None:
    if settings:
        raise ArgumentError(f"{settings[0][2]}: {name} is a network, which cannot be changed; copy its YAML file instead")


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"


def _trained(name: str) -> dict[str, Any]:
    network = Network.from_pretrained(trained_folder(name))
    return {"name": name, "parameters": f"{network.parameters:,}", "weights": "yes", "source": "trained here; see its README.md"}


def _experiment(name: str, roots: list[Path]) -> dict[str, Any]:
    spec = _core.load_experiment(str(experiments_root() / name / "experiment.yaml"), roots, [])
    return {"name": name, "title": spec["title"]}
