# SPDX-License-Identifier: Apache-2.0
"""How networks are mapped: keywords, the `map` of a chip, the section of an experiment."""

import ohmformer as ohm
import pytest
from ohmformer.experiment import load_experiment

EXPERIMENT = """
title: copies
chip: rram_22nm
map: {duplication: throughput, budget: 0.5, placement: anneal, moves: 5000}
points:
  - {name: vit, network: vit-small}
"""


@pytest.fixture(scope="module")
def chip() -> ohm.Chip:
    return ohm.Chip.load("rram_22nm")


@pytest.fixture(scope="module")
def network() -> ohm.Network:
    return ohm.Network.from_pretrained("vit-small")


def test_keywords_are_keys_of_the_chips_map(network, chip):
    by_keyword = ohm.map(network, chip, duplication="throughput", budget=0.5)
    by_key = ohm.map(network, chip.override({"map.duplication": "throughput", "map.budget": 0.5}))
    assert by_keyword.arrangement == by_key.arrangement
    assert max(by_keyword.arrangement["copies"].values()) > 1
    assert by_keyword.placement["cost_byte_hops"] >= by_keyword.placement["lower_bound_byte_hops"]


def test_copies_make_an_encoder_faster(network, chip):
    plain, copied = ohm.map(network, chip), ohm.map(network, chip, duplication="throughput")
    before, after = ohm.estimate(plain), ohm.estimate(copied)
    assert after.latency_s < before.latency_s
    assert after.to_dict()["macs"] == before.to_dict()["macs"]


def test_annealing_never_lengthens_routes(network, chip):
    found = ohm.map(network, chip, placement="anneal", moves=20000).placement
    assert found["cost_byte_hops"] <= found["start_cost_byte_hops"]


def test_unknown_keywords_and_patterns_are_refused(network, chip):
    with pytest.raises(ohm.ConfigError, match="did you mean"):
        ohm.map(network, chip, placment="anneal")
    with pytest.raises(ohm.ConfigError, match="matches no matrix"):
        ohm.map(network, chip, matrices=[{"match": "layers.*"}])


def test_an_experiment_says_how_its_networks_are_mapped(tmp_path):
    file = tmp_path / "experiment.yaml"
    file.write_text(EXPERIMENT)
    chip = load_experiment(file).cases[0].chip.to_dict()["map"]
    assert (chip["duplication"], chip["budget"], chip["placement"], chip["moves"]) == ("throughput", 0.5, "anneal", 5000)


def test_an_experiments_map_names_the_place_of_a_mistake(tmp_path):
    file = tmp_path / "experiment.yaml"
    file.write_text(EXPERIMENT.replace("anneal", "annealed"))
    with pytest.raises(ohm.ConfigError, match="experiment.yaml:4:"):
        load_experiment(file)
