# SPDX-License-Identifier: Apache-2.0
"""Networks of two stacks beside digital machines, as servers, against context and in closed form."""

import ohmformer as ohm
import pytest
from command import ohmformer
from ohmformer import _core
from ohmformer.baselines.sweep import sweep
from ohmformer.curves.workloads import rate_of
from ohmformer.errors import ArgumentError

# t5-small by T5Config and modeling_t5 of the transformers library (5.23): 6 + 6 layers of d_model 512 with 8 heads of
# d_kv 64 and d_ff 2048, lm_head of 512 x 32128; q, k, v, o of SelfAttention and EncDecAttention, wi and wo of every layer.
LINEAR, FFN = 512 * 8 * 64, 2 * 512 * 2048
SOURCE = 6 * (4 * LINEAR + FFN) + 6 * 2 * LINEAR  # the encoder, and k and v of EncDecAttention
ANSWER = 6 * (4 * LINEAR + 2 * LINEAR + FFN) + 512 * 32128
POSITION = 6 * 2 * 8 * 64  # a key and a value of a token, in the layers of the decoder
BEYOND = "context: 1025 found; the context of network t5-small is 512 tokens of the source and 512 of the answer with its start token"


@pytest.fixture(scope="module")
def t5():
    return ohm.Network.from_pretrained("t5-small")


@pytest.fixture(scope="module")
def chip():
    return ohm.Chip.load("rram_22nm")


@pytest.fixture(scope="module")
def mapping(t5, chip):
    return ohm.map(t5, chip)


def test_a_baseline_reads_the_source_once_and_its_keys_in_every_step(t5):
    found = ohm.Baseline.preset("h100").estimate(t5, prompt=128, generate=32, batch=4)
    assert found.conditions == {"prompt": 128, "generate": 32, "batch": 4, "kind": "encoder-decoder"}
    assert found.prefill["weight_bytes"] == SOURCE + ANSWER
    assert found.decode["weight_bytes"] == ANSWER
    assert found.decode["kv_bytes"] == 4 * (128 + 17) * POSITION
    heads = 2 * 8 * 64
    products = 128 * SOURCE + 32 * ANSWER + 6 * heads * (128 * 128 + sum(own + 128 for own in range(1, 33)))
    assert found.macs == 4 * products
    assert found.decode_gain == pytest.approx(1 + ANSWER / found.decode["kv_bytes"])


def test_the_law_counts_source_and_answer(t5):
    assert ohm.decode_gain(t5, 4, 640).gain == pytest.approx(1 + ANSWER / (4 * 640 * POSITION))
    with pytest.raises(ArgumentError, match=BEYOND):
        ohm.decode_gain(t5, 1, 1025)


def test_a_step_of_a_comparison_attends_to_its_context(t5, chip, mapping):
    machine = ohm.Baseline.preset("h100")
    table = sweep([chip, machine], t5, contexts=(130,), batches=(1, 4))
    assert (table["problem"] == "").all()
    seconds = (ANSWER + 130 * POSITION) / (0.7 * 3.35e12)
    assert table["tpot_s"][2] == pytest.approx(seconds + machine.estimate(t5, 128, 2).decode["exchange_s"])
    one, two = (ohm.estimate(mapping, prompt=128, generate=n).makespan_s for n in (1, 2))
    assert table["tpot_s"][0] == pytest.approx(two - one, abs=2e-12)


