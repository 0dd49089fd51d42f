# SPDX-License-Identifier: Apache-2.0
"""Bytes of the Python standard library, pinned by content."""

import hashlib
import json
from pathlib import Path

import numpy as np

LIBRARY = Path("/usr/lib/python3.11")
MANIFEST = Path(__file__).resolve().with_name("stdlib_manifest.json")


def read_split(split: str, library: Path = LIBRARY) -> np.ndarray:
    """All bytes (uint8) of the files of one split, `train` or `held_out`, in name order.

    Raises ValueError if a file's SHA-256 differs from the manifest.
    """
    pinned = json.loads(MANIFEST.read_text(encoding="utf-8"))[split]
    return np.concatenate([_pinned_bytes(library / name, pinned[name]) for name in sorted(pinned)])


def windows(text: np.ndarray, count: int, length: int, random: np.random.Generator) -> np.ndarray:
    """Windows (count, length) int64 of consecutive bytes at uniformly drawn places."""
    starts = random.integers(0, len(text) - length + 1, count)
    return text[starts[:, None] + np.arange(length)].astype(np.int64)


def _pinned_bytes(path: Path, expected: str) -> np.ndarray:
    if not path.is_file():
        raise ValueError(
            f"{path}: no such file; expected Debian 12's package libpython3.11-stdlib."
        )
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ValueError(
            f"{path}: content has SHA-256 {found[:12]}..., the manifest pins {expected[:12]}...; "
            "install Debian 12's libpython3.11-stdlib 3.11.2-6+deb12u6."
        )
    return np.frombuffer(content, dtype=np.uint8)
