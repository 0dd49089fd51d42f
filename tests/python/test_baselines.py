# SPDX-License-Identifier: Apache-2.0
"""Digital baselines, the decode-gain law, serving, and `ohmformer compare --baseline`."""

from itertools import pairwise

import numpy as np
import ohmformer as ohm
import pytest
from command import ohmformer, refusal
from matplotlib.figure import Figure
from ohmformer.baselines import length_presets
from ohmformer.baselines.sweep import sweep
from ohmformer.errors import ArgumentError, ConfigError
from ohmformer.plots.baselines import _draw_law, draw_sweep

LLAMA_WEIGHTS, LLAMA_KV = 69501714432, 163840  # bytes at 8 bits: matrices; keys and values per token


@pytest.fixture(scope="module")
def llama():
    return ohm.Network.from_pretrained("llama-3-70b")


@pytest.fixture(scope="module")
def server():
    return ohm.Baseline.preset("h100_x8")


@pytest.mark.parametrize("batch, expected", [(1, 200), (8, 1560), (64, 10400), (256, 26800)])
def test_eight_h100_decode_at_the_rates_of_the_closed_form(server, llama, batch, expected):
    found = server.estimate(llama, prompt=2047, generate=2, batch=batch)
    seconds = (LLAMA_WEIGHTS + batch * 2048 * LLAMA_KV) / (8 * 0.7 * 3.35e12) + 160 * 8e-6
    assert found.decode_tokens_per_s == pytest.approx(batch / seconds, rel=1e-6)
    assert found.decode_tokens_per_s == pytest.approx(expected, rel=0.01)


def test_what_does_not_fit_is_refused(server):
    gpt = ohm.Network.from_pretrained("gpt3-175b")
    with pytest.raises(ArgumentError, match="256 sequences of 2047 tokens takes"):
        server.estimate(gpt, prompt=2000, generate=48, batch=256)


def test_input_and_output_tokens_are_counted_apart(server, llama):
    found = server.estimate(llama, prompt=2048, generate=128, batch=4)
    assert found["total_tokens_per_s"] / found["output_tokens_per_s"] == pytest.approx(2176 / 128)


def test_measured_rates_are_met_within_the_stated_band():
    errors = np.concatenate([ohm.Baseline.preset(name).validate()["error"] for name in ("h100", "h100_x2")])
    assert len(errors) == 10 and abs(errors).mean() < 0.2 and errors.max() < 0.5


def test_a_baseline_can_be_changed_and_reads_back(server, llama, tmp_path):
    wide = server.override({"bits.weights": 16})
    assert wide.estimate(llama, 100, 2).decode["weight_bytes"] == 2 * LLAMA_WEIGHTS
    bytes_read = [server.override({"bits.kv": bits}).estimate(llama, 100, 2).decode["kv_bytes"] for bits in (8, 4)]
    assert bytes_read[0] == 2 * bytes_read[1]
    (tmp_path / "mine.yaml").write_text(wide.to_yaml())
    assert ohm.Baseline.from_yaml(tmp_path / "mine.yaml").to_dict()["bits"]["weights"] == 16
    with pytest.raises(ConfigError, match="h100_x8"):
        ohm.Baseline.preset("h100_x9")


@pytest.mark.parametrize(
    "arguments, named",
    [((0, 2048), "batch"), ((float("nan"), 2048), "batch: nan"), ((1, 64, 0), "weight_bits: 0"), ((1, 64, 8, 99), "kv_bits: 99")],
)
def test_the_law_names_the_argument_that_is_wrong(llama, arguments, named):
    with pytest.raises(ArgumentError, match=named):
        ohm.decode_gain(llama, *arguments)


def test_the_gain_of_weights_in_place_follows_the_law(llama):
    for batch, context in ((1, 2048), (8, 2048), (256, 8192)):
        law = ohm.decode_gain(llama, batch, context)
        assert law.gain == pytest.approx(1 + LLAMA_WEIGHTS / (batch * context * LLAMA_KV))


