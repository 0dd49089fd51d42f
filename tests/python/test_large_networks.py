# SPDX-License-Identifier: Apache-2.0
"""Networks that one chip does not hold: estimates from cold, curves, comparisons, requests."""

import json
import subprocess
import sys

import ohmformer as ohm
import pytest
from command import ohmformer, refusal
from ohmformer.baselines.sweep import sweep
from ohmformer.curves.steps import Steps

HEAVY = ("numpy", "pandas", "matplotlib", "plotly", "pydantic", "yaml", "rich.progress", "ohmformer.baselines", "ohmformer.validation")


@pytest.fixture(scope="module")
def llama() -> ohm.Network:
    return ohm.Network.from_pretrained("llama-3-8b")


@pytest.fixture(scope="module")
def chip() -> ohm.Chip:
    return ohm.Chip.load("rram_22nm")


def test_an_estimate_imports_what_it_needs_and_no_more():
    code = (
        "import json, sys; from ohmformer.cli import main; "
        "code = main(['estimate', '--network', 'gpt2-small', '--prompt', '4', '--generate', '2', '--quiet']); "
        f"print(json.dumps([code, [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [0, []]


def test_names_of_the_package_are_found_when_wanted():
    assert set(ohm.__all__) <= set(dir(ohm)) and all(getattr(ohm, name) is not None for name in ohm.__all__)
    assert ohm.curves.__name__ == "ohmformer.curves"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ohm.nothing  # noqa: B018


def test_an_estimate_takes_the_default_chip():
    named = ohmformer("estimate", "--network", "gpt2-small", "--chip", "rram_22nm", "--prompt", "4", "--generate", "2")
    default = ohmformer("estimate", "--network", "gpt2-small", "--prompt", "4", "--generate", "2")
    assert default.code == 0 and default.out == named.out and "gpt2-small on rram_22nm" in default.out
    assert "rram_22nm" in ohmformer("estimate", "--help").out
    assert "on rram_22nm" in ohmformer("fit", "--network", "gpt2-small").out


def test_what_the_default_chip_does_not_hold_takes_the_chip_for_large_networks():
    large = ohmformer("estimate", "--network", "llama-3-70b", "--prompt", "64", "--generate", "2")
    assert large.code == 0 and "llama-3-70b on rram_22nm_llm" in large.out
    assert "on rram_22nm_llm" in ohmformer("fit", "--network", "llama-3-8b").out


def test_a_step_of_one_sequence_is_that_of_the_estimate(llama, chip):
    whole = ohm.estimate((llama, chip), prompt=61, generate=4)
    step = Steps(llama, chip).step(64, 1)
    assert step["time_s"] == pytest.approx(whole.tpot_s, rel=1e-9) and step["times_are"] == "exact"


def test_steps_of_small_networks_are_events_unless_they_are_too_many(chip):
    network = ohm.Network.from_pretrained("gpt2-small")
    steps = Steps(network, chip)
    assert steps.by_events(64, 1) and not steps.by_events(1024, 256)
    events, solved = steps.step(64, 1), steps._model.decode_step(64, 1)
    assert events["times_are"] == solved["times_are"] == "exact"  # one sequence
    assert solved["time_s"] == pytest.approx(events["time_s"], rel=0.1)
    assert solved["energy_j"] == pytest.approx(events["energy_j"], rel=0.1)


def test_what_only_a_mapping_follows_is_simulated_a_little_longer(monkeypatch):
    monkeypatch.setattr("ohmformer._core.simulates_all", lambda *_, needed=False: needed)
    found = ohm.estimate((ohm.Network.from_pretrained("vit-small"), ohm.Chip.load("rram_22nm_chiplets")))
    assert found.to_dict()["times_fidelity"] == "events"


def test_what_takes_minutes_is_simulated_only_when_asked_for():
    """326 dies of which only a mapping of all tiles follows the copies."""
    chip = ohm.Chip.load("rram_22nm_llm").override({"map.duplication": "throughput"})
    network = ohm.Network.from_pretrained("llama-3-70b")
    with pytest.raises(ohm.ArgumentError, match="map.duplication: .*llama-3-70b.* expected fidelity: events, which asks for it"):
        ohm.estimate((network, chip), prompt=8, generate=2)
    small = ohm.estimate((ohm.Network.from_pretrained("gpt2-small"), chip), prompt=8, generate=2)
    assert small.to_dict()["times_fidelity"] == "events"


def test_one_network_on_one_chip_has_one_layout():
    """Whatever is asked: what it takes, where it stands, events, layers solved once."""
    chip = ohm.Chip.load("rram_22nm_llm")
    for name, workload in (("gpt2-xl", {"prompt": 8, "generate": 3}), ("bert-large", {"prompt": 24})):
        network = ohm.Network.from_pretrained(name)
        chips = ohm.fit(network, chip)["chips"]
        mapping = ohm.map(network, chip)
        assert mapping.placement["chips"] == chips == ohm.fit(network, chip)["system_chips"]
        every = ohm.estimate(mapping, **workload)
        found = [ohm.estimate((network, chip), **workload, fidelity=fidelity) for fidelity in ("events", "structure", "automatic")]
        for each in (every, *found):
            assert each.to_dict()["system_chips"] == chips
            assert each.ttft_s == pytest.approx(every.ttft_s, abs=1e-12) and each.latency_s == pytest.approx(every.latency_s, abs=1e-12)
            assert each.energy_j == pytest.approx(every.energy_j, rel=1e-9) and each.area_m2 == pytest.approx(every.area_m2, rel=1e-12)


def test_tiles_along_the_snake_of_several_chips_are_left_to_events():
    chip = ohm.Chip.load("rram_22nm_llm").override({"map.placement": "snake"})
    network = ohm.Network.from_pretrained("gpt2-xl")
    with pytest.raises(ohm.ArgumentError, match="map.placement: only a mapping of all tiles"):
        ohm.estimate((network, chip), prompt=4, generate=2, fidelity="structure")
    found = ohm.estimate((network, chip), prompt=4, generate=2)
    assert found.to_dict()["system_chips"] == ohm.fit(network, chip)["chips"] == 8


def test_steps_want_weights_that_stay(llama):
    chip = ohm.Chip.load("rram_22nm").override({"larger": "reprogram"})
    with pytest.raises(ohm.ArgumentError, match="larger: reprogram for llama-3-8b"):
        Steps(llama, chip)
    with pytest.raises(ohm.ArgumentError, match="larger: reprogram for llama-3-8b"):
        ohm.serve(chip, "128/128", llama, count=1)


def test_curves_take_large_networks_and_long_contexts():
    outcome = ohmformer("curves", "llama-3.1-8b", "--context", "128,128k", "--batch", "1,16", "--json")
    points = outcome.tree["points"]
    assert [point["times_fidelity"] for point in points] == ["structure"] * 4
    assert [point["times_are"] for point in points] == ["exact", "extrapolated"] * 2
    assert points[3]["tpot_s"] > points[1]["tpot_s"] > 0 and points[2]["tpot_s"] > points[0]["tpot_s"] > 0 and points[0]["system_chips"] > 1
    assert all("ttft_s" not in point for point in points)  # the prompt is in the cache
    assert outcome.tree["warnings"] == []


def test_curves_say_what_a_network_does_not_hold():
    tree = ohmformer("curves", "llama-3-8b", "--context", "128,8k,32k", "--batch", "1", "--json").tree
    assert tree["warnings"] == ["llama-3-8b: its context is 8,192 tokens; left out: 32,768"]


def test_a_comparison_takes_large_networks(llama, chip):
    table = sweep([chip, ohm.Baseline.preset("h100")], llama, contexts=(2048,), batches=(1, 256))
    assert table["problem"].tolist() == [""] * 4
    assert table["times"].tolist() == ["structure: exact", "structure: extrapolated", "", ""]
    assert (table["tpot_s"] > 0).all() and (table["output_tokens_per_j"] > 0).all()


# times of all tokens through all layers: fidelity="structure", half a minute each
@pytest.mark.parametrize(("name", "on", "ttft_s"), [("deepseek-v3", "rram_22nm_llm", 17.22e-3), ("gpt3-175b", "rram_22nm", 35.8e-3)])
def test_the_first_token_of_a_long_prompt_is_that_of_some_of_its_tokens(name, on, ttft_s):
    found = ohm.estimate((ohm.Network.from_pretrained(name), ohm.Chip.load(on)), prompt=2048 if name == "deepseek-v3" else 2047, generate=1)
    assert found.ttft_s == pytest.approx(ttft_s, rel=0.1)
    assert (found.to_dict()["times_fidelity"], found.to_dict()["times_are"]) == ("structure", "extrapolated")
    assert any("spread over sequences and positions" in assumption for assumption in found.to_dict()["assumptions"])


@pytest.mark.parametrize(("head", "times_are"), [("crossbar", "exact"), ("digital", "extrapolated")])
def test_layers_left_out_lengthen_the_way_to_a_head_in_the_dram(llama, chip, head, times_are):
    found = ohm.estimate((llama, chip.override({"head": head})), prompt=1, generate=3, fidelity="structure")
    assert found.to_dict()["times_are"] == times_are


def test_what_no_schedule_beats_counts_every_layer_of_every_token(llama, chip):
    found = ohm.estimate((llama, chip), prompt=4, generate=24, fidelity="structure")
    assert 0.5 * found.makespan_s < found.lower_bound_s <= found.makespan_s  # three layers alone: a tenth


def test_the_energy_of_a_later_token_leaves_the_prompt_out(llama, chip):
    found = ohm.estimate((llama, chip), prompt=64, generate=5, batch=2, fidelity="structure")
    energy = found.table().groupby("phase")["energy_j"].sum()
    later = energy["decode"] + energy["static"] * (found.makespan_s - found.ttft_s) / found.makespan_s
    assert found.energy_per_decoded_token_j == pytest.approx(later / (2 * 4), rel=1e-12)
    assert found.energy_per_decoded_token_j < found.energy_per_token_j
    assert ohm.estimate((llama, chip), prompt=8, generate=1).energy_per_decoded_token_j is None


def test_requests_are_served_by_chips_and_machines():
    tree = ohmformer("serve", "128/16", "--network", "llama-3-8b", "--count", "4", "--baseline", "h100", "--json").tree
    assert [row["machine"] for row in tree["machines"]] == ["rram_22nm_llm", "h100"]
    assert [row.get("times_are") for row in tree["machines"]] == [
        {"prompts": ["exact"], "steps": ["exact"]},
        None,
    ]
    for row in tree["machines"]:
        assert row["output_tokens"] == 64 and row["ttft_s"]["p95"] >= row["ttft_s"]["p50"] > 0
        assert row["tpot_s"]["p50"] > 0 and row["output_tokens_per_j"] > 0
    assert [machine["evidence"] for machine in tree["machines"]] == ["model", "extrapolated"]
    assert "Time to first token" in ohmformer("serve", "128/16", "--network", "llama-3-8b", "--count", "2").out


def test_a_mix_is_read_from_a_file(tmp_path):
    file = tmp_path / "mix.yaml"
    file.write_text("requests: [{prompt: 8, generate: 4, count: 3}]\nbatching: static\n")
    tree = ohmformer("serve", file, "--network", "llama-3-8b", "--json").tree
    assert tree["machines"][0]["output_tokens"] == 12
    assert "--count 3: beside" in refusal("serve", file, "--network", "llama-3-8b", "--count", "3")
    assert "no such file; expected lengths such as 2048/128" in refusal("serve", "2048", "--network", "llama-3-8b")
    file.write_text("[1]")
    assert "expected keys such as requests" in refusal("serve", file, "--network", "llama-3-8b")
    file.write_text("a: [")
    assert "expected YAML" in refusal("serve", file, "--network", "llama-3-8b")
