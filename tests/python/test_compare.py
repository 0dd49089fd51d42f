# SPDX-License-Identifier: Apache-2.0
"""`ohmformer compare` and its Python twin: figures beside each other, shares that add up, a picture."""

import io
import json

import pandas as pd
import pytest
from command import ohmformer, refusal
from ohmformer import Chip, comparison
from ohmformer.comparison import LEVELS, compare, labels, shares
from ohmformer.errors import ArgumentError, ConfigError
from ohmformer.plots.comparison import draw_comparison

CHIPS = ("rram_22nm", "isaac_ce")
TRANSFORMER = ("--network", "vit-small")


@pytest.fixture(scope="module")
def table():
    return compare(*CHIPS)


def test_every_chip_is_a_row_with_its_facts(table):
    assert list(table.index) == list(CHIPS)
    isaac = table.loc["isaac_ce"]
    assert (isaac["node_m"], isaac["arrays"], isaac["cell_bits"]) == (pytest.approx(32e-9), 168 * 96, 2)
    assert (isaac["input_bits"], isaac["weight_bits"], isaac["adc_bits"]) == (16, 16, 8)
    assert isaac["cells"] == isaac["arrays"] * isaac["array_rows"] * isaac["array_columns"] >= 16128 * 2**14
    assert isaac["mvm_s"] == pytest.approx(1.6e-6)


def test_the_figures_are_those_of_the_peak(table):
    for name in CHIPS:
        peak = Chip.load(name).peak()
        for level in LEVELS:
            for key in ("tops", "power_w", "area_m2", "tops_per_w", "tops_per_mm2"):
                assert table.loc[name, f"{level}_{key}"] == peak[level][key]


def test_ranges_hold_their_figure(table):
    for level in LEVELS:
        for head, tail in (("power", "_w"), ("area", "_m2")):
            low, middle, high = (table[f"{level}_{head}{end}{tail}"] for end in ("_low", "", "_high"))
            assert (low <= middle).all() and (middle <= high).all()
        for key in ("tops_per_w", "tops_per_mm2"):
            low, middle, high = (table[f"{level}_{key}{end}"] for end in ("_low", "", "_high"))
            assert (low <= middle).all() and (middle <= high).all()


@pytest.mark.parametrize("figure", ["power_w", "area_m2"])
@pytest.mark.parametrize("level", ["macro", "chip"])
def test_shares_add_up_to_the_whole(figure, level):
    for name in CHIPS:
        found = shares(Chip.load(name), level, figure)
        assert sum(found.values()) == pytest.approx(1)
        assert list(found.values()) == sorted(found.values(), reverse=True)


def test_fewer_bits_change_the_converter_in_every_column():
    base = Chip.load("rram_22nm")
    table = compare(base, base.override({"macro.adc.bits": 6}))
    assert list(table.index) == ["rram_22nm", "rram_22nm, macro.adc.bits=6"]
    assert table["adc_bits"].tolist() == [8, 6]
    for key in ("macro_tops_per_w", "macro_tops_per_mm2", "chip_tops_per_w"):
        assert table[key].is_monotonic_increasing and table[key].is_unique


def test_equal_chips_keep_names_of_their_own():
    chip = Chip.load("rram_22nm")
    assert labels([chip, chip, chip]) == ["rram_22nm", "rram_22nm (2)", "rram_22nm (3)"]


def test_a_network_that_cannot_run_on_one_chip_says_so_and_runs_on_the_other():
    table = compare(*CHIPS, network="vit-small")
    assert table.loc["rram_22nm", "network_tokens_per_s"] > 0 and table.loc["rram_22nm", "network_problem"] == ""
    assert pd.isna(table.loc["isaac_ce", "network_tokens_per_s"])
    assert table.loc["isaac_ce", "network_arrays"] > 0 and table.loc["isaac_ce", "network_problem"]


def test_a_chip_that_cannot_take_a_network_stops_no_other(monkeypatch):
    real = comparison.fit

    def fit(network, chip):
        if chip.name == "isaac_ce":
            raise ConfigError("no room")
        return real(network, chip)

    monkeypatch.setattr(comparison, "fit", fit)
    rows = ohmformer("compare", *CHIPS, *TRANSFORMER, "--json").tree["chips"]
    assert rows[0]["network_tokens_per_s"] > 0 and rows[0]["network_fits"] is True
    assert rows[1]["network_problem"] == "no room" and rows[1]["network_arrays"] is rows[1]["network_fits"] is None
    assert "- isaac_ce: no room" in ohmformer("compare", "isaac_ce", *TRANSFORMER).out


