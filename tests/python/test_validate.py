# SPDX-License-Identifier: Apache-2.0
"""`ohmformer validate`: units, rows, verdicts, files, and every shipped figure."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
import yaml
from command import ohmformer, refusal
from ohmformer import validation
from ohmformer.chip import Chip, MacroSpec
from ohmformer.errors import ArgumentError
from ohmformer.validation import figures, studies, target_names, validate
from ohmformer.validation.rows import load_pinned, load_target
from ohmformer.validation.units import unit, unit_of_key

TILE = {
    "power_w": 0.33, "power_low_w": 0.3, "power_high_w": 0.5, "area_m2": 0.372e-6, "tops": 0.2458, "tops_per_w": 0.745,
    "weight_bytes": 393216.0,
    "parts": [
        {"component": "adc", "power_w": 0.192, "area_m2": 1e-7, "source": "a"},
        {"component": "adc", "power_w": 0.008, "area_m2": 0.0, "source": "b"},
        {"component": "cells", "power_w": 0.1, "area_m2": 0.0, "source": "c"},
    ],
}  # fmt: skip
ROW = {
    "figure": "tile power",
    "unit": "mW",
    "theirs": 330,
    "band": 0.01,
    "kind": "predicted",
    "source": "Table I",
    "from": {"chip": "rram_22nm", "level": "tile", "key": "power_w"},
}


@pytest.fixture
def peak(monkeypatch):
    """A chip whose tile is TILE, and how often it was asked for."""
    asked = []

    def fake(self):
        asked.append(repr(self))
        return {"tile": TILE}

    monkeypatch.setattr(Chip, "peak", fake, raising=False)
    monkeypatch.setattr(MacroSpec, "peak", lambda self: {"macro": TILE}, raising=False)
    return asked


@pytest.fixture
def target(tmp_path):
    """Writes one.yaml with rows, each ROW with changes."""

    def write(*changes, name="one", **keys):
        file = tmp_path / f"{name}.yaml"
        rows = [{**ROW, "figure": f"figure {i}"} | change for i, change in enumerate(changes)]
        file.write_text(yaml.safe_dump({"rows": rows} | keys))
        return str(file)

    return write


def only(file):
    (row,) = validate([file]).rows
    return row


# --- units --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("W", 1), ("mW", 1e-3), ("mm2", 1e-6), ("um2", 1e-12), ("GOPS/W", 1e9), ("TOPS/mm2", 1e18), ("pJ/conversion", 1e-12),
        ("MiB/mm2", 2**20 * 1e6), ("MB", 1e6), ("%", 0.01), ("1", 1), ("Mbit", 1.25e5), ("ns", 1e-9), ("conversions/MAC", 1),
        ("tokens/s", 1), ("GHz", 1e9), ("x", 1), ("m2", 1),
    ],
)  # fmt: skip
def test_a_unit_has_its_size(text, factor):
    assert unit(text).factor == pytest.approx(factor, rel=1e-15)


def test_units_of_one_quantity_agree_in_dimension():
    assert unit("TOPS/W").dimension == unit("1/J").dimension == unit_of_key("tops_per_w").dimension
    assert unit("mW").dimension == unit_of_key("power_high_w").dimension != unit_of_key("mvm_j").dimension
    assert unit("MiB/mm2") == unit_of_key("mib_per_mm2")
    assert unit_of_key("tokens_per_s").dimension == unit("Hz").dimension
    assert unit_of_key("tops_per_w_low") == unit("TOPS/W")


@pytest.mark.parametrize("text", ["", "watts", "mmW", "KW", "/W", "W/", "W*s", "m3", "TOPS per W", "kg"])
def test_an_unknown_unit_is_refused(text):
    with pytest.raises(ArgumentError, match="is unknown; expected such as mW"):
        unit(text)


# --- ours ---------------------------------------------------------------------------------------


def test_ours_is_converted_into_their_unit_with_its_range(peak, target):
    row = only(target({}))
    assert row["ours"] == pytest.approx(330) and row["error"] == pytest.approx(0, abs=1e-12)
    assert (row["ours_low"], row["ours_high"]) == (pytest.approx(300), pytest.approx(500))
    assert row["status"] == "pass" and row["pass"] is True


@pytest.mark.parametrize(
    ("origin", "units", "ours"),
    [
        ({"part": "adc"}, "mW", 200),  # two lines of one component
        ({"key": "tops", "per": "area_m2"}, "GOPS/mm2", 245.8 / 0.372),
        ({"key": "weight_bytes", "per": "area_m2"}, "MiB/mm2", 0.375 / 0.372),
        ({"over": {"macro": "rram_128", "key": "power_w"}}, "1", 1),
        ({"over": {"chip": "rram_22nm", "level": "tile", "part": "cells", "key": "power_w"}}, "%", 330),
        ({"set": {"macro.adc.bits": 6}}, "W", 0.33),
    ],
)
def test_ours_may_be_a_part_or_a_ratio(peak, target, origin, units, ours):
    row = only(target({"from": ROW["from"] | origin, "unit": units, "theirs": ours}))
    assert row["ours"] == pytest.approx(ours) and row["pass"]


def test_a_factor_multiplies_ours(peak, target):
    assert only(target({"factor": 2, "note": "a pair counts twice", "theirs": 660}))["pass"]


def test_a_chip_is_computed_once_however_many_rows_ask(peak, target):
    validate([target({}, {"unit": "W", "theirs": 0.33}, {"from": ROW["from"] | {"set": {"macro.adc.bits": 5}}})])
    assert len(peak) == 2


def test_a_chip_may_lie_beside_the_rows(peak, target, tmp_path, repository):
    text = (repository / "configs/chip/rram_22nm.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text)
    assert only(target({"from": ROW["from"] | {"chip": "./mine.yaml"}}))["pass"]


def test_files_of_one_name_in_two_folders_are_two_chips(target, tmp_path, repository):
    text = (repository / "configs/chip/rram_22nm.yaml").read_text()
    beside = {"chip": "./mine.yaml"}
    workload = beside | {"network": "vit-small"}
    origins = [beside | {"level": "chip", "key": "area_m2"}, workload | {"key": "energy_j"}, workload | {"fit": "tiles"}]
    files = []
    for folder, macros in (("a", 48), ("b", 96)):
        (tmp_path / folder).mkdir()
        changed, count = re.subn(r"(?m)^macros_per_tile: \d+", f"macros_per_tile: {macros}", text)
        assert count == 1
        (tmp_path / folder / "mine.yaml").write_text(changed)
        changes = [{"from": one, "unit": units, "theirs": 1} for one, units in zip(origins, ("mm2", "J", "1"), strict=True)]
        files.append(target(*changes, name=f"{folder}/rows_{folder}"))
    ours = [row["ours"] for row in validate(files).rows]
    assert all(a != b for a, b in zip(ours[:3], ours[3:], strict=True))
    assert ours == [row["ours"] for file in files for row in validate([file]).rows]


def test_a_row_without_a_source_takes_that_of_the_defaults(peak, target):
    defaults = {"from": ROW["from"] | {"set": {"macro.adc.bits": 6}}}
    plain, part = validate([target({"from": {"part": "adc"}}, {"from": {"key": "tops"}, "unit": "TOPS"}, defaults=defaults)]).rows
    assert plain["ours"] == pytest.approx(200) and part["ours"] == pytest.approx(0.2458)
    assert "adc.bits=6" in peak[0] and len(peak) == 1


@pytest.mark.parametrize(
    "own",
    [
        {"chip": "rram_22nm", "level": "tile", "key": "power_w"},
        {"macro": "rram_128", "key": "power_w"},
        {"adc": {"bits": 8, "node": "32 nm"}, "key": "area_m2"},
    ],
)
@pytest.mark.parametrize("default", [{"study": "raella"}, {"chip": "isaac_ce", "level": "chip", "set": {"macro.adc.bits": 6}}])
def test_a_row_with_a_source_of_its_own_takes_nothing_from_the_defaults(target, own, default):
    (row,) = load_target(Path(target({"from": own}, defaults={"from": default}))).rows
    assert row.origin == own


def test_a_study_computes_what_no_single_chip_does(monkeypatch, target):
    monkeypatch.setitem(studies.STUDIES, "halves", "fractions_of_this_test:figures")
    monkeypatch.setattr(studies, "import_module", lambda name: type("M", (), {"figures": staticmethod(lambda: {"saved_j": 2e-12})}))
    assert only(target({"from": {"study": "halves", "key": "saved_j"}, "unit": "pJ", "theirs": 2}))["pass"]


def test_a_workload_gives_estimate_and_fit(target):
    workload = {"network": "vit-small", "chip": "rram_22nm"}
    found = validate(
        [
            target(
                {"from": workload | {"key": "macs", "per": "energy_j"}, "factor": 2, "note": "1 MAC = 2 OP", "unit": "TOPS/W", "theirs": 1},
                {"from": workload | {"fit": "arrays"}, "unit": "1", "theirs": 1},
            )
        ]
    )
    efficiency, arrays = (row["ours"] for row in found.rows)
    assert 0.01 < efficiency < 100 and arrays > 1000 and arrays == int(arrays)


def test_a_converter_costs_what_the_model_says():
    found = figures.converter({"bits": 8, "node": "32 nm", "rate": "1.28 GHz", "cost": "isaac"})
    assert found["energy_j"] == pytest.approx(1.5625e-12, rel=0.01)
    assert found["energy_low_j"] <= found["energy_j"] <= found["energy_high_j"]


# --- verdicts -----------------------------------------------------------------------------------


def test_the_band_includes_its_ends_and_nothing_beyond(peak, target):
    just, beyond = validate([target({"theirs": 0.33 / 1.01 * 1e3 * 1.0000001}, {"theirs": 0.33 / 1.01 * 1e3 * 0.999})]).rows
    assert just["status"] == "pass" and beyond["status"] == "fail" and not beyond["pass"]


def test_a_documented_gap_is_no_pass_and_no_failure(peak, target):
    file = target({"theirs": 100, "gap": "the paper does not say"}, {})
    found = validate([file])
    assert [row["status"] for row in found.rows] == ["gap", "pass"] and found.rows[0]["pass"] is False
    assert found.holds and found.summaries[0]["gaps"] == 1
    assert found.summaries[0]["worst_error"] < 1e-9  # gaps do not count
    assert found.summaries[0]["worst_gap"] == found.rows[0]["error"]
    outcome = ohmformer("validate", file)
    assert outcome.code == 0 and "gap, figure 0: the paper does not say" in outcome.out
    assert " off; mean |error| of predictions, gaps left out, 0 %" in outcome.out


def test_a_row_beyond_its_band_fails_the_command_and_names_itself(peak, target):
    outcome = ohmformer("validate", target({"theirs": 100}, {}))
    assert outcome.code == 1
    assert outcome.err == "ohmformer: one: figure 0: 330 mW found; expected 100 within 1 %\n"


def test_the_mean_over_predictions_may_be_bounded(peak, target):
    rows = [{"theirs": 327}, {"theirs": 328}, {"theirs": 400, "kind": "fitted", "band": 0.5}]
    assert validate([target(*rows, mean_band=0.01)]).holds
    outcome = ohmformer("validate", target(*rows, mean_band=0.005))
    assert outcome.code == 1 and "one: mean error 0.76 %; expected at most 0.5 %" in outcome.err


def test_figures_that_moved_are_noticed(peak, target, monkeypatch, tmp_path):
    file = target({})
    monkeypatch.setattr(validation, "validation_root", lambda: tmp_path)
    monkeypatch.setattr(validation, "load_pinned", lambda: {"one": {"figure 0": 330.0 * (1 + 5e-7)}})
    assert validate([file]).holds
    monkeypatch.setattr(validation, "load_pinned", lambda: {"one": {"figure 0": 330.0 * (1 + 2e-6)}})
    outcome = ohmformer("validate", file)
    assert outcome.code == 1 and "expected.yaml pins 330.00066" in outcome.err


def test_only_what_is_shipped_is_pinned(peak, target, monkeypatch, tmp_path):
    file = target({})
    monkeypatch.setattr(validation, "load_pinned", lambda: {"one": {"figure 0": 300.0}})
    assert validate([file]).holds  # a file of one's own that is called like a shipped one
    monkeypatch.setattr(validation, "validation_root", lambda: tmp_path)
    assert not validate([file]).holds
    assert validate([file], configs=iter([tmp_path])).holds  # other chips under the shipped names
    assert ohmformer("validate", file, "--configs", tmp_path).code == 0


def test_a_negative_figure_has_an_error_too(peak, target):
    assert only(target({"theirs": -330, "factor": -1, "note": "a loss"}))["pass"]


# --- what is wrong with a file ------------------------------------------------------------------

FAULTS = {
    "unknown key": ({"thiers": 1}, ["rows[0]: thiers: unknown key", "'theirs'"]),
    "no figure": ({"figure": ""}, ["rows[0]: figure: '' found; expected a text"]),
    "theirs in words": ({"theirs": "5e-6"}, ["theirs: '5e-6' found; expected a number", "5.0e-6"]),
    "theirs zero": ({"theirs": 0}, ["theirs: 0 found"]),
    "theirs infinite": ({"theirs": float("inf")}, ["theirs: inf found"]),
    "negative band": ({"band": -0.1}, ["band: -0.1 found; expected a relative error above 0"]),
    "truth for a number": ({"band": True}, ["band: True found"]),
    "unknown kind": ({"kind": "preditced"}, ["kind: 'preditced' found", "'predicted'"]),
    "factor without a note": ({"factor": 2}, ["factor: 2 without a note"]),
    "unknown unit": ({"unit": "mWatt"}, ["unit 'mWatt' is unknown"]),
    "unit of another quantity": ({"unit": "mm2"}, ["unit: mm2 does not measure tile power_w"]),
    "from is a word": ({"from": "isaac"}, ["from: 'isaac' found; expected a map"]),
    "from nowhere": ({"from": {"level": "tile"}}, ["from: expected one of: chip, macro, network"]),
    "two sources": ({"from": ROW["from"] | {"macro": "rram_128"}}, ["from: expected one of"]),
    "unknown key in from": ({"from": ROW["from"] | {"levle": "tile"}}, ["from.levle: does not go", "'level'"]),
    "unknown level": ({"from": ROW["from"] | {"level": "tiel"}}, ["from.level: 'tiel' found", "'tile'"]),
    "unknown result": ({"from": ROW["from"] | {"key": "power"}}, ["from.key: 'power' found; expected one of: power_w"]),
    "a list as result": ({"from": ROW["from"] | {"key": "parts"}}, ["from.key: 'parts' found"]),
    "unknown part": ({"from": ROW["from"] | {"part": "acd"}}, ["from.part: 'acd' found", "'adc'"]),
    "unknown chip": ({"from": ROW["from"] | {"chip": "rram_22mn"}}, ["chip 'rram_22mn' not found", "'rram_22nm'"]),
    "unknown override": ({"from": ROW["from"] | {"set": {"macro.adc.bitz": 6}}}, ["'macro.adc.bits'"]),
    "set of a word": ({"from": ROW["from"] | {"set": "macro.adc.bits=6"}}, ["from.set"]),
    "over a word": ({"from": ROW["from"] | {"over": "chip"}}, ["from.over: 'chip' found"]),
    "unknown study": ({"from": {"study": "reala", "key": "x"}}, ["from.study: 'reala' found"]),
    "workload without a chip": ({"from": {"network": "bert-base", "key": "macs"}}, ["both network and chip"]),
    "converter without a node": ({"from": {"adc": {"bits": 8}, "key": "energy_j"}}, ["from.adc", "node: 32 nm"]),
    "converter with a wrong key": ({"from": {"adc": {"bitz": 8, "node": "32 nm"}, "key": "energy_j"}}, ["bitz", "'bits'"]),
    "converter with a wrong unit": ({"from": {"adc": {"bits": 8, "node": "32 V"}, "key": "energy_j"}}, ["32 V"]),
}


@pytest.mark.parametrize(("change", "parts"), FAULTS.values(), ids=FAULTS.keys())
def test_a_wrong_row_is_refused_in_one_sentence(peak, target, change, parts):
    message = refusal("validate", target(change))
    assert "one.yaml: rows[0]" in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("", "expected a map"), ("[1]", "expected a map"), ("rows: []", "rows: [] found"), ("rows: [1]", "rows[0]: '1' found"),
        ("rows: {a: 1}", "rows: {'a': 1} found"), ("a: [", "not valid YAML"), ("title: x\nrow: []", "'rows'"),
        ("defaults: 3\nrows: []", "defaults: '3' found"), ("\x00", "not valid YAML"),
    ],
)  # fmt: skip
def test_a_file_without_rows_is_refused(tmp_path, content, part):
    (tmp_path / "x.yaml").write_text(content)
    message = refusal("validate", tmp_path / "x.yaml")
    assert "x.yaml" in message and part in message


def test_names_and_files_that_do_not_exist_are_refused(tmp_path, peak, target):
    assert "did you mean 'adc_survey'" in refusal("validate", "adc_survay")
    assert "no such file" in refusal("validate", tmp_path / "no.yaml")
    assert "stands there twice" in refusal("validate", target({"figure": "a"}, {"figure": "a"}))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one.yaml").write_text((tmp_path / "one.yaml").read_text().replace("figure: a", "figure: b", 1))
    file = target({})
    assert "two targets are called one" in refusal("validate", file, tmp_path / "below" / "one.yaml")
    assert len(validate([file, file]).rows) == 1


# --- what is written ----------------------------------------------------------------------------


def test_json_holds_the_promised_keys_and_nothing_else_is_printed(peak, target):
    tree = ohmformer("validate", target({}), "--json").tree
    assert {"target", "figure", "unit", "ours", "theirs", "error", "kind", "band", "pass"} <= tree["rows"][0].keys()
    assert tree["pass"] is True and tree["targets"][0]["passed"] == 1
    assert ohmformer("validate", target({}), "--quiet").out == ""


def test_the_folder_holds_the_ledger(peak, target, tmp_path):
    out = tmp_path / "out"
    outcome = ohmformer("validate", target({}, {"theirs": 200, "gap": "a < b & c"}, {"kind": "fitted"}), "--out", out)
    assert outcome.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["expected.yaml", "parity.png", "table.csv", "validation.html", "validation.json"]
    rows = list(csv.DictReader(io.StringIO((out / "table.csv").read_text())))
    assert [row["status"] for row in rows] == ["pass", "gap", "pass"]
    assert json.loads((out / "validation.json").read_text())["rows"][1]["gap"] == "a < b & c"
    assert yaml.safe_load((out / "expected.yaml").read_text()) == {"one": {f"figure {i}": 330.0 for i in range(3)}}
    page = (out / "validation.html").read_text()
    assert "a &lt; b &amp; c" in page and "<script" not in page and "http" not in page.replace("http-equiv", "")
    picture = (out / "parity.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert ohmformer("validate", target({}, {"theirs": 200, "gap": "a < b & c"}, {"kind": "fitted"}), "--out", out).code == 0
    assert (out / "parity.png").read_bytes() == picture


def test_an_output_that_cannot_be_written_is_refused_before_any_work(tmp_path, peak, target):
    (tmp_path / "file").write_text("")
    assert "is a file" in refusal("validate", target({}), "--out", tmp_path / "file")
    assert peak == []


# --- what is shipped ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped():
    return validate()


def test_every_shipped_figure_lies_within_its_band_or_says_why_not(shipped):
    assert [f"{row['target']}: {row['figure']}: {row['error']:+.2%}" for row in shipped.failed] == []
    assert all(summary["pass"] for summary in shipped.summaries)


def test_no_shipped_gap_has_closed(shipped):
    closed = [f"{row['target']}: {row['figure']}" for row in shipped.rows if row["gap"] and row["status"] == "pass"]
    assert not closed, "within their band, so `gap` must go: " + ", ".join(closed)


def test_every_shipped_figure_is_pinned_and_has_not_moved(shipped):
    pinned = load_pinned()
    assert {name: list(rows) for name, rows in pinned.items()} == {name: list(rows) for name, rows in shipped.pins().items()}
    assert shipped.drifted == []


def test_the_survey_regression_has_its_72_converters(shipped):
    rows = [row for row in shipped.rows if row["target"] == "adc_survey"]
    assert len(rows) == 144 and max(abs(row["error"]) for row in rows) <= 5e-6
    assert "adc_survey" in target_names()
