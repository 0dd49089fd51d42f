# SPDX-License-Identifier: Apache-2.0
"""`ohmformer curves`: rates against context and batch equal single estimates, and say what cannot run."""

import ohmformer as ohm
import pytest
from command import ohmformer, refusal
from ohmformer.cli.curves import _drawn, beside, counts
from ohmformer.curves.workloads import rate_of
from ohmformer.report.headline import headline

SMALL = ("curves", "stdlib_gpt", "--chip", "rram_22nm", "--context", "8,16", "--batch", "1,2")


@pytest.fixture(scope="module")
def found() -> dict:
    return ohmformer(*SMALL, "--json").tree


def test_points_are_single_estimates(found):
    mapping = ohm.map(ohm.Network.from_pretrained("stdlib_gpt"), ohm.Chip.load("rram_22nm"))
    alone = ohm.estimate(mapping, prompt=8, generate=8, batch=2)
    (point,) = [p for p in found["points"] if p["label"] == "context=16, batch=2"]
    assert point["tpot_s"] == alone.tpot_s and point["energy_j"] == alone.energy_j
    assert rate_of(point).per_s == 2 / alone.tpot_s
    assert rate_of(point).per_j_low < rate_of(point).per_j < rate_of(point).per_j_high


def test_every_combination_has_a_point_and_the_first_knows_the_chip(found):
    assert [p["label"] for p in found["points"]] == [f"context={c}, batch={b}" for c in (8, 16) for b in (1, 2)]
    assert found["points"][0]["fit"]["fits"] and found["points"][0]["peak"]["chip"]["ops_per_s"] > 0


def test_what_cannot_run_says_why_and_keeps_its_size():
    tree = ohmformer("curves", "stdlib_gpt", "gpt3-175b", *SMALL[2:4], "--context", "8,4k", "--batch", "1", "--json").tree
    assert [p["network"] for p in tree["points"]] == ["stdlib_gpt", "gpt3-175b"]
    assert tree["points"][1]["fit"]["crossbar_weights"] > 1e11
    assert "context" in tree["warnings"][0] and "gpt3-175b" in tree["warnings"][1]


def test_encoders_take_their_context_at_once():
    tree = ohmformer("curves", "digits_vit", *SMALL[2:4], "--context", "17", "--batch", "1,2", "--json").tree
    assert [p["conditions"]["kind"] for p in tree["points"]] == ["encoder"] * 2
    shown = ohmformer("curves", "digits_vit", *SMALL[2:4], "--batch", "1").out
    assert "Whole inputs on rram_22nm" in shown and "input tokens/s" in shown and "TPOT" not in shown


def test_an_empty_table_is_refused():
    assert "nothing of it runs" in refusal("curves", "stdlib_gpt", *SMALL[2:4], "--context", "100k")


def test_the_folder_holds_the_page_the_pictures_and_the_figures(tmp_path):
    outcome = ohmformer(*SMALL, "--baseline", "h100", "--out", tmp_path / "out")
    assert outcome.code == 0 and "Decoding on rram_22nm" in outcome.out
    assert "Area of the tiles that hold stdlib_gpt: 16.9 mm² (2.85–18.1 mm²)." in outcome.out
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"curves.json", "plots", "report.html"}
    assert {file.name for file in (tmp_path / "out" / "plots").iterdir()} == {"rates.png", "roofline.png"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "h100 (extrapolated), batch 1" in page
    assert "Beside this page: curves.json" in page and "timeline.json" not in page.split("<footer>")[1]


def test_the_page_tells_rates_of_decoding_whether_events_read_the_prompt_or_not():
    """Its rows stand beside each other, so one column means one thing: batch / TPOT."""
    points = ohmformer(*SMALL, "--json").tree["points"]
    for point in points:
        drawn, batch = _drawn(point), point["conditions"]["batch"]
        assert drawn["tokens_per_s"] == pytest.approx(batch / point["tpot_s"])
        energy = batch * (point["conditions"]["generate"] - 1) / rate_of(point).per_j
        assert drawn["power_w"] == pytest.approx(energy / ((point["conditions"]["generate"] - 1) * point["tpot_s"]))
        assert drawn["power_low_w"] <= drawn["power_w"] <= drawn["power_high_w"]


def test_a_network_on_several_chips_says_how_many():
    row = next(row for row in headline([{"chip_area_m2": 734e-6, "reticles": 0.855, "system_chips": 326}]) if row.title == "Whole chip")
    assert row.cells == ["326 × 734 mm² = 0.855 reticles"]


def test_lines_and_roofs_of_a_baseline_are_those_of_its_estimates():
    llama, gpu = ohm.Network.from_pretrained("llama-3-8b"), ohm.Baseline.preset("h100")
    found = beside([gpu], [llama, ohm.Network.from_pretrained("vit-small")], [128, 2048], [1, 16])
    assert [(row["context"], row["batch"]) for row in found["references"]] == [(128, 1), (128, 16), (2048, 1), (2048, 16)]
    step = gpu.estimate(llama, prompt=2047, generate=2, batch=16).decode
    assert found["references"][3]["tokens_per_s"] == 16 / step["time_s"]
    (roof,) = found["machines"]
    assert roof["ops_per_s"] == pytest.approx(1.9789e15) and roof["bytes_per_s"] == pytest.approx(3.35e12)


@pytest.mark.parametrize("text", ["", "0", "x", "1,,2", "-4", "1.5", "99999999k", "²"])
def test_odd_counts_are_refused(text):
    with pytest.raises(ohm.ArgumentError, match="--batch"):
        counts(text, "--batch", 1)
