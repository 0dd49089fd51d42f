# SPDX-License-Identifier: Apache-2.0
"""report.html and the table in the terminal: complete, self-contained, repeatable, never invented."""

import copy
import io
import json
import math
import re
from html.parser import HTMLParser

import pytest
from fixtures.synthetic_result import COMPONENTS, adc_sweep, first_light, point
from ohmformer.report import breakdown, quantities, summary_table, write_report
from ohmformer.report.caveats import caveats
from ohmformer.report.headline import headline
from ohmformer.report.page import page
from ohmformer.report.placement import placement_charts, window
from ohmformer.report.points import sweep_of
from ohmformer.report.scores import changes_by_source
from ohmformer.report.timeline import MOST_EVENTS, MOST_RESOURCES, first_events
from rich.console import Console

SIZE_LIMIT = 6_000_000
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    """Collects tags, ids and visible text, and checks that tags close in order."""

    def __init__(self, text: str):
        super().__init__()
        self.open, self.ids, self.fetched, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.ids += [known["id"]] if "id" in known else []
        self.fetched += [known[k] for k in ("src", "data", "srcset") if k in known]
        self.fetched += [known["href"]] if tag == "link" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words).replace("\u00a0", " ")


def own_part(text: str) -> str:
    """The page without plotly.js."""
    return re.sub(r"<script>.*?</script>", "", text, count=1, flags=re.DOTALL)


def charts(text: str) -> dict[str, dict]:
    found = re.findall(r'<script type="application/json" data-chart="([^"]+)">(.*?)</script>', text)
    return {name: json.loads(content) for name, content in found}


def one_point(**changes) -> dict:
    result = first_light()
    result["points"] = [point("known_entropy_gpt") | changes]
    return result


def printed(result: dict) -> str:
    stream = io.StringIO()
    Console(file=stream, width=200).print(summary_table(result))
    return stream.getvalue()


@pytest.fixture(scope="module")
def light() -> str:
    return own_part(page(first_light()))


