# SPDX-License-Identifier: Apache-2.0
"""The Python interface: names, values, errors, determinism."""

import numpy as np
import ohmformer as ohm
import pytest
from ohmformer import _core
from ohmformer.network import Network
from ohmformer.roots import trained_folder, trained_names
from ohmformer.tasks import digits_split


@pytest.fixture(scope="module")
def chip() -> ohm.Chip:
    return ohm.Chip.load("rram_22nm")


@pytest.fixture(scope="module")
def tokens() -> np.ndarray:
    return _core.Safetensors.open(trained_folder("known_entropy_gpt") / "eval.safetensors").read_integers("tokens")


def test_names_of_the_design_exist():
    for name in ("Chip", "Macro", "MacroSpec", "Network", "map", "estimate", "evaluate", "fit", "ir_drop", "Error"):
        assert hasattr(ohm, name)
    assert issubclass(ohm.ConfigError, (ohm.Error, ValueError)) and issubclass(ohm.ConfigError, ValueError)
    assert issubclass(ohm.ArgumentError, ohm.Error) and issubclass(ohm.ArgumentError, ValueError)
    assert issubclass(ohm.SolveError, ohm.Error) and issubclass(ohm.SolveError, RuntimeError)
    assert issubclass(ohm.NotInThisVersion, ohm.Error)


def test_overrides_make_a_new_chip_and_the_last_one_wins(chip):
    changed = chip.override({"macro.adc.bits": 6}).override({"macro.adc.bits": 5, "macro.read.voltage": "0.1 V"})
    assert chip.to_dict()["macro"]["adc"]["bits"] == 8
    assert changed.to_dict()["macro"]["adc"]["bits"] == 5
    assert changed.to_dict()["macro"]["read"]["voltage"] == 0.1
    assert changed.override({"macro.weight.slice_bits": np.array([4, 4])}).to_dict()["macro"]["weight"]["slice_bits"] == [4, 4]
    for wrong in ({"macro.adc.bitz": 6}, {"macro.adc.bits": -1}, {"macro.read.voltage": 0.1}, {"macro.adc.bits": float("nan")}):
        with pytest.raises(ohm.ConfigError, match=f"override: {next(iter(wrong))}"):
            chip.override(wrong)
    for wrong in ({"macro.adc.bits": None}, {"macro.adc.bits": object()}, {7: 1}, "macro.adc.bits=6"):
        with pytest.raises(ohm.ArgumentError, match="override"):
            chip.override(wrong)


def test_what_is_written_reads_back(chip, tmp_path):
    file = tmp_path / "chip.yaml"
    file.write_text(chip.to_yaml())
    assert ohm.Chip.load(file).to_dict() == chip.to_dict()


def test_networks_are_found_by_name_alias_and_folder(repository):
    assert ohm.Network.from_pretrained("openai-community/gpt2").parameters == 124_439_808
    tiny = ohm.Network.from_pretrained(repository / "tests" / "golden" / "gpt2_tiny")
    assert tiny.has_weights and tiny.is_decoder and tiny.name == "gpt2_tiny"
    config = ohm.Network.from_pretrained(repository / "tests" / "golden" / "vit_tiny" / "config.json")
    assert not config.has_weights and not config.is_decoder
    assert ohm.Network.from_pretrained("known_entropy_gpt").has_weights
    assert {"digits_vit", "known_entropy_gpt", "stdlib_gpt"} <= set(trained_names())
    for wrong in (7, None):
        with pytest.raises(ohm.ArgumentError, match="network: "):
            ohm.Network.from_pretrained(wrong)


@pytest.mark.parametrize("name", ["digits_vit", "known_entropy_gpt", "stdlib_gpt"])
def test_trained_networks_give_the_logits_that_pytorch_gave(name):
    golden = _core.Safetensors.open(trained_folder(name) / "golden.safetensors")
    inputs = golden.read_float("pixel_values") if name == "digits_vit" else golden.read_integers("tokens")
    logits = golden.read_float("logits")
    graph = Network.from_pretrained(name)._graph
    for i in range(len(inputs)):
        found = _core.logits(graph, inputs[i : i + 1])
        np.testing.assert_allclose(found.reshape(logits[i].shape), logits[i], atol=1e-4)


def test_the_digits_are_those_of_the_model_card():
    stored = _core.Safetensors.open(trained_folder("digits_vit") / "eval.safetensors")
    seen = _core.Safetensors.open(trained_folder("digits_vit") / "calibration.safetensors")
    training, held_out, labels = digits_split()
    np.testing.assert_array_equal(held_out, stored.read_float("pixel_values"))
    np.testing.assert_array_equal(labels, stored.read_integers("labels"))
    np.testing.assert_array_equal(training[:128], seen.read_float("pixel_values"))


