# SPDX-License-Identifier: Apache-2.0
"""Attention engines, places of keys and values, and networks that do not fit, as a user reaches them."""

import ohmformer as ohm
import pytest

YEAR = 365.25 * 86400.0


@pytest.fixture(scope="module")
def network() -> ohm.Network:
    return ohm.Network.from_pretrained("gpt2-small")


@pytest.fixture(scope="module")
def chip() -> ohm.Chip:
    return ohm.Chip.load("rram_22nm")


def test_lifetime_of_keys_in_resistive_cells_follows_from_arithmetic(network, chip):
    resistive = chip.override({"attention": "attention_rram_kv", "kv.requests": "2 Hz"})
    life = ohm.estimate((network, resistive), prompt=16, generate=5).to_dict()["kv_lifetime"]
    assert life["tokens_per_s"] == pytest.approx(2 * 20)
    seconds = life["endurance"] * life["positions"] / (life["cycles_per_update"] * life["tokens_per_s"])
    assert life["median_s"] == pytest.approx(seconds)
    assert life["median_years"] == pytest.approx(seconds / YEAR)


def test_cells_of_two_stacks_last_for_what_prompt_and_answer_write(chip):
    resistive = chip.override({"attention": "attention_rram_kv", "kv.requests": "2 Hz"})
    figures = ohm.estimate((ohm.Network.from_pretrained("t5-small"), resistive), prompt=16, generate=5).to_dict()
    life = figures["kv_lifetime"]
    assert "rram_kv" in figures["kv_place"]
    assert life["tokens_per_s"] == pytest.approx(2 * (16 + 5))
    assert life["median_s"] == pytest.approx(life["endurance"] * life["positions"] / (life["cycles_per_update"] * 42))


def test_digital_attention_wears_nothing_out(network, chip):
    figures = ohm.estimate((network, chip), prompt=16, generate=5).to_dict()
    assert figures["kv_lifetime"] is None and figures["reprogramming"] is None
    assert "buffers" in figures["kv_place"]


def test_a_small_chip_rewrites_its_weights(network, chip):
    small = chip.override({"mesh.columns": 8, "mesh.rows": 8, "larger": "reprogram"})
    enough = ohm.estimate((network, small.override({"larger": "chips"})), prompt=1, generate=3)
    found = ohm.estimate((network, small), prompt=1, generate=3)
    rewriting = found.to_dict()["reprogramming"]
    assert rewriting["taken"] and rewriting["passes"] == 3
    assert found.to_dict()["system_chips"] == 1 < rewriting["chips_instead"]
    assert found.latency_s == pytest.approx(enough.latency_s + 3 * rewriting["time_s"], rel=1e-6)
    assert sum(found.table()["energy_j"]) == pytest.approx(found.energy_j)
    assert rewriting["source"] is None and rewriting["writes"] == 3


def test_keys_of_four_bits_take_half_the_bytes_of_keys_of_eight(network, chip):
    wide, narrow = (ohm.estimate((network, chip.override({"kv_bits": bits})), prompt=16, generate=5) for bits in (8, 4))
    assert wide.kv_bytes_per_token == 2 * narrow.kv_bytes_per_token == 2 * 12 * 768
    assert narrow.energy_j < wide.energy_j and narrow.tpot_s <= wide.tpot_s
    said = [[line for line in each.to_dict()["assumptions"] if "scales and zeros" in line] for each in (wide, narrow)]
    assert [len(lines) for lines in said] == [0, 1]
    with pytest.raises(ohm.ConfigError, match="kv_bits: '1' found; expected a whole number from 2 to 16"):
        chip.override({"kv_bits": 1})


def test_two_stacks_are_rewritten_each_for_its_passes(chip):
    small = chip.override({"mesh.columns": 16, "mesh.rows": 12, "larger": "reprogram"})
    t5 = ohm.Network.from_pretrained("t5-small")
    enough = ohm.estimate((t5, small.override({"larger": "chips"})), prompt=9, generate=3)
    found = ohm.estimate((t5, small), prompt=9, generate=3)
    answers = found.to_dict()["reprogramming"]
    source = answers["source"]
    # the encoder with k and v of EncDecAttention, then the decoder and lm_head: 8 cells for a weight of 8 bits
    encoder, decoder = 6 * (4 * 512 * 512 + 2 * 512 * 2048) + 6 * 2 * 512 * 512, 6 * (6 * 512 * 512 + 2 * 512 * 2048) + 512 * 32128
    assert (source["cells"], answers["cells"]) == (8 * encoder, 8 * decoder)
    assert (source["writes"], answers["writes"]) == (1, 3)
    assert found.tpot_s == pytest.approx(enough.tpot_s + answers["time_s"], rel=1e-6)
    assert found.makespan_s == pytest.approx(enough.makespan_s + source["time_s"] + 3 * answers["time_s"], rel=1e-9)