def test_a_digital_engine_has_no_converter():
    table = compare("rram_22nm", "digital_mac_22nm", "isaac_ce")
    digital = table.loc["digital_mac_22nm"]
    assert digital["adc_kind"] == digital["adc_cost"] == "none"
    assert table["adc_bits"].tolist() == [8, None, 8] and digital["columns_per_adc"] is None
    rows = ohmformer("compare", "rram_22nm", "digital_mac_22nm", "--json").tree["chips"]
    assert [type(row["adc_bits"]) for row in rows] == [int, type(None)]
    printed = ohmformer("compare", "digital_mac_22nm").out.splitlines()
    for name in ("ADC  ", "bitlines per ADC  ", "ADC cost after  "):
        (line,) = (line for line in printed if line.lstrip(" │").startswith(name))
        assert "none" in line and "survey" not in line


def test_a_converter_of_as_many_bits_as_it_takes_is_compared_too():
    chip = Chip.load("rram_22nm").override({"macro.adc.range": "lossless", "macro.adc.bits": "auto"})
    assert compare(chip, "digital_mac_22nm")["adc_bits"].tolist() == ["auto", None]


def test_the_command_prints_both_chips_at_every_level():
    outcome = ohmformer("compare", *CHIPS)
    assert outcome.code == 0 and outcome.err == ""
    for text in (*CHIPS, "One macro at full load", "One chip at full load", "TOPS/mm²", "16, 16,", "Share of the chip's area"):
        assert text in outcome.out


def test_json_has_no_numbers_that_json_lacks():
    outcome = ohmformer("compare", *CHIPS, *TRANSFORMER, "--json")
    rows = outcome.tree["chips"]
    assert [row["chip"] for row in rows] == list(CHIPS)
    assert rows[1]["network_tokens_per_s"] is None
    assert rows[0]["chip_tops"] == Chip.load("rram_22nm").peak()["chip"]["tops"]


def test_settings_hold_for_every_chip():
    rows = ohmformer("compare", *CHIPS, "--set", "macro.read.voltage=0.1 V", "--json").tree["chips"]
    plain = ohmformer("compare", *CHIPS, "--json").tree["chips"]
    assert rows[0]["chip_power_w"] < plain[0]["chip_power_w"]


def test_the_folder_holds_table_and_picture(tmp_path):
    out = tmp_path / "out"
    assert ohmformer("compare", *CHIPS, "--out", out, "--quiet").out == ""
    assert sorted(path.name for path in out.iterdir()) == ["comparison.json", "comparison.png", "table.csv"]
    read = pd.read_csv(io.StringIO((out / "table.csv").read_text()), index_col="chip")
    assert read.loc["isaac_ce", "arrays"] == 16128
    assert json.loads((out / "comparison.json").read_text())["chips"][0]["chip"] == "rram_22nm"


def test_the_same_chips_give_the_same_picture():
    peaks = [Chip.load(name).peak() for name in CHIPS]
    picture = draw_comparison(CHIPS, peaks)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n") and picture == draw_comparison(CHIPS, peaks)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["rram_22mn"], "did you mean 'rram_22nm'"),
        (["rram_22nm", "no/such.yaml"], "no/such.yaml"),
        (["rram_22nm", "--set", "macro.adc.bitz=6"], "'macro.adc.bits'"),
        (["rram_22nm", "--network", "vit-smal"], "vit-smal"),
        (["rram_22nm", "--prompt", "64"], "compare: prompt=64 without a network; expected one to run"),
        (["rram_22nm", "--batch", "2", "--generate", "3"], "generate=3, batch=2 without a network"),
        ([], "compare: no chips given; expected at least one"),
    ],
)
def test_wrong_chips_are_refused_in_one_sentence(arguments, part):
    assert part in refusal("compare", *arguments)


def test_nothing_and_wrong_kinds_are_refused_in_python():
    with pytest.raises(ArgumentError, match="no chips given"):
        compare()
    with pytest.raises(ArgumentError, match="compare: int found"):
        compare(3)
    with pytest.raises(ArgumentError, match="network: int found"):
        compare("rram_22nm", network=3)


def test_a_workload_needs_a_network_and_known_names():
    with pytest.raises(ArgumentError, match="prompt=64 without a network"):
        compare("rram_22nm", prompt=64)
    for network in (None, "vit-small"):
        with pytest.raises(TypeError, match="promt"):
            compare("isaac_ce", network=network, promt=64)
