# SPDX-License-Identifier: Apache-2.0
"""Planted faults, one each: exit code 2, one sentence with file, line, key and the mend, nothing written."""

import json
import shutil
import struct
from pathlib import Path

import pytest
from command import ohmformer, refusal
from small_chip import CHIP

MACRO = """\
device: wan_2022
array:
  n_wordlines: 128
  n_bitlines: 128
weight: {bits: 8, slice_bits: [2, 2, 2, 2]}
input: {bits: 8, slice_bits: 1}
read: {voltage: 0.2 V, time: 10 ns}
adc: {kind: uniform, bits: 8, range: max}
periphery: periphery_22nm
"""
EXPERIMENT = """\
title: test
chip: rram_22nm
chips: 1
points:
  - {name: digits, network: digits_vit, task: images, samples: 1}
"""
# fault: (text, what replaces what, what the sentence says)
CHIP_FAULTS = {
    "misspelt key": ("source: test", "sauce: test", ["chip.yaml:1:1: sauce: unknown key; did you mean 'source'?"]),
    "misspelt nested key": ("{columns", "{colour: 2, columns", ["chip.yaml:3:8: mesh.colour: unknown key"]),
    "missing key": ("macros_per_tile: 96\n", "", ["chip.yaml:1:1: macros_per_tile: missing; expected macros in a tile"]),
    "missing nested key": ("{columns: 4, rows: 4}", "{columns: 4}", ["mesh.rows: missing"]),
    "zero size": ("rows: 4", "rows: 0", ["chip.yaml:3:", "mesh.rows: '0' found; expected a whole number from 1"]),
    "negative size": ("rows: 4", "rows: -4", ["mesh.rows: '-4' found"]),
    "fraction of a tile": ("rows: 4", "rows: 4.5", ["mesh.rows: '4.5' found; expected a whole number"]),
    "NaN size": ("rows: 4", "rows: .nan", ["mesh.rows: '.nan' found"]),
    "huge size": ("rows: 4", "rows: 99999999999999999999", ["mesh.rows:"]),
    "bare number": ("64 KiB", "65536", ["chip.yaml:5:", "buffer.capacity", "65536"]),
    "wrong unit": ("64 KiB", "64 V", ["buffer.capacity", "64 V"]),
    "unknown unit": ("64 KiB", "64 kibble", ["buffer.capacity", "kibble"]),
    "NaN quantity": ("64 KiB", "nan B", ["buffer.capacity"]),
    "negative quantity": ("64 KiB", "-64 KiB", ["buffer.capacity", "'-64 KiB' is out of range"]),
    "unknown macro": ("rram_128", "rram_182", ["chip.yaml:2:8: macro: macro 'rram_182' not found", "'rram_128'"]),
    "missing macro file": ("rram_128", "./no/such.yaml", ["macro './no/such.yaml' not found"]),
    "unknown component": ("noc_22nm", "noc_23nm", ["chip.yaml:7:", "'noc_22nm'"]),
    "list for a map": ("{columns: 4, rows: 4}", "[4, 4]", ["chip.yaml:3:", "expected a map"]),
    "number for a map": ("{columns: 4, rows: 4}", "16", ["mesh: '16' found; expected a map"]),
    "repeated key": ("source: test", "source: a\nsource: b", ["chip.yaml:2:1: 'source': given twice"]),
    "unclosed bracket": ("rows: 4}", "rows: 4", ["not valid YAML", "check indentation"]),
    "tab": ("macro: rram_128", "macro:\n\t- a", ["not valid YAML"]),
    "NUL byte": ("source: test", "source: te\0st", ["binary"]),
    "includes itself": ("macro: rram_128", "macro: ./chip.yaml", ["chip.yaml", "unknown key"]),
    "unknown word": ("source: test", "source: test\nhead: cossbar", ["head: 'cossbar' found", "'crossbar'"]),
    "override of nothing": ("source: test", "source: test\noverride: {macro.adc.bitz: 6}", ["chip.yaml:2:", "'macro.adc.bits'"]),
    "override that is no map": ("source: test", "source: test\noverride: 7", ["override: expected a map of dotted keys"]),
}
MACRO_FAULTS = {
    "too many active rows": ("n_wordlines: 128", "n_wordlines: 64", ["macro.yaml:3:", "array.rows_active: 128 exceeds n_wordlines, 64"]),
    "slices that do not add up": ("[2, 2, 2, 2]", "[2, 2]", ["macro.yaml:5:", "weight.slice_bits"]),
    "empty slices": ("[2, 2, 2, 2]", "[]", ["weight.slice_bits"]),
    "slice of zero bits": ("[2, 2, 2, 2]", "[2, 0, 2, 2]", ["weight.slice_bits: '0' found"]),
    "more bits per step than bits": ("slice_bits: 1", "slice_bits: 9", ["input.slice_bits"]),
    "one-bit weights of eight bits": ("weight: {bits: 8", "weight: {encoding: xnor, bits: 8", ["macro.yaml:5:", "xnor", "bits: 1"]),
    "unknown ADC": ("kind: uniform", "kind: sigma_delta", ["macro.yaml:8:", "adc.kind: 'sigma_delta' found; expected one of: "]),
    "no ADC bits": ("bits: 8, range", "bits: 0, range", ["adc.bits: '0' found"]),
    "array too narrow": ("n_bitlines: 128", "n_bitlines: 4\n  columns_per_adc: 1", ["one weight takes 8 bitlines"]),
    "device out of its fitted range": ("device: wan_2022", "device: wan_2022\noverride: {device.g_max: 90 uS}", ["g_max"]),
    "inline device of no kind": ("device: wan_2022", "device: {kind: memristor}", ["macro.yaml:1:", "device.kind: 'memristor' found"]),
    "negative voltage": ("0.2 V", "-0.2 V", ["read.voltage"]),
    "time in volts": ("10 ns", "10 nV", ["macro.yaml:7:", "read.time"]),
}
EXPERIMENT_FAULTS = {
    "no points": (EXPERIMENT[EXPERIMENT.index("points") :], "points: []\n", ["points: empty"]),
    "unknown chip": ("rram_22nm", "rram_22mn", ["'rram_22nm'"]),
    "unknown network": ("digits_vit", "digit_vit", ["points[0].network: network 'digit_vit' not found", "'digits_vit'"]),
    "unknown task": ("task: images", "task: image", ["exp.yaml:5:", "points[0].task: 'image' found", "'images'"]),
    "unknown fidelity": ("chips: 1", "chips: 1\nfidelity: circuitry", ["exp.yaml:4:", "did you mean 'circuit'"]),
    "no chips": ("chips: 1", "chips: 0", ["exp.yaml:3:", "chips: '0' found; expected a whole number from 1"]),
    "negative seed": ("chips: 1", "chips: 1\nseed: -1", ["seed: '-1' found"]),
    "override of nothing": ("chips: 1", "chips: 1\noverride: {macro.adc.bitz: 6}", ["exp.yaml:4:", "'macro.adc.bits'"]),
    "sweep without a list": ("chips: 1", "chips: 1\nsweep: {macro.adc.bits: 6}", ["exp.yaml:4:", "expected a list of values"]),
    "sweep out of range": ("chips: 1", "chips: 1\nsweep: {macro.adc.bits: [8, 99]}", ["exp.yaml:4:", "macro.adc.bits: '99' found"]),
    "missing data": ("samples: 1", "samples: 1, data: nope.safetensors", ["nope.safetensors"]),
    "no weights": ("digits_vit", "vit-small", ["network vit-small-patch16-224 has no weights to score"]),
    "chip too small": ("chips: 1", "chips: 1\noverride: {mesh.columns: 1, mesh.rows: 1, macros_per_tile: 1}", ["needs", "tiles", "enlarge mesh"]),
    "wrong task": ("task: images", "task: language", ["eval.safetensors", "tokens"]),
}