def test_the_report_is_one_file_below_six_megabytes(tmp_path):
    path = write_report(first_light(), tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "report.html"
    assert [f.name for f in path.parent.iterdir()] == ["report.html"]
    assert path.stat().st_size < SIZE_LIMIT


def test_the_report_fetches_nothing(light):
    assert all(address.startswith("data:") for address in Outline(light).fetched)
    assert "@import" not in light and "url(" not in light and "fetch(" not in light
    assert not re.findall(r"https?://(?!www\.w3\.org)", light)


def test_plotly_is_embedded_once():
    assert page(first_light()).count("* plotly.js v") == 1


def test_the_same_result_gives_the_same_bytes(tmp_path):
    first = write_report(first_light(), tmp_path / "a").read_bytes()
    assert first == write_report(json.loads(json.dumps(first_light())), tmp_path / "b").read_bytes()


def test_the_page_is_well_formed_with_ids_of_its_own(light):
    outline = Outline(light)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert set(charts(light)) <= set(outline.ids)


def test_links_lead_to_sections(light):
    targets = re.findall(r'<a href="#([^"]+)">', light)
    assert len(targets) == 8
    assert set(targets) <= set(Outline(light).ids)


def test_the_page_answers_what_a_reader_asks(light):
    text = Outline(light).text
    for expected in (
        "3 networks (digits_vit, known_entropy_gpt, stdlib_gpt) on 5 separately programmed copies",
        "97.80 %",
        "310 nJ (192–589 nJ) per image",
        "48.0 nJ (29.8–91.2 nJ) per token",
        "1410 mm² (880–3200 mm²)",
        "prompt 32, generate 32, batch 1",
        "one image of 17 tokens at a time",
        "copy half",
        "Murmann",
        "adc: {kind: uniform, bits: 8, range: max}  # <survey>",
    ):
        assert expected in text, expected


def test_every_chip_has_its_dot(light):
    figure = charts(light)["chart-accuracy-1"]
    scores = [chip["score"] for chip in point("known_entropy_gpt")["chips"]]
    assert any(trace["y"] == scores for trace in figure["data"])


def test_energy_bars_sum_to_the_ledger_without_the_writing_of_weights(light):
    known = first_light()["points"][0]
    expected = sum(r["energy_j"] for r in known["breakdown"] if r["phase"] != "program")
    for name in ("chart-inside-0-0", "chart-inside-0-1"):
        figure = charts(light)[name]
        assert "nJ" in figure["layout"]["xaxis"]["title"]["text"]
        assert math.isclose(1e-9 * sum(sum(t["x"]) for t in figure["data"]), expected, rel_tol=1e-9)


def test_stacked_shares_sum_to_the_whole(light):
    bars = charts(light)["chart-energy-0"]["data"]
    for number in range(3):
        assert math.isclose(sum(bar["x"][number] for bar in bars), 100.0)


def test_the_treemap_holds_every_component_with_area(light):
    [treemap] = [t for f in charts(light).values() for t in f["data"] if t["type"] == "treemap"][:1]
    assert set(treemap["labels"]) == {n for n, facts in COMPONENTS.items() if facts[1] > 0}
    assert math.isclose(sum(treemap["values"]), 1410.0)


def test_a_sweep_is_drawn_against_the_swept_value():
    figure = charts(own_part(page(adc_sweep((8, 4, 6)))))["chart-accuracy-0"]
    assert figure["data"][0]["x"] == [4.0, 6.0, 8.0]
    assert figure["layout"]["xaxis"]["title"]["text"] == "macro.adc.bits"


def test_a_sweep_tells_numbers_from_names_and_finds_the_axis():
    def swept(*labels):
        return sweep_of([{"label": label} for label in labels])

    assert swept("a.b=1", "a.b=2").numeric
    assert swept("v=0.1 V", "v=0.2 V").axis == "v, V"
    assert not swept("device=ideal", "device=wan_2022").numeric
    assert not swept("v=100 mV", "v=0.2 V").numeric
    grid = swept("a=1, b=x", "a=2, b=x", "a=3, b=x", "a=1, b=y", "a=2, b=y", "a=3, b=y")
    assert grid.axis == "a" and list(grid.lines) == ["b=x", "b=y"]
    assert swept("", "") is None and swept("a=1") is None and swept("a=1", "b=1") is None


def test_error_sources_are_changes_against_quantised_only():
    found = changes_by_source(
        {
            "metric": "accuracy",
            "quantised_score": 0.9,
            "error_sources": [
                {"name": "adc", "score_mean": 0.89, "score_std": 0.01},
                {"name": "all", "score_mean": 0.7, "score_std": 0.0},
                {"name": "none", "score_mean": 0.9, "score_std": 0.0},
                {"name": "programming", "score_mean": 0.8, "score_std": 0.02},
            ],
        }
    )
    assert [name for name, _, _ in found] == ["programming", "adc", "all"]
    assert found[0][1:] == pytest.approx((-10.0, 2.0))


@pytest.mark.parametrize("broken", [None, float("nan"), "absent"])
def test_a_missing_figure_leaves_its_place_empty(broken, monkeypatch):
    monkeypatch.setattr("ohmformer.report.page.get_plotlyjs", lambda: "")
    full = one_point()
    for key in [k for k in full["points"][0] if k not in ("name", "network", "label")]:
        result = copy.deepcopy(full)
        if broken == "absent":
            del result["points"][0][key]
        elif isinstance(full["points"][0][key], float) or broken is None:
            result["points"][0][key] = broken
        else:
            continue
        text = own_part(page(result))
        assert not re.search(r"\bNaN\b|\bnan\b|\bNone\b", text), key
        Outline(text)
        printed(result)


@pytest.mark.parametrize(
    "result", [{}, {"points": []}, {"points": [{"name": "x"}]}, {"title": None}]
)
def test_an_empty_result_makes_an_empty_page(result, tmp_path):
    text = own_part(write_report(result, tmp_path).read_text(encoding="utf-8"))
    assert charts(text) == {}
    assert "<section" not in text
    printed(result)


def test_accuracy_alone_shows_no_cost_and_cost_alone_no_accuracy():
    full = point("stdlib_gpt")
    score_keys = [k for k in full if "score" in k] + [
        "metric",
        "better",
        "chips",
        "error_sources",
        "segments",
    ]
    cost = own_part(page({"points": [{k: v for k, v in full.items() if k not in score_keys}]}))
    assert 'id="energy"' not in cost and 'id="accuracy"' not in cost and 'id="inside"' in cost
    names = [*score_keys, "network"]
    score = own_part(page({"points": [{k: full[k] for k in names}]}))
    assert (
        'id="accuracy"' in score
        and 'id="inside"' not in score
        and "J" not in Outline(score).text.split()
    )


def test_text_of_the_user_is_text_and_never_markup():
    evil = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
    result = one_point(network=evil, label="k=" + evil)
    result |= {
        "title": evil,
        "description": evil,
        "config_yaml": evil,
        "warnings": [evil],
        "chip": evil,
    }
    row = result["points"][0]["breakdown"][0]
    row |= {"component": evil, "source": evil, "op": evil}
    result["points"][0]["matmuls"][0]["name"] = evil
    result["points"][0]["timeline"][0] |= {"resource": evil, "name": evil}
    outline = Outline(own_part(page(result)))
    assert "x" not in outline.fetched and outline.open == []
    assert own_part(page(result)).count("<script>") == 1


def test_a_large_chip_and_a_long_timeline_stay_small():
    tiles = [
        {
            "tile": i,
            "x": i % 80,
            "y": i // 80,
            "used": 96,
            "matmuls": [f"h.{i // 75}.m{i}"],
            "layer": i // 75,
        }
        for i in range(6000)
    ]
    events = [
        {
            "resource": f"r{i % 500}",
            "name": "m",
            "start_s": i * 1e-9,
            "duration_s": 1e-9,
            "phase": "prefill",
            "token": i,
        }
        for i in range(20000)
    ]
    placed = {"mesh": [80, 80], "slots_per_tile": 96, "tiles": tiles}
    result = one_point(placement=placed, timeline=events)
    assert len(page(result).encode()) < SIZE_LIMIT
    shown = first_events(result["points"][0])
    assert len(shown) <= MOST_EVENTS and len({e["resource"] for e in shown}) <= MOST_RESOURCES


def test_many_points_keep_the_page_below_its_limit():
    result = adc_sweep(tuple(range(1, 41)))
    text = page(result)
    assert len(text.encode()) < SIZE_LIMIT
    assert "28 further points are in result.json" in text


def test_placement_zooms_to_the_used_tiles_and_shows_where_they_are():
    known = point("stdlib_gpt")
    assert window(known) == (0, 3, 0, 1)
    assert len(placement_charts(known)) == 2
    known["placement"]["mesh"] = [2, 2]
    known["placement"]["tiles"] = [dict(known["placement"]["tiles"][0])]
    assert len(placement_charts(known)) == 1
    known["placement"]["tiles"][0]["used"] = 0
    assert placement_charts(known) == []


def test_caveats_name_what_the_figures_call_for():
    text = "\n".join(caveats(first_light()))
    assert "costed as if they were on chip" in text
    assert "Wires take on average more than 5 %" in text and "worst h.0.mlp.down with 6.2 %" in text
    assert "ADC clips more than 1 %" in text
    assert "2 lithography fields" in text
    assert "331,776 weights" in text and "no evidence" in text
    assert "programmed chip" not in text
    assert "spread between chips" in "\n".join(caveats(first_light(chips=3)))


def test_sound_figures_call_for_no_caveat():
    known = point("stdlib_gpt") | {"matmuls": [], "reticles": 1, "fit": {"crossbar_weights": 7e9}}
    assert caveats({"points": [known]}) == []


def test_a_score_below_the_floor_is_called_a_leak_only_if_the_interval_is_below():
    known = {
        "network": "g",
        "metric": "perplexity",
        "better": "lower",
        "floor": 5.2,
        "score_mean": 5.1,
    }
    assert "leaks" in caveats({"points": [known | {"score_ci": [5.0, 5.19]}]})[0]
    assert caveats({"points": [known | {"score_ci": [5.0, 5.21]}]}) == []


def test_the_terminal_shows_the_headline_side_by_side_or_one_row_per_point():
    text = printed(first_light())
    assert "48.0 nJ (29.8–91.2 nJ) per token" in text and "(5 chips)" in text
    assert summary_table(first_light()).row_count == len(headline(first_light()["points"]))
    assert summary_table(adc_sweep((3, 4, 5, 6, 8))).row_count == 5


def test_names_in_brackets_are_no_markup_in_the_terminal():
    assert "[red]x[/red]" in printed(one_point(network="[red]x[/red]"))


def test_an_encoder_counts_images_and_has_no_second_token():
    rows = {row.title: row.cells[0] for row in headline([point("digits_vit")])}
    assert rows["Throughput"].endswith("images/s")
    assert "Each further token (TPOT)" not in rows


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.0, "J", "0 J"),
        (9.999e-7, "s", "1.00 µs"),
        (999.4e-9, "s", "999 ns"),
        (1e-15, "J", "1.00 fJ"),
        (5e-20, "J", "5.00e-05 fJ"),
        (858e-6, "m2", "858 mm²"),
        (8e-9, "m2", "8000 µm²"),
        (12345.0, "", "12.3 k"),
        (-4e-3, "V", "-4.00 mV"),
        (float("inf"), "J", "–"),
        (True, "J", "–"),
    ],
)
def test_quantities_carry_a_fitting_prefix(value, unit, expected):
    assert quantities.quantity(value, unit) == expected


def test_sums_by_component_and_by_operator_agree():
    rows = breakdown.rows(point("digits_vit"))
    whole = breakdown.total(rows).energy_j
    for key in (breakdown.component, breakdown.operator_kind):
        assert math.isclose(sum(s.energy_j for s in breakdown.sums(rows, key).values()), whole)
    merged = breakdown.merged(
        breakdown.ranked(breakdown.sums(rows, breakdown.operator_kind), "energy_j"), 3
    )
    assert len(merged) == 3 and merged[-1][0] == "11 others"
    assert math.isclose(sum(entry.energy_j for _, entry in merged), whole)


def test_a_row_without_a_range_widens_nothing():
    found = breakdown.total(
        [{"energy_j": 2.0}, {"energy_j": 1.0, "energy_low_j": 0.5, "energy_high_j": 3.0}]
    )
    assert (found.energy_low_j, found.energy_j, found.energy_high_j) == (2.5, 3.0, 5.0)
