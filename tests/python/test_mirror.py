# SPDX-License-Identifier: Apache-2.0
"""Every C++ source has its test at the same place under tests/."""

from pathlib import Path

LAYERS = ["core", "crossbar", "mapping"]


def expected_test(source: Path) -> Path:
    """tests/<same path>/x_test.cc for <path>/x.cc."""
    return Path("tests") / source.with_name(source.stem + "_test.cc")


def test_every_source_has_its_test(repository):
    sources = [f for layer in LAYERS for f in sorted((repository / layer).rglob("*.cc"))]
    expected = [expected_test(source.relative_to(repository)) for source in sources]
    missing = [str(test) for test in expected if not (repository / test).is_file()]
    assert not missing, "sources without a test; expected: " + ", ".join(missing)


def test_the_build_finds_every_source(repository):
    """CMake looks into a layer and its folders, not deeper."""
    roots = [*LAYERS, *(f"tests/{layer}" for layer in LAYERS)]
    deep = [
        str(file.relative_to(repository))
        for root in roots
        for file in (repository / root).rglob("*.cc")
        if len(file.relative_to(repository / root).parts) > 2
    ]
    assert not deep, "too deep for the build (two levels of folders are enough): " + ", ".join(deep)


def test_the_expected_place_mirrors_the_source():
    assert expected_test(Path("crossbar/adc/sar.cc")) == Path("tests/crossbar/adc/sar_test.cc")