def planted(folder: Path, name: str, text: str, fault: tuple) -> Path:
    """The file with the fault."""
    old, new, _ = fault
    assert old in text
    file = folder / name
    file.write_bytes(text.replace(old, new, 1).encode())
    return file


def expect(sentence: str, parts: list[str]) -> None:
    missing = [part for part in parts if part not in sentence]
    assert not missing, f"{missing} not in: {sentence}"


@pytest.mark.parametrize("fault", CHIP_FAULTS.values(), ids=CHIP_FAULTS.keys())
def test_a_fault_in_a_chip_is_named(fault, tmp_path):
    file = planted(tmp_path, "chip.yaml", CHIP, fault)
    for command in (["check", file, "--kind", "chip"], ["fit", "--network", "vit-small", "--chip", file]):
        sentence = refusal(*command)
        expect(sentence, [*fault[2], "chip.yaml"])


@pytest.mark.parametrize("fault", MACRO_FAULTS.values(), ids=MACRO_FAULTS.keys())
def test_a_fault_in_a_macro_is_named(fault, tmp_path):
    file = planted(tmp_path, "macro.yaml", MACRO, fault)
    expect(refusal("check", file, "--kind", "macro"), [*fault[2], "macro.yaml"])


@pytest.mark.parametrize(
    "fault", EXPERIMENT_FAULTS.values(), ids=EXPERIMENT_FAULTS.keys()
)
def test_a_fault_in_an_experiment_is_named_and_nothing_is_written(fault, tmp_path):
    file = planted(tmp_path, "exp.yaml", EXPERIMENT, fault)
    out = tmp_path / "out"
    expect(refusal("run", file, "--out", out, "--quiet"), fault[2])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["exp.yaml"]


