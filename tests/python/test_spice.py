# SPDX-License-Identifier: Apache-2.0
"""SPICE decks of arrays: what ngspice prints for them against ohm.ir_drop."""

import re
import subprocess

import numpy as np
import ohmformer as ohm
import pytest

from command import ohmformer, refusal

ir_drop = ohm.ir_drop


def cells(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(1e-6, 1e-4, (rows, columns))


def spice(deck: str, folder) -> np.ndarray:
    """The currents that ngspice prints, in the order of the bitlines."""
    file = folder / "array.cir"
    file.write_text(deck)
    printed = subprocess.run(["ngspice", "-b", file], capture_output=True, text=True, check=True).stdout
    found = {int(j): float(i) for j, i in re.findall(r"i\(vout(\d+)\) = (\S+)", printed)}
    return np.array([found[j] for j in range(len(found))])


def test_ngspice_confirms_nonlinear_cells(tmp_path):
    g, v = cells(8, 6), np.random.default_rng(9).uniform(0.1, 0.4, 8)
    wires = {"r_wordline": 20.0, "r_bitline": 30.0, "r_driver": 100.0, "r_sense": 70.0}
    theirs = spice(ir_drop.driven_deck(g, v, **wires, v0=0.2), tmp_path)
    np.testing.assert_allclose(ir_drop.driven_currents(g, v, **wires, v0=0.2), theirs, rtol=1e-8)


EXPORT = ["export-spice", "--macro", "rram_128", "--rows", "9", "--columns", "5"]
WIRES = {"r_bitline": 3.0, "r_sense": 20.0, "r_sourceline": 2.0, "r_driver": 50.0}
SET = [part for name, ohms in WIRES.items() for part in ("--set", f"array.{name}={ohms} Ohm")]


def test_an_exported_gated_array_has_our_currents(tmp_path):
    g, x = cells(9, 5, seed=5), np.array([1, 0, 1, 1, 0, 1, 0, 1, 1])
    np.save(tmp_path / "g.npy", g)
    np.save(tmp_path / "x.npy", x)
    files = ["--g", tmp_path / "g.npy", "--x", tmp_path / "x.npy"]
    deck = ohmformer(*EXPORT, *SET, "--set", "array.topology=gated", *files)
    assert deck.code == 0, deck.err
    v_read = ohm.MacroSpec.load("rram_128").to_dict()["read"]["voltage"]
    np.testing.assert_allclose(spice(deck.out, tmp_path), ir_drop.gated_currents(g, x, v_read, **WIRES), rtol=1e-9)


def test_an_exported_driven_array_has_our_currents(tmp_path):
    g, x = cells(9, 5, seed=6), np.random.default_rng(7).uniform(0.0, 1.0, 9)
    np.save(tmp_path / "g.npy", g)
    np.save(tmp_path / "x.npy", x)
    files = ["--g", tmp_path / "g.npy", "--x", tmp_path / "x.npy"]
    driven = ["--set", "array.topology=driven", "--set", "array.r_wordline=4 Ohm"]
    deck = ohmformer(*EXPORT, *SET, *driven, *files)
    assert deck.code == 0, deck.err
    v_read = ohm.MacroSpec.load("rram_128").to_dict()["read"]["voltage"]
    ours = ir_drop.driven_currents(g, v_read * x, r_wordline=4.0, r_bitline=3.0, r_driver=50.0, r_sense=20.0)
    np.testing.assert_allclose(spice(deck.out, tmp_path), ours, rtol=1e-8)


def deck_of(tmp_path, g, *more: str):
    np.save(tmp_path / "g.npy", np.asarray(g))
    return ohmformer("export-spice", "--g", tmp_path / "g.npy", *more)


def test_an_exported_array_of_sinh_cells_has_our_currents(tmp_path):
    g = [[1e-4, 2e-5], [5e-5, 5e-6]]
    sinh = ("--macro", "rram_128", "--set", "device.iv.model=sinh", "--set", "device.iv.v0=0.1 V")
    deck = deck_of(tmp_path, g, *sinh, "--set", "array.topology=driven")
    wires = {"r_wordline": 5.6, "r_bitline": 1.9, "r_driver": 100.0, "r_sense": 50.0}
    ours = ir_drop.driven_currents(g, [0.2, 0.2], **wires, v0=0.1)
    np.testing.assert_allclose(spice(deck.out, tmp_path), ours, rtol=1e-8)
    one = deck_of(tmp_path, [[1e-4]], *sinh, "--set", "array.r_driver=0 Ohm", "--set", "array.r_sense=0 Ohm")
    np.testing.assert_allclose(spice(one.out, tmp_path), [1e-5 * np.sinh(2.0)], rtol=1e-8)


MILO = ("--macro", "rram_128", "--set", "device=milo_2021", "--set", "array.topology=driven")


def test_an_exported_array_of_milos_cells_has_their_currents(tmp_path):
    ends = [part for end in ("driver", "sense") for part in ("--set", f"array.r_{end}=0 Ohm")]
    lines = [part for line in ("wordline", "bitline") for part in ("--set", f"array.r_{line}=0 Ohm")]
    deck = deck_of(tmp_path, [[7e-5, 1e-4], [2e-4, 0.0]], *MILO, *ends, *lines)
    cells_alone = ohm.Device.load("milo_2021").current([[7e-5, 1e-4], [2e-4, 0.0]], 0.2)
    np.testing.assert_allclose(spice(deck.out, tmp_path), cells_alone.sum(axis=0), rtol=1e-8)
    assert "0.5 V" in refusal("export-spice", *MILO, "--rows", "2", "--set", "read.voltage=0.6 V")
    gated = refusal("export-spice", *MILO, "--rows", "2", "--set", "array.topology=gated")
    assert gated.startswith("device.iv.model: milo_2021 found")


@pytest.mark.parametrize(
    ("macro", "said"), [("neurram", "array.sensing: voltage found"), ("digital_mac_22nm", "engine.kind: digital found")]
)
def test_an_export_refuses_what_a_deck_does_not_have(macro, said):
    assert refusal("export-spice", "--macro", macro).startswith(said)


def test_an_export_refuses_more_cells_than_the_macro_has(tmp_path):
    np.save(tmp_path / "g.npy", np.full((129, 3), 1e-5))
    large = ["export-spice", "--macro", "rram_128", "--g", tmp_path / "g.npy"]
    assert "129 wordlines and 3 bitlines found" in refusal(*large)
    assert ohmformer(*large, "--rows", "128").code == 0


def test_an_export_lands_in_its_file_and_repeats_for_a_seed(tmp_path):
    file = tmp_path / "array.cir"
    written = ohmformer(*EXPORT, "--seed", "3", "--out", file)
    assert written.code == 0 and "ngspice -b" in written.out
    assert file.read_text() == ohmformer(*EXPORT, "--seed", "3").out
    assert file.read_text() != ohmformer(*EXPORT, "--seed", "4").out
    chip = ohmformer("export-spice", "--chip", "rram_22nm", "--rows", "2", "--columns", "2")
    assert chip.code == 0 and chip.out.startswith("* ") and chip.out.endswith(".end\n")


def test_bad_files_are_refused(tmp_path):
    bad = tmp_path / "bad.npy"
    bad.write_bytes(b"no array")
    assert "bad.npy" in refusal(*EXPORT, "--g", bad) and "pickle" not in refusal(*EXPORT, "--g", bad)
    np.save(tmp_path / "g.npy", np.full((9, 5), -1.0))
    assert "g[0, 0]" in refusal(*EXPORT, "--g", tmp_path / "g.npy")
    np.save(tmp_path / "x.npy", np.full(9, 2))
    assert refusal(*EXPORT, "--set", "array.topology=gated", "--x", tmp_path / "x.npy").startswith("x: ")
    np.save(tmp_path / "x.npy", np.ones(3))
    assert "3 inputs found" in refusal(*EXPORT, "--x", tmp_path / "x.npy")
    np.savez(tmp_path / "several.npz", np.ones(3))
    assert "several.npz" in refusal(*EXPORT, "--g", tmp_path / "several.npz")
    assert "no/such" in refusal(*EXPORT, "--out", tmp_path / "no" / "such" / "deck.cir")
