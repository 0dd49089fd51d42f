# SPDX-License-Identifier: Apache-2.0
"""Housekeeping of the sources: licence lines, names that say something, folders one can survey."""

import re
from pathlib import Path

FOLDERS = [".ci", "cmake", "configs", "core", "crossbar", "experiments", "mapping", "python", "tests"]
SUFFIXES = {".cc", ".h", ".py", ".yaml", ".yml", ".cmake", ".toml"}
NAMES = {"CMakeLists.txt", "Makefile", ".clang-tidy"}
LICENCE = re.compile(r"^(//|#) SPDX-License-Identifier: Apache-2\.0$")
BANNED = re.compile(r"(^|_)(utils?|helpers?|managers?|params?|misc|common|data|infos?)(_|$)")
MOST_SOURCES = 25  # in one folder; a header and its source count once


def licensed_files(root: Path) -> list[Path]:
    """Every file that must carry the licence line, tracked or not."""
    below = [f for folder in FOLDERS for f in (root / folder).rglob("*") if f.is_file()]
    files = [f for f in [*root.iterdir(), *below] if f.is_file() and ".new." not in f.name]
    return [f for f in files if f.suffix in SUFFIXES or f.name in NAMES or f.parent.name == ".ci"]


def has_licence(text: str) -> bool:
    """Whether the first line, or the second after a #! line, is the licence."""
    lines = text.split("\n", 2)[:2]
    return bool(LICENCE.match(lines[1] if text.startswith("#!") and lines[1:] else lines[0]))


def crowded(sources: list[Path]) -> list[Path]:
    """The folders that hold too many sources."""
    stems = {source.with_suffix("") for source in sources}
    folders = sorted({stem.parent for stem in stems})
    return [f for f in folders if sum(stem.parent == f for stem in stems) > MOST_SOURCES]


def sources_of_layers(root: Path) -> list[Path]:
    layers = ["core", "crossbar", "mapping", "python"]
    files = [f for layer in layers for f in (root / layer).rglob("*")]
    return [f.relative_to(root) for f in files if f.suffix in {".cc", ".h", ".py"}]


def test_every_source_names_its_licence(repository):
    files = licensed_files(repository)
    assert len(files) > 20
    bare = [str(f.relative_to(repository)) for f in files if not has_licence(f.read_text())]
    assert not bare, "without an SPDX line: " + ", ".join(sorted(bare))


def test_names_say_what_a_file_holds(repository):
    sources = sources_of_layers(repository)
    vague = [str(f) for f in sources if any(BANNED.search(part) for part in f.with_suffix("").parts)]
    assert not vague, "names that say nothing: " + ", ".join(sorted(vague))


def test_no_folder_is_crowded(repository):
    full = [str(folder) for folder in crowded(sources_of_layers(repository))]
    assert not full, f"more than {MOST_SOURCES} sources; split by concept: " + ", ".join(full)


def test_the_licence_stands_first_or_after_the_interpreter():
    line = "# SPDX-License-Identifier: Apache-2.0\n"
    assert has_licence(line + "x")
    assert has_licence("#!/bin/sh\n" + line)
    assert not has_licence("\n" + line)
    assert not has_licence("")
    assert not has_licence("#!/bin/sh")


def test_banned_words_are_found_as_words_only():
    assert BANNED.search("string_utils") and BANNED.search("common")
    assert not BANNED.search("dataset") and not BANNED.search("information")


def test_crowding_counts_a_header_and_its_source_once():
    names = [f"core/x{i}" for i in range(MOST_SOURCES)]
    files = [Path(name + suffix) for name in names for suffix in (".cc", ".h")]
    assert crowded(files) == []
    assert crowded([*files, Path("core/y.h")]) == [Path("core")]