def test_points_of_the_same_name_are_refused(tmp_path):
    point = "  - {name: a, network: digits_vit, task: images, samples: 1}\n"
    file = tmp_path / "exp.yaml"
    file.write_text("title: t\nchip: rram_22nm\npoints:\n" + 2 * point)
    expect(refusal("run", file), ["points: a stands there twice"])


def test_files_without_faults_pass(tmp_path):
    for name, kind, text in (("c", "chip", CHIP), ("m", "macro", MACRO), ("e", "experiment", EXPERIMENT)):
        file = tmp_path / f"{name}.yaml"
        file.write_text(text)
        assert ohmformer("check", file).out == f"{file}: {'an' if kind[0] == 'e' else 'a'} {kind}, and it is fine.\n"


# --- networks ------------------------------------------------------------------------------------


@pytest.fixture
def folder(repository, tmp_path) -> Path:
    """A copy of a tiny network with weights."""
    copy = tmp_path / "net"
    shutil.copytree(repository / "tests" / "golden" / "gpt2_tiny", copy)
    return copy


def refused_network(folder: Path) -> str:
    sentence = refusal("fit", "--network", folder, "--chip", "rram_22nm")
    assert "net/" in sentence
    return sentence


CONFIG_FAULTS = {
    "no JSON": (lambda text: text[:40], ["config.json", "JSON"]),
    "empty": (lambda text: "", ["config.json"]),
    "a list": (lambda text: "[]", ["config.json"]),
    "no model type": (lambda text: text.replace('"model_type"', '"model_typo"'), ["config.json", "model_type"]),
    "unknown model type": (lambda text: text.replace('"gpt2"', '"mamba"'), ["config.json", "mamba"]),
    "negative width": (lambda text: changed(text, n_embd=-32), ["config.json", "n_embd"]),
    "word for a number": (lambda text: changed(text, n_layer="two"), ["config.json", "n_layer"]),
    "heads that do not divide": (lambda text: changed(text, n_head=3), ["config.json", "n_head"]),
    "another width than the weights": (lambda text: changed(text, n_embd=64), ["model.safetensors", "shape"]),
    "more layers than the weights": (lambda text: changed(text, n_layer=9), ["model.safetensors"]),
}


