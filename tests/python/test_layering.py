# SPDX-License-Identifier: Apache-2.0
"""A C++ file includes only its own layer or layers to its left, and no includes go in circles."""

import re
from pathlib import Path

LAYERS = ["core", "crossbar", "mapping", "python"]  # each may use itself and those before it
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def included(text: str) -> list[tuple[str, bool]]:
    """The paths that a C++ text includes, each with whether it stands in quotes."""
    found = INCLUDE.findall(BLOCK_COMMENT.sub("", text))
    return [(quoted or angled, bool(quoted)) for quoted, angled in found]


def include_graph(root: Path) -> dict[str, list[tuple[str, bool]]]:
    """Every C++ file of the layers with what it includes, by path from the repository root."""
    files = [f for layer in LAYERS for f in sorted((root / layer).rglob("*.[ch]*"))]
    sources = [f for f in files if f.suffix in {".cc", ".h"}]
    return {str(f.relative_to(root)): included(f.read_text()) for f in sources}


def layer_of(path: str) -> str:
    return path.split("/")[0]


def layering_faults(graph: dict[str, list[tuple[str, bool]]]) -> list[str]:
    """Includes to the right, includes of files that do not exist, and relative includes."""
    faults = []
    for file, includes in graph.items():
        allowed = LAYERS[: LAYERS.index(layer_of(file)) + 1]
        for path, quoted in includes:
            ours = layer_of(path) in LAYERS and "/" in path
            if ours and layer_of(path) not in allowed:
                faults.append(f"{file} includes {path}, but {layer_of(file)}/ uses only {allowed}")
            elif ours and path not in graph and path.endswith((".h", ".cc")):
                faults.append(f"{file} includes {path}, which does not exist")
            elif not ours and quoted and str(Path(file).parent / path) in graph:
                faults.append(f"{file} includes {path}; write it from the repository root")
    return faults


def first_cycle(graph: dict[str, list[str]]) -> list[str]:
    """One circle of files that include each other, or nothing."""
    finished: set[str] = set()

    def walk(file: str, trail: list[str]) -> list[str]:
        if file in trail:
            return [*trail[trail.index(file) :], file]
        if file in finished:
            return []
        for path in graph.get(file, []):
            if cycle := walk(path, [*trail, file]):
                return cycle
        finished.add(file)
        return []

    return next((cycle for file in graph if (cycle := walk(file, []))), [])


def test_layers_include_only_to_their_left(repository):
    faults = layering_faults(include_graph(repository))
    assert not faults, "\n".join(faults)


def test_no_file_includes_itself_through_others(repository):
    graph = include_graph(repository)
    cycle = first_cycle({file: [path for path, _ in paths] for file, paths in graph.items()})
    assert not cycle, " -> ".join(cycle)


def test_an_include_to_the_right_is_found():
    graph = {"core/a.cc": included('#include "mapping/b.h"\n'), "mapping/b.h": []}
    assert layering_faults(graph) == [
        "core/a.cc includes mapping/b.h, but core/ uses only ['core']"
    ]


def test_relative_and_missing_includes_are_found_and_comments_are_not():
    text = '/*\n#include "mapping/b.h"\n*/\n// #include "mapping/b.h"\n#include <vector>\n'
    assert included(text) == [("vector", False)]
    graph = {"core/a.cc": included('#include "b.h"\n # include <core/c.h>\n'), "core/b.h": []}
    assert len(layering_faults(graph)) == 2


def test_a_circle_is_found():
    assert first_cycle({"a": ["b"], "b": ["c", "d"], "c": [], "d": ["b"]}) == ["b", "d", "b"]
    assert first_cycle({"a": ["b", "c"], "b": ["c"], "c": []}) == []
