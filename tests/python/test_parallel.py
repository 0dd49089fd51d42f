# SPDX-License-Identifier: Apache-2.0
"""Layers spread over chips side by side, as a user asks for it."""

import ohmformer as ohm
import pytest
from command import ohmformer, refusal

NETWORK, CHIP = "llama-3-8b", "rram_22nm_llm"


@pytest.fixture(scope="module")
def network() -> ohm.Network:
    return ohm.Network.from_pretrained(NETWORK)


def test_a_number_is_as_wide_as_a_system_of_so_many_columns(network):
    chip = ohm.Chip.load(CHIP)
    asked = ohm.fit(network, chip.override({"map.tensor_parallel": 4}))
    given = ohm.fit(network, chip.override({"system": [{"columns": 4, "link": "link_ucie_advanced"}]}))
    pipeline = ohm.fit(network, chip.override({"map.tensor_parallel": 1}))
    assert asked["chips"] == given["chips"] and asked["chips"] % 4 == 0
    assert pipeline["chips"] < asked["chips"]


def test_the_command_compares_ways_and_marks_the_one_taken():
    command = ["estimate", "--network", NETWORK, "--chip", CHIP, "--prompt", "64", "--generate", "8"]
    figures = ohmformer(*command, "--set", "map.tensor_parallel=cheapest", "--json").tree
    ways = figures["parallelism"]
    assert [way["tensor_parallel"] for way in ways["ways"]] == sorted({way["tensor_parallel"] for way in ways["ways"]})
    best = min(ways["ways"], key=lambda way: way["energy_delay_js"])
    assert ways["taken"] == best["tensor_parallel"]
    assert figures["tpot_s"] == best["tpot_s"] and figures["system_chips"] == best["chips"]
    assert figures["energy_j"] * figures["makespan_s"] == pytest.approx(best["energy_delay_js"])
    assert ways["ways"][0]["break_even_positions"] == 1.0
    shown = ohmformer(*command, "--set", "map.tensor_parallel=cheapest").out
    assert "(taken)" in shown and "Chips side by side" in shown


def test_the_command_chooses_a_chip_before_a_way():
    figures = ohmformer("estimate", "--network", NETWORK, "--prompt", "8", "--generate", "2", "--set", "map.tensor_parallel=cheapest", "--json").tree
    assert figures["chip"] == CHIP and len(figures["parallelism"]["ways"]) > 2


def test_curves_go_on_without_a_network_that_is_too_narrow(tmp_path):
    command = ["curves", NETWORK, "gpt2-small", "--chip", CHIP, "--context", "64", "--batch", "1", "--set", "map.tensor_parallel=4"]
    found = ohmformer(*command, "--out", tmp_path / "out")
    assert found.code == 0 and "reaches over 1 chip" in " ".join((found.out + found.err).split())


def test_only_a_workload_says_which_is_cheapest(network):
    with pytest.raises(ohm.ConfigError, match="cheapest is found for a workload"):
        ohm.map(network, ohm.Chip.load(CHIP).override({"map.tensor_parallel": "cheapest"}))


def test_more_chips_than_a_layer_reaches_over_are_refused():
    text = refusal("estimate", "--network", NETWORK, "--chip", CHIP, "--set", "map.tensor_parallel=64")
    assert "map.tensor_parallel: 64: the largest layer of network llama-3-8b is 416 tiles" in text