def test_estimates_add_up_and_respect_their_bounds(chip):
    perf = ohm.estimate(ohm.map(ohm.Network.from_pretrained("gpt2-small"), chip), prompt=32, generate=8, batch=2)
    table = perf.table()
    assert table["energy_j"].sum() == pytest.approx(perf.energy_j, rel=1e-12)
    assert table["area_m2"].sum() == pytest.approx(perf.area_m2, rel=1e-12)
    assert perf.lower_bound_s <= perf.makespan_s == perf.latency_s
    assert perf.power_w == pytest.approx(perf.energy_j / perf.latency_s)
    assert perf.energy_per_token_j == pytest.approx(perf.energy_j / 16)
    assert perf.conditions == {"prompt": 32, "generate": 8, "batch": 2, "kind": "decoder"}
    assert perf.kv_bytes_per_token == 2 * 12 * 768 and perf.ttft_s < perf.latency_s
    for wrong in ({"prompt": 0}, {"prompt": 1.5}, {"prompt": 2000}, {"generate": 0}, {"batch": 0}, {"batch": True}):
        with pytest.raises(ohm.ArgumentError):
            ohm.estimate(ohm.map(ohm.Network.from_pretrained("gpt2-small"), chip), **wrong)
    with pytest.raises(ohm.ArgumentError, match="mapping: Chip found"):
        ohm.estimate(chip)
    with pytest.raises(ohm.ArgumentError, match="chip: str found"):
        ohm.map(ohm.Network.from_pretrained("gpt2-small"), "rram_22nm")


def test_an_ideal_chip_scores_what_its_integers_score(chip, tokens):
    ideal = chip.override({"macro.device": "ideal", "macro.adc.range": "lossless", "macro.adc.bits": "auto"})
    found = ohm.evaluate(ohm.Network.from_pretrained("known_entropy_gpt"), ideal, tokens[:3, :24], chips=2)
    assert found.scores == [found.quantised_score] * 2 and found.std == 0.0
    assert found.quantised_score == pytest.approx(found.float_score, rel=0.02)


def test_scores_do_not_depend_on_threads_and_seeds_are_chips(chip, tokens):
    network = ohm.Network.from_pretrained("known_entropy_gpt")
    one, two = (ohm.evaluate(network, chip, tokens[:4, :24], chips=2, seed=5, threads=n) for n in (1, 2))
    assert one == two
    assert ohm.evaluate(network, chip, tokens[:4, :24], chips=1, seed=6).scores[0] not in one.scores
    assert one.metric == "perplexity" and one.interval[0] < one.mean < one.interval[1]
    assert one.confidence_interval == one.interval


def test_targets_of_a_decoder_are_its_next_tokens(chip, tokens):
    network = ohm.Network.from_pretrained("known_entropy_gpt")
    x = tokens[:2, :20]
    implied = ohm.evaluate(network, chip, x, chips=1)
    given = ohm.evaluate(network, chip, x[:, :-1], x[:, 1:], chips=1)
    assert given == implied
    with pytest.raises(ohm.ArgumentError, match="expected the next tokens"):
        ohm.evaluate(network, chip, x, x, chips=1)


def test_classifiers_are_scored_by_accuracy(chip):
    _, pixels, labels = digits_split()
    found = ohm.evaluate(ohm.Network.from_pretrained("digits_vit"), chip, pixels[:20], labels[:20], chips=2)
    assert found.metric == "accuracy" and 0.5 < found.mean <= 1.0


@pytest.mark.parametrize(
    ("inputs", "targets", "text"),
    [
        (np.zeros((2, 1, 8, 8)), None, "targets: none found"),
        (np.zeros((2, 1, 8, 8)), [1], "2 inputs with 1 labels"),
        (np.zeros((2, 1, 8, 8)), [1.5, 2.5], "targets: dtype float64"),
        (np.zeros((2, 1, 8, 8)), [1, 10], "10"),
        (np.full((1, 1, 8, 8), np.inf), [1], "NaN or Inf found at"),
        (np.zeros((2, 64)), [1, 2], "expected an array with 4 axes"),
        (np.zeros((2, 3, 8, 8)), [1, 2], "channels|shape|\\(3, 8, 8\\)"),
        (np.zeros((0, 1, 8, 8)), [], "0 inputs|at least one"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs, targets, text, chip):
    with pytest.raises(ohm.ArgumentError, match=text):
        ohm.evaluate(ohm.Network.from_pretrained("digits_vit"), chip, inputs, targets, chips=1)


def test_a_network_without_weights_cannot_be_scored(chip):
    with pytest.raises(ohm.ArgumentError, match="no weights; expected a folder"):
        ohm.evaluate(ohm.Network.from_pretrained("vit-small"), chip, np.zeros((1, 3, 224, 224)), [0])
    with pytest.raises(ohm.ArgumentError, match="no weights"):
        ohm.Network.from_pretrained("gpt2-small").with_outliers(10)


def test_tokens_that_are_no_words_are_refused(chip):
    network = ohm.Network.from_pretrained("known_entropy_gpt")
    for wrong in (np.full((1, 8), 64), np.full((1, 8), -1), np.zeros((1, 8)), np.zeros((1, 200), dtype=int)):
        with pytest.raises(ohm.ArgumentError):
            ohm.evaluate(network, chip, wrong, chips=1)


def test_outlier_twins_and_their_cure_compute_the_same_function(tokens):
    network = ohm.Network.from_pretrained("known_entropy_gpt")
    twin = network.with_outliers(100.0)
    cured = twin.rescaled(tokens[:16, :63])
    plain = _core.logits(network._graph, tokens[:1, :30])
    for other in (twin, cured):
        np.testing.assert_allclose(_core.logits(other._graph, tokens[:1, :30]), plain, atol=2e-3)
