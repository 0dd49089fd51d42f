# SPDX-License-Identifier: Apache-2.0
"""Values that replace what the files say: `macro.adc.bits` = 6."""

import json
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from ohmformer.errors import ArgumentError

Override = tuple[str, str, str]  # dotted key, YAML text, origin


def from_mapping(values: Mapping[str, Any], origin: str = "override") -> list[Override]:
    """Overrides from Python values; words stay words, lists become lists.

    >>> from_mapping({"macro.adc.bits": 6, "macro.device": "ideal"})
    [('macro.adc.bits', '6', 'override'), ('macro.device', '"ideal"', 'override')]
    """
    if not isinstance(values, Mapping):
        raise ArgumentError(
            f"override: {type(values).__name__} found; expected a dictionary such as {{'macro.adc.bits': 6}}"
        )
    for key in values:
        if not isinstance(key, str):
            raise ArgumentError(f"override: key {key!r} found; expected a dotted text such as 'macro.adc.bits'")
    return [(key, to_yaml(f"override: {key}", value), origin) for key, value in values.items()]


def from_settings(settings: Iterable[str]) -> list[Override]:
    """Overrides from `--set key=value`, the last first, for the last is the strongest.

    >>> from_settings(["macro.adc.bits=6"])
    [('macro.adc.bits', '6', '--set macro.adc.bits=6')]
    """
    found = []
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise ArgumentError(f"--set {setting}: expected key=value, such as --set macro.adc.bits=6")
        found.append((key.strip(), value.strip(), f"--set {setting}"))
    return found[::-1]


def to_yaml(where: str, value: Any) -> str:
    """A value from Python, NumPy's among them, as YAML in one line; JSON is YAML.

    >>> import numpy as np
    >>> to_yaml("mix", {"prompts": np.array([8]), "max_batch": np.int64(4)})
    '{"prompts": [8], "max_batch": 4}'
    """
    return json.dumps(plain(where, value), ensure_ascii=False)


def plain(where: str, value: Any) -> Any:
    """The same in types of Python alone; what no YAML of ours holds is an ArgumentError that says where."""
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(f"{where}.{name}", item) for name, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(where, value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(f"{where}[{number}]", item) for number, item in enumerate(value)]
    raise ArgumentError(
        f"{where}: {type(value).__name__} found; expected a number, a text with its unit, a word or a list"
    )