def changed(text: str, **values) -> str:
    return json.dumps(json.loads(text) | values)


@pytest.mark.parametrize(("change", "parts"), CONFIG_FAULTS.values(), ids=CONFIG_FAULTS.keys())
def test_a_fault_in_config_json_is_named(change, parts, folder):
    file = folder / "config.json"
    file.write_text(change(file.read_text()))
    expect(refused_network(folder), parts)


def header(tree: object) -> bytes:
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return struct.pack("<Q", len(text)) + text


def entry(begin: int, end: int, shape: list[int], dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


WEIGHT_FAULTS = {
    "empty": b"",
    "seven bytes": b"1234567",
    "header longer than the file": struct.pack("<Q", 10**6) + b"{}",
    "header of 2^63 bytes": struct.pack("<Q", 2**63) + b"{}",
    "header of all ones": b"\xff" * 64,
    "no JSON": header(b"{not json"),
    "no object": header([1, 2]),
    "negative offset": header({"a": entry(-4, 4, [2])}) + bytes(8),
    "offset past the end": header({"a": entry(0, 1 << 40, [1 << 38])}) + bytes(8),
    "overlapping tensors": header({"a": entry(0, 8, [2]), "b": entry(4, 12, [2])}) + bytes(12),
    "a hole": header({"a": entry(0, 4, [1]), "b": entry(8, 12, [1])}) + bytes(12),
    "shape and offsets disagree": header({"a": entry(0, 8, [3])}) + bytes(8),
    "overflowing shape": header({"a": entry(0, 8, [2**62, 2**62])}) + bytes(8),
    "unknown type": header({"a": entry(0, 8, [2], "F31")}) + bytes(8),
    "duplicate names": header(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}') + bytes(8),
    "deep nesting": header(b"[" * 5000 + b"]" * 5000),
    "bytes that are no UTF-8": header(b'{"\xff\xfe":1}'),
    "other tensors": header({"a": entry(0, 8, [2])}) + bytes(8),
}


@pytest.mark.parametrize("content", WEIGHT_FAULTS.values(), ids=WEIGHT_FAULTS.keys())
def test_hostile_weights_are_refused(content, folder):
    (folder / "model.safetensors").write_bytes(content)
    expect(refused_network(folder), ["model.safetensors"])


def test_truncated_weights_are_refused(folder):
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    for keep in (len(whole) - 1, len(whole) // 2, 100, 8):
        file.write_bytes(whole[:keep])
        expect(refused_network(folder), ["model.safetensors"])


def test_weights_that_are_not_finite_are_refused(folder):
    file = folder / "model.safetensors"
    whole = bytearray(file.read_bytes())
    start = 8 + struct.unpack("<Q", whole[:8])[0]
    whole[start:] = b"\xff" * (len(whole) - start)
    file.write_bytes(bytes(whole))
    expect(refused_network(folder), ["model.safetensors", "not finite"])


def test_weights_that_are_a_folder_or_a_broken_link_are_refused(folder):
    file = folder / "model.safetensors"
    file.unlink()
    file.mkdir()
    expect(refused_network(folder), ["model.safetensors"])
    file.rmdir()
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"wte.weight": "../secret.safetensors"}}')
    expect(refused_network(folder), ["safetensors"])


def test_a_folder_without_config_is_refused(folder):
    (folder / "config.json").unlink()
    expect(refused_network(folder), ["config.json"])


# --- calls ---------------------------------------------------------------------------------------

