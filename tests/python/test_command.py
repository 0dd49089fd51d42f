# SPDX-License-Identifier: Apache-2.0
"""The command's answers: keys, exit codes, tables, and what `--json` prints."""

import re
import subprocess
import sys

import ohmformer as ohm
import pytest
from command import ohmformer, refusal
from ohmformer.report.quantities import quantity, with_span

FIT_KEYS = {"crossbar_weights", "cells", "arrays", "tiles", "chips", "area_m2", "utilisation", "body", "head", "rows"}
ESTIMATE_KEYS = {
    "ttft_s", "tpot_s", "tokens_per_s", "energy_per_token_j", "power_w", "area_m2", "makespan_s", "lower_bound_s",
    "macs", "kv_bytes_per_token", "breakdown",
}  # fmt: skip
GPT2 = ["--network", "gpt2-small", "--chip", "rram_22nm"]
SHORT = ["--prompt", "16", "--generate", "4"]


def test_fit_counts_the_body_of_gpt2_small():
    tree = ohmformer("fit", *GPT2, "--json").tree
    assert tree.keys() >= FIT_KEYS
    assert (tree["body"]["weights"], tree["body"]["arrays"]) == (84_934_656, 41_472)
    assert tree["crossbar_weights"] == sum(row["weights"] for row in tree["rows"]) == 84_934_656 + 50257 * 768
    assert tree["cells"] == 8 * tree["crossbar_weights"]


def test_fit_says_how_ternary_weights_take_fewer_cells():
    said = ohmformer("fit", "--network", "bitnet-b1.58-2b-4t").out
    settings = re.findall(r"--set '([^']*)'", " ".join(said.split()))
    assert len(settings) == 2
    fewer = ohmformer("fit", "--network", "bitnet-b1.58-2b-4t", "--set", settings[0], "--set", settings[1], "--json").tree
    assert fewer["body"]["cells"] == 2 * fewer["body"]["weights"]  # one cell on each side of a pair
    assert "3 values" not in ohmformer("fit", "--network", "gpt2-small").out


def test_fit_of_a_network_beyond_one_chip_says_how_many_chips_hold_it():
    outcome = ohmformer("fit", "--network", "gpt2-xl", "--chip", "rram_22nm")
    assert outcome.code == 0 and "does not fit on one chip" in outcome.out
    assert ohmformer("fit", "--network", "gpt2-xl", "--chip", "rram_22nm", "--json").tree["chips"] > 1


def test_what_bands_lack_is_said_once_for_all():
    bands = (*GPT2, "--set", "map.placement=bands")
    said = ohmformer("fit", *bands).out
    assert "6 too few: give mesh 32 rows" in " ".join(said.split())
    assert refusal("estimate", *bands, *SHORT, "--fidelity", "events") == ohmformer("fit", *bands, "--json").tree["lacking"]


def test_estimate_prints_the_promised_keys_in_si_units():
    tree = ohmformer("estimate", *GPT2, *SHORT, "--json").tree
    assert tree.keys() >= ESTIMATE_KEYS
    assert tree["lower_bound_s"] <= tree["makespan_s"] < 1
    assert sum(row["energy_j"] for row in tree["breakdown"]) == pytest.approx(tree["energy_j"], rel=1e-12)
    assert tree["kv_bytes_per_token"] == 2 * 12 * 768


def test_set_changes_what_is_estimated():
    low = ohmformer("estimate", *GPT2, *SHORT, "--json", "--set", "macro.adc.bits=4").tree
    high = ohmformer("estimate", *GPT2, *SHORT, "--json", "--set", "macro.adc.bits=4", "--set", "macro.adc.bits=9").tree
    assert low["energy_j"] < high["energy_j"]
    unsliced = ohmformer("fit", *GPT2, "--json", "--set", "macro=rram_128_unsliced").tree
    assert unsliced["body"]["arrays"] == 41_472 // 4


def test_tables_are_for_people_and_quiet_prints_nothing():
    for command in (["fit", *GPT2], ["estimate", *GPT2, *SHORT]):
        assert "gpt2-small on rram_22nm" in ohmformer(*command).out
        assert ohmformer(*command, "--quiet").out == ""


def test_figures_of_the_estimate_carry_their_range():
    tree, text = ohmformer("estimate", *GPT2, *SHORT, "--json").tree, ohmformer("estimate", *GPT2, *SHORT).out
    for name, unit in (("energy", "j"), ("energy_per_token", "j"), ("power", "w"), ("area", "m2")):
        low, middle, high = (tree[f"{name}{end}_{unit}"] for end in ("_low", "", "_high"))
        assert low <= middle <= high and low < high
        assert with_span(middle, low, high, unit if unit == "m2" else unit.upper()) in text
    adc = sum(row["energy_low_j"] for row in tree["breakdown"] if row["component"] == "adc")
    assert re.search(rf"adc .*\({quantity(adc, 'J').split()[0]}", text)