def test_one_request_takes_what_the_estimate_says(server, llama):
    found = ohm.serve(server, {"requests": [{"prompt": 500, "generate": 20}]}, llama)
    alone = server.estimate(llama, prompt=500, generate=20)
    assert found.latency_s["p99"] == pytest.approx(alone.makespan_s, abs=1e-9)
    assert found.output_tokens == 20 and found.mean_queue == 0


def test_serving_a_random_mix_keeps_every_token_and_sorts_out_percentiles(server, llama):
    poisson = {"rate": "200 Hz", "count": 200, "prompts": [100, 900], "generates": [1, 30], "seed": 5}
    found = ohm.serve(server, {"poisson": poisson}, llama, max_batch=16)
    rows = found.requests
    assert sum(row["generate"] for row in rows) == found.output_tokens
    assert sum(row["prompt"] for row in rows) == found.input_tokens
    latencies = [row["done_s"] - row["arrival_s"] for row in rows]
    assert found.latency_s["p95"] == pytest.approx(np.percentile(latencies, 95), rel=1e-6)
    assert all(a["start_s"] <= b["start_s"] for a, b in pairwise(rows))
    assert ohm.serve(server, {"poisson": poisson}, llama, max_batch=16).to_dict() == found.to_dict()


def test_a_chip_serves_too():
    network = ohm.Network.from_pretrained("known_entropy_gpt")
    mapping = ohm.map(network, ohm.Chip.load("rram_22nm"))
    found = ohm.serve(mapping, {"requests": [{"prompt": 8, "generate": 10}]})
    assert found.makespan_s == pytest.approx(ohm.estimate(mapping, prompt=8, generate=10).latency_s, rel=0.02)


def test_a_mapping_serves_no_other_network():
    network, other = (ohm.Network.from_pretrained(name) for name in ("known_entropy_gpt", "stdlib_gpt"))
    mapping, mix = ohm.map(network, ohm.Chip.load("rram_22nm")), {"requests": [{"prompt": 4, "generate": 2}]}
    assert ohm.serve(mapping, mix, network).to_dict() == ohm.serve(mapping, mix).to_dict()
    with pytest.raises(ArgumentError, match="stdlib_gpt beside a mapping of known_entropy_gpt"):
        ohm.serve(mapping, mix, other)


def test_what_serve_refuses(server, llama):
    with pytest.raises(ArgumentError, match="without a network"):
        ohm.serve(server, "128/128")
    with pytest.raises(ArgumentError, match=length_presets()[0]):
        ohm.serve(server, "1/1", llama)
    with pytest.raises(ConfigError, match="max_bach"):
        ohm.serve(server, "128/128", llama, max_bach=3)


def test_a_sweep_shows_chips_beside_baselines(server):
    network = ohm.Network.from_pretrained("known_entropy_gpt")
    table = sweep([ohm.Chip.load("rram_22nm"), server], network, contexts=(32,), batches=(1, 4))
    assert list(table["kind"]) == ["chip", "chip", "baseline", "baseline"]
    assert (table["problem"] == "").all() and (table["output_tokens_per_s"] > 0).all()
    assert draw_sweep(table, network.name).startswith(b"\x89PNG")


def test_the_command_compares_chips_and_baselines(tmp_path):
    asked = ["compare", "rram_22nm", "--baseline", "h100_x8", "--baseline", "cerebras_wse3_x4", "--network", "llama-3-70b"]
    done = ohmformer(*asked, "--out", str(tmp_path / "out"), "--json")
    points = done.tree["points"]
    assert {point["machine"] for point in points} == {"rram_22nm", "h100_x8", "cerebras_wse3_x4"}
    assert all(point["times"] and not point["problem"] for point in points if point["machine"] == "rram_22nm")
    rate = next(p["output_tokens_per_s"] for p in points if p["machine"] == "h100_x8" and p["batch"] == 256)
    assert rate == pytest.approx(26800, rel=0.01)
    assert (tmp_path / "out" / "decode.png").stat().st_size > 10000
    assert "network" in refusal("compare", "--baseline", "h100")
    assert "--prompt" in refusal("compare", "--baseline", "h100", "--network", "llama-3-8b", "--prompt", "3")