FIT = ["fit", "--network", "vit-small", "--chip", "rram_22nm"]
ESTIMATE = ["estimate", "--network", "gpt2-small", "--chip", "rram_22nm"]
CALLS = {
    "unknown command": (["fitt"], ["No such command 'fitt'"]),
    "no command": ([], ["Missing command"]),
    "unknown option": ([*FIT, "--frobnicate"], ["No such option"]),
    "missing option": (["fit", "--chip", "rram_22nm"], ["--network"]),
    "unknown network": (["fit", "--network", "gtp2", "--chip", "rram_22nm"], ["network 'gtp2' not found", "'gpt2'"]),
    "unknown chip": (["fit", "--network", "gpt2", "--chip", "rram_22"], ["chip 'rram_22' not found", "'rram_22nm'"]),
    "empty network": (["fit", "--network", "", "--chip", "rram_22nm"], ["network '' not found"]),
    "endless name": (["fit", "--network", "x" * 10000, "--chip", "rram_22nm"], ["File name too long"]),
    "endless path": (["fit", "--network", "gpt2", "--chip", "x" * 10000 + ".yaml"], ["not found"]),
    "set without a value": ([*FIT, "--set", "macro.adc.bits"], ["--set macro.adc.bits: expected key=value"]),
    "set of nothing": ([*FIT, "--set", "macro.adc.bitz=6"], ["--set macro.adc.bitz=6", "'macro.adc.bits'"]),
    "set of no YAML": ([*FIT, "--set", "macro.adc.bits=[6"], ["--set macro.adc.bits=[6", "not valid YAML"]),
    "set out of range": ([*FIT, "--set", "macro.adc.bits=-1"], ["--set macro.adc.bits=-1", "'-1' found"]),
    "set without a unit": ([*FIT, "--set", "macro.read.voltage=0.2"], ["macro.read.voltage", "0.2"]),
    "set of NaN": ([*FIT, "--set", "macro.adc.noise=nan"], ["macro.adc.noise"]),
    "prompt beyond the context": ([*ESTIMATE, "--prompt", "2000"], ["prompt 2000", "context is 1024"]),
    "prompt and answer beyond it": ([*ESTIMATE, "--prompt", "1000", "--generate", "100"], ["shorten"]),
    "no batch": ([*ESTIMATE, "--batch", "0"], ["batch 0; expected 1 to"]),
    "negative prompt": ([*ESTIMATE, "--prompt", "-1"], ["prompt"]),
    "prompt that is a word": ([*ESTIMATE, "--prompt", "many"], ["--prompt"]),
    "prompt beyond all numbers": ([*ESTIMATE, "--prompt", "9" * 30], ["prompt"]),
    "an image's prompt": (["estimate", "--network", "vit-small", "--chip", "rram_22nm", "--prompt", "5"], ["image"]),
    "chip too small": (["estimate", "--network", "gpt2-xl", "--chip", "rram_22nm", "--fidelity", "events"], ["needs", "tiles"]),
    "no configs": ([*FIT, "--configs", "/no/such"], ["--configs /no/such: no such folder"]),
    "list of what": (["list", "chip"], ["list chip: expected one of", "'chips'"]),
    "show nothing": (["show", "rram_12"], ["not found", "'rram_128'"]),
    "show of a wrong kind": (["show", "rram_128", "--kind", "macros"], ["--kind macros", "'macro'"]),
    "check of nothing": (["check", "/no/such.yaml"], ["/no/such.yaml: no such file"]),
    "check of a folder": (["check", "/"], ["/: a folder; expected a YAML file"]),
    "run of nothing": (["run", "first_ligth"], ["'first_light'"]),
    "run of a missing file": (["run", "/no/such.yaml"], ["/no/such.yaml"]),
    "workers": (["run", "first_light", "--workers", "-1"], ["--workers"]),
    "set of an experiment": (["run", "first_light", "--set", "chips=0"], ["--set chips=0", "chips: '0' found"]),
    "set of a sweep's chip": (["run", "first_light", "--set", "macro.adc.bitz=6"], ["'macro.adc.bits'"]),
    "validate nothing known": (["validate", "isaak"], ["no such target", "'isaac'"]),
    "compare nothing known": (["compare", "rram_22nm", "rram_22mn"], ["'rram_22nm'"]),
    "compare with a wrong option": (["compare", "rram_22nm", "--x"], ["--x"]),
    "claim": (["claim"], ["not in this version"]),
    "deck of nothing": (["export-spice"], ["--chip and --macro"]),
    "deck of two things": (["export-spice", "--chip", "rram_22nm", "--macro", "rram_128"], ["--chip and --macro"]),
    "deck of an unknown macro": (["export-spice", "--macro", "rram_12"], ["'rram_128'"]),
    "deck of too many rows": (["export-spice", "--macro", "rram_128", "--rows", "129"], ["--rows: 129", "1 to 128"]),
    "deck of no columns": (["export-spice", "--macro", "rram_128", "--columns", "0"], ["--columns: 0"]),
    "deck of a missing file": (["export-spice", "--macro", "rram_128", "--g", "/no/such.npy"], ["/no/such.npy"]),
    "json and quiet": ([*FIT, "--json", "--quiet"], ["--json and --quiet"]),
}


