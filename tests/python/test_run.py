# SPDX-License-Identifier: Apache-2.0
"""`ohmformer run`: what it writes, the same bytes every time, all or nothing."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from command import ohmformer
from ohmformer.results import to_json

EXPERIMENT = """\
title: small
chip: rram_22nm
chips: 2
override: {macro.device.read_noise: 0.02}
sweep: {macro.adc.bits: [8, 5]}
points:
  - {name: known_entropy_gpt, network: known_entropy_gpt, task: language, samples: 2, calibration_tokens: 64}
"""
FILES = ["config.resolved.yaml", "plots", "report.html", "result.json", "table.csv", "timeline.json", "timing.json"]
COST_KEYS = {"ttft_s", "tpot_s", "tokens_per_s", "energy_per_token_j", "power_w", "area_m2", "makespan_s",
             "lower_bound_s", "macs", "kv_bytes_per_token", "breakdown"}  # fmt: skip
SCORE_KEYS = {"float_score", "quantised_score", "score_mean", "score_std", "score_ci", "chips"}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("experiment") / "small.yaml"
    file.write_text(EXPERIMENT)
    return file


@pytest.fixture(scope="module")
def results(file) -> Path:
    """The folder of a finished run."""
    out = file.parent / "results"
    outcome = ohmformer("run", file, "--out", out, "--workers", "1")
    assert outcome.code == 0, outcome.err
    assert "report.html" in outcome.out
    return out


def tree_of(folder: Path) -> dict:
    return json.loads((folder / "result.json").read_text())


def test_a_run_leaves_what_was_promised_and_nothing_else(results):
    assert sorted(path.name for path in results.iterdir()) == FILES
    assert sorted(path.name for path in results.parent.iterdir()) == ["results", "small.yaml"]
    assert list(results.glob("plots/*.png"))
    assert "<html" in (results / "report.html").read_text()


def test_points_hold_scores_and_costs(results):
    tree = tree_of(results)
    assert [point["label"] for point in tree["points"]] == ["macro.adc.bits=8", "macro.adc.bits=5"]
    for point in tree["points"]:
        assert point.keys() >= COST_KEYS | SCORE_KEYS
        scores = [chip["score"] for chip in point["chips"]]
        assert point["score_mean"] == pytest.approx(sum(scores) / 2, rel=1e-12)
        assert point["score_std"] == pytest.approx(abs(scores[0] - scores[1]) / 2**0.5, rel=1e-9)
        low, high = point["score_ci"]
        assert (high - low) / 2 == pytest.approx(12.7062 * point["score_std"] / 2**0.5, rel=1e-4)
        assert point["floor"] == pytest.approx(5.15, abs=0.05)
        assert set(point["segments"]) == {"first_half", "copy_half"}
        assert point["segments"]["first_half"]["score_mean"] == point["score_mean"]
        assert {source["name"] for source in point["error_sources"]} == {"all", "none", "programming", "read_noise", "wires", "adc"}
        assert point["conditions"]["samples"] == 2


def test_one_imperfection_is_what_is_left_of_all(results):
    point = tree_of(results)["points"][0]
    means = {source["name"]: source["score_mean"] for source in point["error_sources"]}
    assert means["none"] == point["quantised_score"]
    assert means["programming"] > means["none"]


def test_the_table_has_a_row_per_leaf_and_adds_up(results):
    rows = list(csv.DictReader((results / "table.csv").read_text().splitlines()))
    points = tree_of(results)["points"]
    assert len(rows) == sum(len(point["breakdown"]) for point in points)
    for point in points:
        energy = sum(float(row["energy_j"]) for row in rows if row["point"] == point["name"])
        assert energy == pytest.approx(point["energy_j"], rel=1e-12)


def test_the_trace_opens_in_perfetto_and_keeps_points_apart(results):
    trace = json.loads((results / "timeline.json").read_text())
    assert {event["ph"] for event in trace["traceEvents"]} == {"M", "X"}
    assert {event["pid"] // 100 for event in trace["traceEvents"]} == {0, 1}


def test_the_resolved_configuration_states_everything(results):
    tree = yaml.safe_load((results / "config.resolved.yaml").read_text())
    assert tree["experiment"]["chips"] == 2
    assert tree["chip"]["macro"]["device"]["read_noise"] == 0.02
    assert tree["chip"]["macro"]["read"]["voltage"] == "200 mV"


def test_two_threads_and_a_second_run_give_the_same_bytes(file, results):
    again = file.parent / "again"
    for workers in ("2", "1"):
        assert ohmformer("run", file, "--out", again, "--workers", workers, "--quiet").out == ""
        for name in ("result.json", "table.csv", "config.resolved.yaml", "timeline.json", "report.html"):
            assert (again / name).read_bytes() == (results / name).read_bytes(), name


def test_a_killed_run_leaves_nothing_and_a_second_one_gives_the_same_bytes(file, results):
    out = file.parent / "killed"
    command = [sys.executable, "-m", "ohmformer", "run", str(file), "--out", str(out), "--quiet"]
    for seconds in (1.0, 2.0, 3.0):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not out.exists() or sorted(path.name for path in out.iterdir()) == FILES
    assert ohmformer("run", file, "--out", out, "--quiet").code == 0
    assert (out / "result.json").read_bytes() == (results / "result.json").read_bytes()
    assert not list(out.parent.glob(".ohmformer-killed-*"))


def test_an_interrupted_run_leaves_nothing(file):
    out = file.parent / "interrupted"
    command = [sys.executable, "-m", "ohmformer", "run", str(file), "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(2.5)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    if process.returncode == 0:
        pytest.fail("the run ended before it was interrupted; make it longer")
    assert process.returncode == 130 and "Traceback" not in error
    assert not out.exists() and not list(out.parent.glob(".ohmformer-interrupted-*"))


def test_a_failed_expectation_is_exit_code_1_unless_the_run_was_changed(tmp_path):
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT.replace("[8, 5]", "[8]"))
    name = "known_entropy_gpt, macro.adc.bits=8"
    expectations = [
        {"point": name, "key": "segments.copy_half.floor", "value": 1.0, "tolerance": 1e-9},
        {"point": name, "key": "float_score", "at_least": 100},
        {"point": "nobody", "key": "float_score", "value": 1, "relative": 0.5},
    ]
    (tmp_path / "expected.yaml").write_text(yaml.safe_dump(expectations))
    outcome = ohmformer("run", tmp_path, "--out", tmp_path / "out")
    assert outcome.code == 1 and (tmp_path / "out" / "result.json").is_file()
    assert outcome.err.count("expectation failed") == 2
    assert "float_score: 5." in outcome.err and "expected >= 100" in outcome.err
    changed = ohmformer("run", tmp_path, "--out", tmp_path / "out", "--set", "chips=1")
    assert changed.code == 0 and tree_of(tmp_path / "out")["n_chips"] == 1


def test_json_is_the_result_and_nothing_else(tmp_path):
    (tmp_path / "shapes.yaml").write_text(
        "title: shapes\nchip: rram_22nm\npoints: [{name: vit, network: vit-small}]\n"
    )
    outcome = ohmformer("run", tmp_path / "shapes.yaml", "--out", tmp_path / "out", "--json")
    assert outcome.tree == tree_of(tmp_path / "out")
    point = outcome.tree["points"][0]
    assert point["score_mean"] is None and point["chips"] == [] and point["makespan_s"] > 0


def test_results_land_in_the_current_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shapes.yaml").write_text("title: t\nchip: rram_22nm\npoints: [{name: v, network: vit-small}]\n")
    assert ohmformer("run", "shapes.yaml", "--quiet").code == 0
    assert (tmp_path / "results" / "shapes" / "result.json").is_file()


def test_json_has_no_nan():
    assert to_json({"a": [float("inf"), float("-inf"), float("nan"), 1.5]}) == '{"a": [null, null, null, 1.5]}'


def test_paths_are_meant_from_the_experiments_folder(tmp_path, monkeypatch):
    (tmp_path / "my").mkdir()
    chip = ohmformer("show", "rram_22nm").out
    (tmp_path / "my" / "chip.yaml").write_text(chip)
    (tmp_path / "my" / "x.yaml").write_text("title: t\nchip: ./chip.yaml\npoints: [{name: v, network: vit-small}]\n")
    monkeypatch.chdir(os.sep)
    assert ohmformer("run", tmp_path / "my" / "x.yaml", "--out", tmp_path / "out", "--quiet").code == 0