def test_all_that_count_a_context_end_at_the_same_one(t5, chip):
    machine = ohm.Baseline.preset("h100")
    small = chip.override({"map.placement": "bands"})
    table = sweep([small, machine], t5, contexts=(1024, 1025), batches=(1,))
    assert (table["problem"][[0, 2]] == "").all()
    assert table["problem"].str.contains(BEYOND)[[1, 3]].all()
    seconds = (ANSWER + 1024 * POSITION) / (0.7 * 3.35e12)
    assert table["tpot_s"][2] == pytest.approx(seconds + machine.estimate(t5, 128, 2).decode["exchange_s"])
    model = _core.StructureModel(t5._graph, chip._spec)
    assert model.decode_step(1024, 1)["time_s"] > model.decode_step(514, 1)["time_s"]
    with pytest.raises(ArgumentError, match=BEYOND):
        model.decode_step(1025, 1)
    with pytest.raises(ArgumentError, match="512 of the answer with its start token: shorten either"):
        ohm.estimate((t5, chip), prompt=512, generate=513)
    drawn = ohmformer("curves", "t5-small", "--context", "520,521,1024,1k,1025", "--batch", "1", "--json").tree
    assert [rate_of(point).context for point in drawn["points"]] == [520, 521, 1024]
    assert "its context is 1,024 tokens; left out: 1,025" in drawn["warnings"][0]
    speeds = [rate_of(point).per_s for point in drawn["points"]]
    assert speeds == sorted(speeds, reverse=True)


@pytest.mark.parametrize("batch", (1, 3))
def test_requests_that_arrive_together_take_what_the_estimate_says(t5, chip, mapping, batch):
    mix = {"requests": [{"prompt": 60, "generate": 12, "count": batch}]}
    expected = ohm.estimate(mapping, prompt=60, generate=12, batch=batch)
    for machine, network in ((mapping, None), (chip, t5)):
        found = ohm.serve(machine, mix, network)
        assert found.ttft_s["mean"] == pytest.approx(expected.ttft_s, rel=1e-9 if batch == 1 else 0.05)
        assert found.makespan_s == pytest.approx(expected.makespan_s, rel=0.02)
        assert found.output_tokens == 12 * batch and found.input_tokens == 60 * batch
    machine = ohm.Baseline.preset("h100")
    expected = machine.estimate(t5, 60, 12, batch)
    found = ohm.serve(machine, mix, t5)
    assert found.ttft_s["mean"] == pytest.approx(expected.ttft_s, abs=1e-11)
    assert found.tpot_s["mean"] == pytest.approx(expected.tpot_s, rel=1e-6)


def test_a_longer_source_and_a_longer_answer_both_slow_steps_down(t5, chip):
    def tpot(prompt, generate):
        return ohm.serve(chip, {"requests": [{"prompt": prompt, "generate": generate}]}, t5).tpot_s["mean"]

    assert tpot(20, 20) < tpot(300, 20) < tpot(300, 200)


def test_closed_forms_never_beat_events(t5, chip, mapping):
    columns = ohm.sweep_shape(t5, chip, {"prompt": [1, 128], "generate": [1, 32]})
    assert set(columns["problem"]) == {""}
    for point, (prompt, generate) in enumerate(zip(columns["prompt"], columns["generate"], strict=True)):
        found = ohm.estimate(mapping, prompt=int(prompt), generate=int(generate))
        events, parts = found.to_dict(), [row["energy_j"] for row in found.breakdown if row["component"] == "adc"]
        for key in ("ttft_s", "tpot_s", "makespan_s", "energy_j"):
            assert columns[key][point] <= events[key] * (1 + 1e-12), key
        assert columns["energy_j.adc"][point] == pytest.approx(sum(parts), rel=1e-9)


def test_commands_take_two_stacks():
    known = ohmformer("compare", "rram_22nm", "--baseline", "h100", "--network", "t5-small", "--context", "64", "--json").tree
    assert {point["machine"] for point in known["points"]} == {"rram_22nm", "h100"}
    assert not any(point["problem"] for point in known["points"])
    drawn = ohmformer("curves", "t5-small", "--baseline", "h100", "--context", "64,128", "--batch", "1,4", "--json").tree
    assert len(drawn["references"]) == 4 and not drawn["warnings"]
    served = ohmformer("serve", "64/16", "--network", "t5-small", "--count", "4", "--baseline", "h100", "--json").tree
    assert [row["output_tokens"] for row in served["machines"]] == [64, 64]