def test_encoders_have_input_tokens_and_no_time_between_outputs():
    text = ohmformer("estimate", "--network", "digits_vit", "--chip", "rram_22nm").out
    assert "encoder, input 17 tokens, batch 1" in text and "Input tokens per second" in text
    assert "TPOT" not in text and "generate" not in text and "Keys and values" not in text
    alone = ohmformer("estimate", *GPT2, "--prompt", "16", "--generate", "1").out
    assert re.search(r"TPOT\) +│ +– ", alone)


def test_the_prompt_of_two_stacks_is_what_the_first_one_reads():
    t5 = ohm.Network.from_pretrained("t5-base"), ohm.Chip.load("rram_22nm")
    known = ohm.estimate(t5, generate=2)
    assert known.conditions == {"prompt": 256, "generate": 2, "batch": 1, "kind": "encoder-decoder"}
    assert known.to_dict()["input_tokens_per_s"] * known.latency_s == pytest.approx(256)
    text = ohmformer("estimate", "--network", "t5-base", "--chip", "rram_22nm", "--prompt", "8", "--generate", "2").out
    assert "prompt 8 (encoder), generate 2, batch 1" in text


def test_heat_gating_and_yield_are_printed_where_the_chip_asks_for_them():
    network = ("estimate", "--network", "stdlib_gpt", "--chip", "rram_22nm")
    asked = ("thermal.kind=network", "yield.kind=negative_binomial", "gating.kind=idle_tiles")
    text = ohmformer(*network, *(word for each in asked for word in ("--set", each))).out
    for words in ("Hottest tile", "Break-even time", "Yield of a die", "Cost of a good package"):
        assert words in text and words not in ohmformer(*network).out


def test_everything_that_is_listed_can_be_shown_and_reads_back(tmp_path):
    tree = ohmformer("list", "--json").tree
    assert tree.keys() == {"devices", "macros", "chips", "baselines", "networks", "experiments"}
    for kind, rows in tree.items():
        assert rows, kind
        for row in rows:
            text = ohmformer("show", row["name"], "--kind", kind.removesuffix("s")).out
            assert text, row["name"]
            if kind in ("devices", "macros", "chips"):
                file = tmp_path / f"{row['name']}.yaml"
                file.write_text(text)
                again = ohmformer("show", file, "--kind", kind.removesuffix("s")).out
                assert again == text
    assert ohmformer("show", "rram_128", "--set", "adc.bits=5", "--json").tree["adc"]["bits"] == 5


def test_every_shipped_file_is_fine(repository):
    files = sorted((repository / "configs").rglob("*.yaml")) + sorted((repository / "experiments").glob("*/experiment.yaml"))
    assert len(files) > 15
    for file in files:
        outcome = ohmformer("check", file)
        assert outcome.code == 0, outcome.err
        assert ohmformer("check", file, "--json").tree["valid"] is True


def test_an_alias_names_the_same_network():
    assert ohmformer("show", "openai-community/gpt2").out == ohmformer("show", "gpt2-small").out


def test_a_folder_of_configurations_extends_what_is_known(tmp_path):
    (tmp_path / "macro").mkdir()
    (tmp_path / "macro" / "mine.yaml").write_text(ohm.MacroSpec.load("rram_128").override({"adc.bits": 5}).to_yaml())
    tree = ohmformer("show", "rram_22nm", "--set", "macro=mine", "--configs", tmp_path, "--json").tree
    assert tree["macro"]["adc"]["bits"] == 5
    assert "mine" in ohmformer("list", "macros", "--configs", tmp_path).out


def test_the_command_runs_as_a_program():
    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "ohmformer", *arguments], capture_output=True, text=True, check=False, timeout=120
        )

    version = run("--version")
    assert (version.returncode, version.stdout) == (0, f"ohmformer {ohm.__version__}\n")
    helped = run("--help")
    assert helped.returncode == 0
    for command in ("run", "estimate", "fit", "check", "list", "show", "validate"):
        assert re.search(rf"\b{command}\b", helped.stdout)
    wrong = run("fit", "--network", "nothing", "--chip", "rram_22nm")
    assert wrong.returncode == 2 and wrong.stderr.count("\n") == 1 and wrong.stdout == ""
