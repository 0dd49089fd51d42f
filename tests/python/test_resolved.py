# SPDX-License-Identifier: Apache-2.0
"""What a run writes as its resolved configuration runs again, to the byte."""

import shutil

import pytest
from command import ohmformer, refusal
from small_chip import CHIP

NETWORK = """\
source: test
family: gpt2
n_layers: 1
d_model: 64
d_ff: 128
n_heads: 2
vocabulary: 64
context: 64
"""
CHANGED = CHIP + "override: {macro.adc.bits: 6}\n"
EXPERIMENT = """\
title: again
chip: ./small.yaml
chips: 1
map: {packing: edge_blocks}
override: {macro.read.voltage: 0.1 V}
sweep: {macro.adc.bits: [8, 7]}
points:
  - {name: all, network: ./net.yaml, prompt: 8, generate: 2}
  - {name: slow, network: ./net.yaml, prompt: 8, generate: 2, override: {macro.read.time: 20 ns}}
"""
SAME = ("result.json", "table.csv", "timeline.json", "config.resolved.yaml", "report.html")


@pytest.fixture
def folder(tmp_path):
    """An experiment with a chip and a network of its own."""
    home = tmp_path / "home"
    home.mkdir()
    for name, text in (("experiment.yaml", EXPERIMENT), ("small.yaml", CHANGED), ("net.yaml", NETWORK)):
        (home / name).write_text(text)
    return home


def run(file, out, *more):
    found = ohmformer("run", file, "--out", out, "--quiet", *more)
    assert found.code == 0, found.err
    return out


def same(one, other):
    for name in SAME:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_a_resolved_configuration_runs_again_to_the_byte_from_another_folder(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    first = run("experiment.yaml", tmp_path / "first", "--set", "macro.input.slice_bits=2", "--set", "macro.read.time=5 ns", "--set", "title=set")
    (folder / "small.yaml").write_text("what the chip was does not count any more")
    (folder / "experiment.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    again = run("first/config.resolved.yaml", tmp_path / "again")
    same(first, again)
    assert "title: set" in (again / "config.resolved.yaml").read_text()
    assert "cases:" not in (again / "config.resolved.yaml").read_text()


def test_parts_that_a_file_had_changed_are_kept_where_a_sweep_replaces_them(folder, tmp_path):
    """small.yaml says 6 bits of whatever macro it has; a swept macro must keep them."""
    text = EXPERIMENT.replace("sweep: {macro.adc.bits: [8, 7]}", "sweep: {macro: [rram_128, rram_256]}")
    (folder / "experiment.yaml").write_text(text.replace("override: {macro.read.voltage: 0.1 V}\n", ""))
    first = run(folder, tmp_path / "first")
    assert "cases:" in (first / "config.resolved.yaml").read_text()
    shutil.copy(first / "config.resolved.yaml", tmp_path / "moved.yaml")
    same(first, run(tmp_path / "moved.yaml", tmp_path / "again"))


def test_a_resolved_configuration_can_be_checked_shown_and_set(folder, tmp_path):
    first = run(folder, tmp_path / "first")
    file = first / "config.resolved.yaml"
    for more in ((), ("--kind", "experiment")):
        assert ohmformer("check", file, *more).out == f"{file}: an experiment, and it is fine.\n"
    assert ohmformer("show", file).out == file.read_text()
    plain = run(folder, tmp_path / "plain", "--set", "macro.read.voltage=0.3 V", "--set", "fidelity=circuit")
    other = run(file, tmp_path / "other", "--set", "macro.read.voltage=0.3 V", "--set", "fidelity=circuit")
    assert (plain / "table.csv").read_bytes() == (other / "table.csv").read_bytes() != (first / "table.csv").read_bytes()


def test_faults_in_a_resolved_configuration_name_their_place(folder, tmp_path):
    file = run(folder, tmp_path / "first") / "config.resolved.yaml"
    good = file.read_text()
    lines = good.splitlines()
    faults = {
        "  seed: 1": ("  sead: 1", "sead: unknown key"),
        "  macros_per_tile: 96": ("  macros_per_tile: -96", "macros_per_tile: '-96' found"),
    }
    for right, (wrong, sentence) in faults.items():
        number = next(i for i, line in enumerate(lines) if line.endswith(right)) + 1
        file.write_text(good.replace(right, wrong, 1))
        found = refusal("check", file)
        assert sentence in found and f":{number}:" in found, found
    file.write_text(good.replace("chip:\n", "ship:\n", 1) if "\nchip:\n" not in good else good.replace("\nchip:\n", "\nship:\n"))
    assert "ship: unknown key" in refusal("run", file, "--out", tmp_path / "none") and not (tmp_path / "none").exists()
