# SPDX-License-Identifier: Apache-2.0
"""What the page shows of the inside of a chip: names for every colour, heat, gating and yield."""

from fixtures.synthetic_result import first_light
from ohmformer.report.costs import by_operator
from ohmformer.report.page import page
from ohmformer.report.palette import OTHERS, component_colours
from test_report import Outline, charts, one_point, own_part


def test_every_box_of_the_treemap_is_named_outside_it():
    light = own_part(page(first_light()))
    [figure] = [f for f in charts(light).values() if f["data"][0]["type"] == "treemap"][:1]
    words = " ".join(trace["name"] for trace in figure["data"][1:]) + Outline(light).text.partition("Grey: ")[2]
    assert all(name in words for name in figure["data"][0]["labels"])


def test_what_works_longest_has_a_colour_where_time_is_shown():
    rows = [{"component": f"c{n}", "op": "x", "busy_s": n, "energy_j": 0.0 if n > 8 else 9.0 - n} for n in range(1, 13)]
    known = {"network": "a", "breakdown": rows}
    figure = by_operator(known, "busy_s", component_colours([known])).figure
    colours = {trace.name: trace.marker.color for trace in figure.data}
    assert {f"c{n}" for n in range(4, 13)} <= set(colours) and colours.keys() - {f"c{n}" for n in range(4, 13)} == {OTHERS}
    assert len(set(colours.values())) == 10


def test_heat_gating_and_yield_stand_on_the_page():
    text = Outline(own_part(page(one_point(
        peak_temperature_k=350.25, hottest_tile=3, gating={"gated_share": 0.25, "wake_ups": 7, "break_even_s": None},
        good_package={"dies": 2, "die_area_m2": 4e-4, "die_yield": 0.5, "package_yield": 0.9},
    )))).text  # fmt: skip
    for words in ("(77.1 °C), tile 3", "25.0 %", "never pays", "50.0 % of dies, 90.0 % of packages of 2 dies", "2 of 400 mm²"):
        assert words in text, words
