# SPDX-License-Identifier: Apache-2.0
"""Whatever a caller hands in, what is wrong is an ohmformer.Error of one sentence, never an error of Python or NumPy."""

import json
import math

import numpy as np
import ohmformer as ohm
import pytest
from command import ohmformer, refusal

BAD = [None, "x", 1.5, -1, math.nan, math.inf, True, 10**30, [], {}, [None], object(), b"x", 1j, np.array([1.5]), [[1.0, "x"]]]
MIX = {"requests": [{"prompt": 8, "generate": 2}]}


@pytest.fixture(scope="module")
def ours():
    """Small objects of every kind."""
    chip, network = ohm.Chip.load("rram_22nm"), ohm.Network.from_pretrained("vit-small")
    mapping = ohm.map(network, chip)
    return {
        "chip": chip,
        "network": network,
        "gpt": ohm.Network.from_pretrained("gpt2-small"),
        "trained": ohm.Network.from_pretrained("known_entropy_gpt"),
        "mapping": mapping,
        "cost": ohm.estimate(mapping),
        "machine": ohm.Baseline.preset("h100"),
        "spec": ohm.MacroSpec.load("rram_128"),
    }


def calls(o):
    """Every public callable that takes plain values, with the argument that is replaced."""
    pair = (o["network"], o["chip"])
    axes = {"macro.adc.bits": [6, 7]}
    return {
        "decode_gain.batch": lambda bad: ohm.decode_gain(o["gpt"], bad, 8),
        "decode_gain.context": lambda bad: ohm.decode_gain(o["gpt"], 1, bad),
        "decode_gain.weight_bits": lambda bad: ohm.decode_gain(o["gpt"], 1, 8, weight_bits=bad),
        "decode_gain.kv_bits": lambda bad: ohm.decode_gain(o["gpt"], 1, 8, kv_bits=bad),
        "decode_gain.network": lambda bad: ohm.decode_gain(bad, 1, 8),
        "estimate.mapping": ohm.estimate,
        "estimate.network": lambda bad: ohm.estimate((bad, o["chip"])),
        "estimate.chip": lambda bad: ohm.estimate((o["network"], bad)),
        "estimate.activity": lambda bad: ohm.estimate(o["mapping"], activity=bad),
        "estimate.activity[0]": lambda bad: ohm.estimate(pair, activity=[bad]),
        "estimate.activity[0][0]": lambda bad: ohm.estimate(pair, activity=[(bad, 0.25)]),
        "estimate.expert_imbalance": lambda bad: ohm.estimate(o["mapping"], expert_imbalance=bad),
        "estimate.batch": lambda bad: ohm.estimate(o["mapping"], batch=bad),
        "sweep_shape.network": lambda bad: ohm.sweep_shape(bad, o["chip"], axes),
        "sweep_shape.chip": lambda bad: ohm.sweep_shape(o["gpt"], bad, axes),
        "sweep_shape.axes": lambda bad: ohm.sweep_shape(o["gpt"], o["chip"], bad),
        "sweep_shape.values": lambda bad: ohm.sweep_shape(o["gpt"], o["chip"], {"macro.adc.bits": bad}),
        "sweep_shape.value": lambda bad: ohm.sweep_shape(o["gpt"], o["chip"], {"macro.weight.slice_bits": [[4, 4], bad]}),
        "serve.machine": lambda bad: ohm.serve(bad, MIX),
        "serve.mix": lambda bad: ohm.serve(o["machine"], bad, o["gpt"]),
        "serve.prompt": lambda bad: ohm.serve(o["machine"], {"requests": [{"prompt": bad, "generate": 2}]}, o["gpt"]),
        "serve.max_batch": lambda bad: ohm.serve(o["machine"], MIX, o["gpt"], max_batch=bad),
        "with_outliers.factor": lambda bad: o["trained"].with_outliers(bad),
        "with_outliers.channels": lambda bad: o["trained"].with_outliers(2.0, channels=bad),
        "with_outliers.seed": lambda bad: o["trained"].with_outliers(2.0, seed=bad),
        "rescaled.inputs": lambda bad: o["trained"].rescaled(bad),
        "rescaled.alpha": lambda bad: o["trained"].rescaled(np.ones((1, 8), int), alpha=bad),
        "rescaled.tokens": lambda bad: o["trained"].rescaled(np.ones((1, 8), int), tokens=bad),
        "validate.names": lambda bad: ohm.validate(bad or 3),
        "validate.configs": lambda bad: ohm.validate(["adc_survey"], configs=bad or 3),
        "validate.advance": lambda bad: ohm.validate(["adc_survey"], advance=bad),
        "Chip.load.configs": lambda bad: ohm.Chip.load("rram_22nm", configs=bad),
        "Chip.peak.activity": lambda bad: o["chip"].peak(bad),
        "MacroSpec.peak.activity": lambda bad: o["spec"].peak((bad, 0.5)),
        "Network.graph": ohm.Network,
        "Network.configs": lambda bad: ohm.Network.from_pretrained("gpt2-small", configs=bad),
        "Baseline.path": ohm.Baseline.from_yaml,
        "Performance.busiest": lambda bad: o["cost"].busiest(bad),
        "Macro.seed": lambda bad: ohm.Macro(o["spec"], seed=bad),
    }


