# SPDX-License-Identifier: Apache-2.0
"""Where named configurations, networks and experiments lie: in the package, or in the checkout."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ohmformer._core import did_you_mean
from ohmformer.checks import items
from ohmformer.errors import ArgumentError, ConfigError

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parents[1]
Folder = str | Path


def _shipped(name: str) -> Path:
    """The folder inside the package, or the one of the checkout that the package lies in."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else CHECKOUT / name


def config_roots(configs: Iterable[Folder] = ()) -> list[Path]:
    """Folders that hold device/, macro/, chip/, …; those of the user come first.

    >>> [(root / "chip" / "rram_22nm.yaml").is_file() for root in config_roots()]
    [True]
    """
    own = folders(configs)
    for folder in own:
        if not folder.is_dir():
            raise ConfigError(
                f"--configs {folder}: no such folder; expected one that holds chip/, macro/ or device/"
            )
    return [*own, _shipped("configs")]


def folders(configs: Any) -> list[Path]:
    """The folders of the user, of which there may be one alone.

    >>> folders(["a", Path("b")]), folders("a") == [Path("a")]
    ([PosixPath('a'), PosixPath('b')], True)
    """
    expected = "the paths of folders"
    found = [configs] if isinstance(configs, (str, Path)) else items(configs, "configs", expected)
    for folder in found:
        if not isinstance(folder, (str, Path)):
            raise ArgumentError(f"configs: {repr(folder)[:100]} found; expected {expected}")
    return [Path(folder) for folder in found]


def experiments_root() -> Path:
    """The folder of the shipped experiments."""
    return _shipped("experiments")


def experiment_names() -> list[str]:
    """Names of the shipped experiments.

    >>> "first_light" in experiment_names()
    True
    """
    return sorted(file.parent.name for file in experiments_root().glob("*/experiment.yaml"))


def trained_names() -> list[str]:
    """Names of the trained networks that come with the package."""
    return sorted(file.parent.name for file in (experiments_root() / "models").glob("*/config.json"))


def trained_folder(name: str) -> Path:
    """The folder of a trained network."""
    return experiments_root() / "models" / name


def find_experiment(name: str) -> Path:
    """The experiment.yaml that a name, a folder or a file means.

    >>> find_experiment("first_light").name
    'experiment.yaml'
    """
    if name in experiment_names():
        return experiments_root() / name / "experiment.yaml"
    path = Path(name)
    if path.is_dir():
        path /= "experiment.yaml"
    if path.is_file() or name.endswith((".yaml", ".yml")):
        return path  # the reader says what is wrong with a missing file
    known = experiment_names()
    raise ConfigError(
        f"experiment '{name[:200]}' not found; expected an experiment.yaml, a folder that holds one, or one of: "
        f"{', '.join(known)}{did_you_mean(name, known)}"
    )