def test_rates_are_checked_or_claimed_near_published_workloads_only():
    llama, machines = ohm.Network.from_pretrained("llama-3-8b"), [ohm.Baseline.preset(name) for name in ("h100", "cerebras_wse3", "a100")]
    table = sweep(machines, llama, contexts=(600, 3072), batches=(1, 8, 256)).set_index(["machine", "context", "batch"])["evidence"]
    assert table["h100", 3072, 256] == "measured" and table["cerebras_wse3", 600, 1] == "claim"
    assert set(table["a100"]) == {"data sheet"}
    far = [("h100", 3072, 8), ("h100", 600, 8), ("cerebras_wse3", 600, 8), ("cerebras_wse3", 3072, 1)]
    assert {table[point] for point in far} == {"extrapolated"}
    small = sweep(machines[:1], ohm.Network.from_pretrained("known_entropy_gpt"), contexts=(32,), batches=(1,))
    assert small.loc[0, "evidence"] == "extrapolated"
    assert small.loc[0, "worst_error"] == max(ohm.Baseline.preset("h100").validate()["error"], key=abs)


def test_a_pipeline_of_layers_saturates():
    llama = ohm.Network.from_pretrained("llama-2-7b")
    table = sweep([ohm.Baseline.preset("groq_lpu_x576")], llama, batches=(1, 16, 32, 64))
    rates = table["output_tokens_per_s"].to_numpy(float)
    assert rates[1] == pytest.approx(16 * rates[0], rel=0.01)
    assert rates[3] == pytest.approx(rates[2], rel=0.01) and rates[3] < 1 / (2 * 20.6e-6)


def test_the_law_has_a_style_and_a_name_per_bit_width(llama):
    machines = [ohm.Baseline.preset(name) for name in ("h100_x8", "cerebras_wse3_x4", "b200_x8")]  # 8, 16 and 4 bits
    axes = Figure().subplots()
    _draw_law(axes, sweep(machines, llama, batches=(1, 8)), {2048: "-"})
    assert len({(line.get_color(), line.get_marker()) for line in axes.lines}) == len(axes.lines) == 2
    both, narrow = (line.get_label().replace("\n", " ") for line in axes.lines)
    assert "8-bit weights and 8-bit keys or 16-bit weights and 16-bit keys" in both
    assert "4-bit weights and 8-bit keys" in narrow


def test_the_default_context_is_one_that_the_network_holds():
    points = ohmformer("compare", "--baseline", "h100", "--network", "gpt2-small", "--json").tree["points"]
    assert {point["context"] for point in points} == {1024} and not any(point["problem"] for point in points)
    assert "none of 9 points" in refusal("compare", "--baseline", "h100", "--network", "llama-3-8b", "--context", "200000")
    shown = ohmformer("compare", "--baseline", "h100", "--network", "llama-3-8b").out
    assert "misses published rates by up to +45 %" in shown and "extrapolated" in shown


def test_the_law_of_a_chip_takes_the_bits_of_the_chip():
    network = ohm.Network.from_pretrained("known_entropy_gpt")
    chip = ohm.Chip.load("rram_22nm")
    wide, plain, narrow = (
        sweep([chip.override({"kv_bits": bits})], network, contexts=(16,), batches=(1,)).loc[0, "decode_gain"] - 1 for bits in (16, 8, 4)
    )
    assert plain == pytest.approx(2 * wide, rel=1e-12)
    assert narrow == pytest.approx(2 * plain, rel=1e-12)