def test_no_argument_reaches_the_core_unchecked(ours):
    refused = 0
    for name, call in calls(ours).items():
        for bad in BAD:
            try:
                call(bad)
            except ohm.Error as failure:
                refused += 1
                assert "\n" not in str(failure) and "incompatible" not in str(failure), (name, bad)
            except Exception as failure:  # noqa: BLE001
                raise AssertionError(f"{name}: {bad!r}: {type(failure).__name__}: {failure}") from failure
    assert refused > 400  # what is no fault, such as no activity at all, is the smaller part


def test_the_sentences_name_the_argument(ours):
    for sentence, call in {
        "weight_bits: 1.5 found; expected a whole number from 1 to 64": lambda: ohm.decode_gain(ours["gpt"], 1, 8, weight_bits=1.5),
        "activity: 1.5 found; expected a list of pairs": lambda: ohm.estimate(ours["mapping"], activity=1.5),
        "axes: None found; expected a dictionary": lambda: ohm.sweep_shape(ours["gpt"], ours["chip"], axes=None),
        "expert_imbalance: 'x' found; expected a finite number": lambda: ohm.estimate(ours["mapping"], expert_imbalance="x"),
        "factor: 'x' found; expected a finite number": lambda: ours["trained"].with_outliers("x"),
        "names: 3 found; expected names of targets": lambda: ohm.validate(3),
        "context: 1000000000 found; the context of network gpt2-small is 1024 tokens": lambda: ohm.decode_gain(ours["gpt"], 1, 10**9),
        "mix.requests[0].prompt: object found": lambda: ohm.serve(ours["machine"], {"requests": [{"prompt": object()}]}, ours["gpt"]),
    }.items():
        with pytest.raises(ohm.ArgumentError) as failure:
            call()
        assert sentence in str(failure.value)


def test_numbers_of_numpy_are_numbers_in_mixes_and_axes(ours):
    machine, gpt = ours["machine"], ours["gpt"]
    own = ohm.serve(machine, MIX, gpt, max_batch=4).to_dict()
    assert ohm.serve(machine, {"requests": [{"prompt": np.int64(8), "generate": np.int32(2)}]}, gpt, max_batch=np.int8(4)).to_dict() == own
    poisson = {"rate": "2 Hz", "count": 4, "generates": [2]}
    plain = ohm.serve(machine, {"poisson": poisson | {"prompts": [8]}}, gpt).to_dict()
    assert ohm.serve(machine, {"poisson": poisson | {"prompts": np.array([8])}}, gpt).to_dict() == plain
    bits = np.array([6, 7])
    assert ohm.sweep_shape(gpt, ours["chip"], {"macro.adc.bits": bits})["macro.adc.bits"].tolist() == [6, 7]


def test_the_whole_context_of_a_network_has_a_gain_and_no_token_more(ours):
    assert ohm.decode_gain(ours["gpt"], 1, 1024).gain > 1
    with pytest.raises(ohm.ArgumentError, match="1025 found"):
        ohm.decode_gain(ours["gpt"], 1, 1025)


def test_an_option_with_one_value_is_given_once():
    found = refusal("fit", "--network", "gpt2-small", "--network", "vit-small")
    assert found == "--network: given 2 times; expected it once"
    assert "--batch" in refusal("estimate", "--network", "vit-small", "--batch", "1", "--batch=2")
    assert "--context" in refusal("curves", "gpt2-small", "--context", "8", "--context", "9")
    several = ("--set", "macro.adc.bits=6", "--set", "macro.adc.bits=7", "--quiet", "--quiet")
    assert ohmformer("fit", "--network", "vit-small", *several).code == 0


@pytest.mark.parametrize(
    ("command", "mark"),
    [
        (("curves", "gpt2-small", "--context", "8", "--batch", "1"), "curves.json"),
        (("compare", "rram_22nm"), "comparison.json"),
        (("compare", "--baseline", "h100", "--network", "gpt2-small", "--context", "8"), "decode.json"),
    ],
)
def test_results_never_land_among_files_of_others(command, mark, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for foreign in ("report.html", "result.json"):
        (out / foreign).write_text("mine")
        assert f"holds other files; expected a new folder, or one with {mark}" in refusal(*command, "--out", out)
        assert [file.read_text() for file in out.iterdir()] == ["mine"]
        (out / foreign).unlink()
    assert ohmformer(*command, "--out", out, "--quiet").code == 0
    before = (out / mark).read_bytes()
    assert ohmformer(*command, "--out", out, "--quiet").code == 0
    assert (out / mark).read_bytes() == before and [path.name for path in tmp_path.iterdir()] == ["out"]


def test_fit_says_that_weights_of_three_values_take_the_cells_of_many():
    network, chip = "bitnet-b1.58-2b-4t", ohm.Chip.load("rram_22nm_llm")
    found = ohm.fit(ohm.Network.from_pretrained(network), chip)
    assert found["assumptions"] == ["weights of 3 values are stored as the macro's weights, in 8 cells each: no smaller cells"]
    assert found["body"]["cells"] == 8 * found["body"]["weights"]
    few = {"macros": [{"name": "few", "macro": {"weight": {"bits": 2, "slice_bits": [2]}}}], "map.matrices": [{"match": "h.*", "macro": "few"}]}
    assert ohm.fit(ohm.Network.from_pretrained(network), chip.override(few))["assumptions"] == []
    assert ohm.fit(ohm.Network.from_pretrained("gpt2-small"), chip)["assumptions"] == []
    printed = ohmformer("fit", "--network", network, "--chip", "rram_22nm_llm")
    assert "- weights of 3 values are stored" in printed.out
    assert json.loads(ohmformer("fit", "--network", network, "--json").out)["assumptions"] != []