@pytest.mark.parametrize(("arguments", "parts"), CALLS.values(), ids=CALLS.keys())
def test_a_wrong_call_is_refused_in_one_sentence(arguments, parts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expect(refusal(*arguments), parts)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff", b"\xff\xfe{", b"- a\n- b\n", b"", b"[" * 200, b"&a [*a, *a]"])
def test_files_that_are_no_configuration_are_refused(content, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    for kind in ("device", "macro", "chip", "network", "experiment"):
        assert "x.yaml" in refusal("check", file, "--kind", kind)
    assert "x.yaml" in refusal("check", file)


BROKEN = {
    "syntax": (b"device: [", "x.yaml:1:1: not valid YAML: end of sequence"),
    "key twice": (b"some: 1\nsome: 2\n", "x.yaml:2:1: 'some': given twice"),
    "binary": (b"\x00\x01", "x.yaml: binary; expected YAML in UTF-8"),
    "empty": (b"", "x.yaml: holds no keys"),
    "list": (b"- a\n", "x.yaml: holds no keys"),
    "unknown": (b"some: 1\n", "x.yaml: cannot tell what it is; name its kind: --kind"),
}


@pytest.mark.parametrize(("content", "part"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_wrong_with_a_file_is_said_without_its_kind(content, part, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    expect(refusal("check", file), [part])


def test_an_output_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    file = tmp_path / "exp.yaml"
    file.write_text(EXPERIMENT)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("mine")
    expect(refusal("run", file, "--out", file), ["is a file; expected a folder"])
    expect(refusal("run", file, "--out", tmp_path / "full"), ["holds other files"])
    expect(refusal("run", file, "--out", file / "below"), ["exp.yaml"])
    expect(refusal("run", file, "--out", "/proc/results"), ["/proc"])
    assert (tmp_path / "full" / "precious").read_text() == "mine"


def test_expectations_are_checked_before_any_work(tmp_path):
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT)
    expected = tmp_path / "expected.yaml"
    for text, part in {
        "7": "expected a list",
        "- {point: a}": "expected a map with point, key",
        "- {point: a, key: b, valu: 1}": "valu: unknown key",
        "- {point: a, key: b, value: 1}": "either tolerance or relative",
        "- {point: a, key: b, at_least: x}": "at_least: 'x' found; expected a number",
        "- [": "not valid YAML",
    }.items():
        expected.write_text(text)
        expect(refusal("run", tmp_path), ["expected.yaml", part])


def test_a_network_without_scikit_learn_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    file = tmp_path / "exp.yaml"
    file.write_text(EXPERIMENT.replace("images", "digits"))
    expect(refusal("run", file, "--out", tmp_path / "out", "--quiet"), ["pip install 'ohmformer[demo]'"])
