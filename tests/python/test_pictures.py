# SPDX-License-Identifier: Apache-2.0
"""Pictures of tiles, links, phases, workloads and machines: what is drawn equals what is known."""

import math

import pytest
from fixtures.synthetic_result import point
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from ohmformer import plots
from ohmformer.curves import roofline, scaling, workloads
from ohmformer.plots import curves as plotted
from ohmformer.plots import write_plots
from ohmformer.plots.mesh import norm_of, temperature_panels, traffic_panels, utilisation_panels
from ohmformer.plots.operators import latency_panels, phase_panels
from ohmformer.report import latency, mesh
from ohmformer.report.curves import rate_charts, roofline_charts, scaling_charts
from ohmformer.report.heatmaps import traffic_charts, utilisation_charts
from ohmformer.report.page import page
from ohmformer.report.phases import latency_charts, phase_charts


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """Fewer pixels and no layout: the tests look at what is drawn, not at how well."""
    monkeypatch.setitem(plots.STYLE, "savefig.dpi", 40)
    monkeypatch.setitem(plots.STYLE, "figure.constrained_layout.use", False)


def placed(columns: int, rows: int, used: int | None = None, **more) -> dict:
    """A chip with `used` tiles in use, each link to the right carrying 100 bytes per column."""
    used = columns * rows if used is None else used
    tiles = [
        {"tile": t, "x": t % columns, "y": t // columns, "used": 1 + t % 4, "matmuls": ["m"], "layer": t % 3}
        for t in range(used)
    ]
    pairs = [(t, t + 1) for t in range(used - 1) if (t + 1) % columns]
    links = {"link": list(range(len(pairs))), "from": [a for a, _ in pairs], "to": [b for _, b in pairs]}
    return {
        "network": "hand made",
        "makespan_s": 2e-6,
        "conditions": {"batch": 1, "prompt": 2, "generate": 2, "kind": "decoder"},
        "placement": {"mesh": [columns, rows], "slots_per_tile": 4, "tiles": tiles, "lower_bound_byte_hops": 7},
        "traffic": links | {"bytes": [100 * (1 + a % columns) for a, _ in pairs]},
        "occupation": {
            "links": links | {"busy_s": [1e-6 for _ in pairs]},
            "tiles": {
                "tile": list(range(used)), "arrays": [1 + t % 4 for t in range(used)],
                "arrays_s": [(1 + t % 4) * 0.5e-6 for t in range(used)],
            },
        },
    } | more  # fmt: skip


def drawn(panel):
    """The axes after one panel has been drawn on them."""
    axes = Figure().subplots()
    panel(axes)
    return axes


def decoding(network: str, context: int, batch: int, tpot: float, **more) -> dict:
    """A point of a decoder that generates 8 tokens."""
    known = {"prompt": context - 8, "generate": 8, "batch": batch, "kind": "decoder"}
    return {"network": network, "label": f"context={context}, batch={batch}", "conditions": known, "tpot_s": tpot} | more


def sweep() -> list[dict]:
    """Steps of 10 µs and 10 ns per token of context and sequence: the knee lies near 1000 / batch."""
    return [
        decoding("a", c, b, 1e-5 + 1e-8 * b * c, decode_energy_j=7 * b * (1e-6 + 1e-9 * c))
        for c in (16, 64, 256, 1024, 4096, 16384, 131072)
        for b in (1, 16, 256)
    ]


# Tiles and links


def test_shares_of_tiles_are_arrays_over_slots_and_busy_over_makespan():
    known = placed(2, 2)
    assert mesh.filled_share(known) == {0: 0.25, 1: 0.5, 2: 0.75, 3: 1.0}
    assert mesh.busy_share(known) == pytest.approx(dict.fromkeys(range(4), 0.25))


def test_links_are_drawn_in_the_colour_of_their_bytes():
    known = placed(4, 1)
    axes = drawn(traffic_panels(known)[0])
    (lines,) = [c for c in axes.collections if isinstance(c, LineCollection)]
    assert len(lines.get_segments()) == 3
    bar = axes.figure.axes[-1]
    assert bar.get_xlim() == (0.0, 300.0) and "B per token" in bar.get_xlabel()
    assert "600 B × hops (no placement below 7.00 B)" in axes.get_title()


def test_a_wire_that_pairs_share_counts_once():
    known = placed(3, 1)
    known["traffic"]["link"] = [5, 5]
    known["traffic"]["bytes"] = [100, 100]
    assert mesh.hop_bytes(mesh.traffic(known)) == 100


def test_directions_stand_apart():
    known = placed(2, 1)
    known["traffic"] = {"link": [0, 1], "from": [0, 1], "to": [1, 0], "bytes": [1, 2]}
    (lines,) = [c for c in drawn(traffic_panels(known)[0]).collections if isinstance(c, LineCollection)]
    heights = {float(segment[0][1]) for segment in lines.get_segments()}
    assert len(heights) == 2 and sum(heights) == pytest.approx(0)


def test_values_far_apart_have_a_logarithmic_scale():
    assert norm_of([1, 2]).vmin == 0 and norm_of([1, 1000]).vmin == 1
    assert norm_of([]).vmax == 1 and norm_of([0.0]).vmax == 1


def test_the_page_shows_the_same_links_and_tiles():
    (chart,) = traffic_charts(placed(4, 1))
    assert [list(row) for row in chart.figure.data[1].z] == [[None, 100, None, 200, None, 300, None]]
    assert len(chart.figure.data[1].x) == 8  # cells are given by their edges
    assert "Busiest link: 300 B per token, occupied 50.0 % of the makespan" in chart.caption
    (chart,) = utilisation_charts(placed(2, 1))
    assert [list(row) for row in chart.figure.data[0].z] == [[25.0, 25.0]]


@pytest.mark.parametrize("known", [{}, {"placement": {}}, {"placement": {"mesh": [2, 2], "slots_per_tile": 4}}])
def test_nothing_placed_nothing_drawn(known):
    assert not traffic_panels(known) + utilisation_panels(known)
    assert not traffic_charts(known) + utilisation_charts(known)


def test_one_tile_has_no_links_but_a_use():
    known = placed(1, 1)
    assert traffic_panels(known) == [] and traffic_charts(known) == []
    assert [drawn(panel) for panel in utilisation_panels(known)]
    assert utilisation_charts(known)


def test_borders_of_chips_are_drawn_where_there_are_several():
    known = placed(4, 2)
    assert mesh.borders(known) == []
    known["placement"]["units"] = [[2, 2], [4, 2]]
    assert mesh.borders(known) == [(2, 2)]
    assert len(drawn(traffic_panels(known)[0]).lines) == 5  # columns 0, 2, 4 and rows 0, 2
    assert len(traffic_charts(known)[0].figure.layout.shapes) == 5


def test_ten_thousand_tiles_are_drawn_and_stay_small(tmp_path):
    known = placed(100, 100)
    names = [path.stem for path in write_plots({"points": [known]}, tmp_path)]
    assert names == ["placement_hand_made", "traffic_hand_made"]
    assert len(page({"points": [known]})) - len(page({})) < 1_500_000


# Phases and latency


def test_energy_of_a_phase_is_the_sum_of_its_rows():
    known = point("known_entropy_gpt")
    panels = phase_panels(known, {})
    own = [r for r in known["breakdown"] if r.get("op") and r["phase"] != "program"]
    assert len(panels) == len({r["phase"] for r in own if r["energy_j"]})
    axes = drawn(panels[0])
    phase = axes.get_title().split("\n")[0].split(": ")[1]
    shown = sum(bar.get_width() for bars in axes.containers for bar in bars)
    factor = {"nJ": 1e9, "µJ": 1e6, "pJ": 1e12, "mJ": 1e3}[axes.get_xlabel().split(", ")[1]]
    assert shown == pytest.approx(factor * sum(r["energy_j"] for r in own if r["phase"] == phase), rel=1e-6)


def test_phases_of_the_page_share_a_scale():
    rows = [
        {"op": "h.0.ffn", "component": "adc", "phase": phase, "energy_j": joules}
        for phase, joules in (("decode", 1e-9), ("prefill", 4e-9))
    ]
    charts = phase_charts({"breakdown": rows}, {"adc": "#000000"})
    assert [chart.title for chart in charts] == ["Energy by operator: prefill", "Energy by operator: decode"]
    assert [chart.figure.layout.xaxis.range[1] for chart in charts] == [pytest.approx(4.2)] * 2
    assert "20.0 % of the run" in charts[1].caption


def event(name: str, resource: str, start: float, length: float, token: int = 0) -> dict:
    return {"name": name, "resource": resource, "start_s": start, "duration_s": length, "phase": "decode", "token": token}


def test_every_instant_of_a_token_counts_once():
    events = [
        event("h.0.up mvm", "h.0.up", 1.0, 2.0),
        event("h.0.up reduce", "noc link 3", 2.5, 1.5),
        event("h.1.up mvm", "h.1.up", 5.0, 1.0),
        event("norm norm", "digital of tile 0", 5.2, 0.5),
    ]
    found = latency.token_latency(events)
    assert found == {"h.up": {"arrays": 3.0, "network on chip": 1.0, "waiting": 1.0}}
    assert sum(found["h.up"].values()) == 6.0 - 1.0


def test_latency_is_drawn_for_the_last_token_of_a_phase():
    timeline = [event("a mvm", "a", t, 0.5, t) for t in range(3)]
    known = {"network": "x", "timeline": timeline}
    assert "token 2 (decode)" in drawn(latency_panels(known)[0]).get_title()
    assert latency_charts(known)[0].title == "Latency of token 2 (decode)"
    assert latency_panels(known | {"conditions": {"batch": 4}}) == []


# Workloads


def test_rates_count_decoding_alone():
    rows = [
        {"phase": "prefill", "energy_j": 9.0},
        {"phase": "decode", "energy_j": 2.0},
        {"phase": "static", "energy_j": 4.0},
    ]
    rate = workloads.rate_of(decoding("a", 128, 4, 1.0, breakdown=rows, makespan_s=14.0))
    per_j = 4 * 7 / (2.0 + 4.0 / 2)
    assert rate == workloads.Rate(128, 4, 4.0, per_j, per_j, per_j)
    assert workloads.rate_of(decoding("a", 9, 1, 0.0)) is None


def test_rates_per_joule_have_the_range_of_their_energies():
    rows = [{"phase": "decode", "energy_j": 4.0, "energy_low_j": 2.0, "energy_high_j": 8.0}]
    points = [decoding("a", context, 1, 1.0, breakdown=rows, makespan_s=14.0) for context in (128, 256)]
    rate = workloads.rate_of(points[0])
    assert (rate.per_j_low, rate.per_j, rate.per_j_high) == (7 / 8, 7 / 4, 7 / 2)
    (chart,) = [chart for chart in rate_charts(points) if "joule" in chart.title]
    assert list(chart.figure.data[0].error_y.array) == [7 / 4] * 2 and "Whiskers" in chart.caption


def test_names_of_lines_that_end_together_stand_apart():
    rows = [
        {"machine": name, "network": "a", "context": c, "batch": 1, "tokens_per_s": 100.0, "tokens_per_j": None}
        for name in ("gpu", "other") for c in (128, 1024)
    ]  # fmt: skip
    notes = [n for n in rate_charts(sweep(), rows)[0].figure.layout.annotations if n.text in ("gpu, batch 1", "other, batch 1")]
    assert notes[0].y == notes[1].y and abs(notes[0].yshift - notes[1].yshift) >= 13


def test_temperatures_are_drawn_over_the_whole_mesh():
    known = {"network": "a", "placement": {"mesh": [2, 1], "tiles": []}, "temperatures": [300.15, 310.15]}
    assert drawn(temperature_panels(known)[0]).images[0].get_array().tolist() == [pytest.approx([27.0, 37.0])]
    assert temperature_panels(known | {"temperatures": []}) == []


def test_the_knee_is_where_a_step_takes_twice_as_long():
    lines = workloads.curves(sweep(), "context")["a"]
    for line in lines:
        x, speed = workloads.knee(line)
        first = 1e-5 + 1e-8 * line.held * 16
        assert line.held / speed == pytest.approx(2 * first)
        exact = 1000 / line.held + 2 * 16
        assert 0.4 * exact < x < 2.5 * exact  # points stand four apart
    flat = [decoding("a", c, 1, 1e-5) for c in (128, 256)]
    assert workloads.knee(workloads.curves(flat, "context")["a"][0]) is None


def test_lines_show_the_rates():
    panels = plotted.rate_panels(sweep())
    assert len(panels) == 4
    axes = drawn(panels[0])
    batches = [line for line in axes.lines if len(line.get_xdata()) == 7]
    assert list(batches[0].get_ydata()) == pytest.approx([1 / (1e-5 + 1e-8 * c) for c in batches[0].get_xdata()])
    assert axes.get_xlabel() == "context, tokens" and "128k" in [t.get_text() for t in axes.get_xticklabels()]
    charts = rate_charts(sweep())
    assert list(charts[0].figure.data[0].y) == pytest.approx(list(batches[0].get_ydata()))
    assert "knee" in [trace.name for trace in charts[0].figure.data]


def test_other_machines_stand_beside():
    rows = [
        {"machine": "gpu", "network": "a", "context": c, "batch": 1, "tokens_per_s": 100.0, "tokens_per_j": None}
        for c in (128, 1024)
    ]
    texts = [t.get_text() for t in drawn(plotted.rate_panels(sweep(), rows)[0]).texts]
    assert "gpu, batch 1" in texts
    assert "gpu, batch 1" in [trace.name for trace in rate_charts(sweep(), rows)[0].figure.data]


def test_one_workload_makes_no_line():
    one = sweep()[:1]
    assert plotted.rate_panels(one) == [] and rate_charts(one) == []


def test_encoders_have_input_tokens_and_no_knee_of_keys():
    points = [
        {"network": "v", "tokens_per_s": 10.0 * b, "conditions": {"kind": "encoder", "prompt": 197, "batch": b}}
        for b in (1, 2)
    ]
    (panel,) = plotted.rate_panels(points)
    assert drawn(panel).get_ylabel() == "input tokens per second, all users"


# Rooflines and scaling


def bounded(**more) -> dict:
    return {
        "network": "a", "macs": 500, "makespan_s": 1.0, "lower_bound_s": 0.5, "dram_bytes": 100.0,
        "peak": {"chip": {"ops_per_s": 1e4}}, "dram_bytes_per_s": 200.0,
    } | more  # fmt: skip


def test_a_point_stands_at_its_intensity_below_its_roof():
    entry, roof = roofline.attained(bounded()), roofline.roof_of(bounded())
    assert (entry.intensity, entry.ops_per_s, entry.bound_per_s) == (10.0, 1000.0, 2000.0)
    assert roof.ridge == 50.0 and roof.attainable(10.0) == 2000.0 and roof.attainable(math.inf) == 1e4
    lines = drawn(plotted.roofline_panels([bounded()])[0]).lines
    assert any(list(line.get_xdata()) == [10.0] and list(line.get_ydata()) == [1000.0] for line in lines)
    figure = roofline_charts([bounded()], [{"name": "gpu", "ops_per_s": 5e4, "bytes_per_s": 1e3}])[0].figure
    assert [trace.name for trace in figure.data] == ["all arrays at once, 10.0 kop/s", "gpu, 50.0 kop/s", "a"]


def test_no_memory_and_no_traffic_have_rooflines_too():
    still = bounded(dram_bytes=0.0, dram_bytes_per_s=0.0)
    assert roofline.attained(still).intensity == math.inf and roofline.roof_of(still).ridge is None
    assert drawn(plotted.roofline_panels([still])[0]) and roofline_charts([still])
    assert plotted.roofline_panels([{"network": "x"}]) == []


def test_scaling_shows_networks_by_their_weights():
    points = [
        {"network": f"n{w}", "fit": {"crossbar_weights": w, "arrays": 2 * w, "area_m2": 1e-6 * w}} for w in (1000, 10, 100)
    ]
    arrays, area = scaling.figures(points)
    assert [size.weights for size in arrays.sizes] == [10, 100, 1000] and arrays.exponent == pytest.approx(1)
    axes = drawn(plotted.scaling_panels(points)[1])
    assert list(axes.lines[0].get_ydata()) == pytest.approx([10, 100, 1000]) and "mm²" in axes.get_ylabel()
    assert len(scaling_charts(points)) == 2
    assert scaling.figures(points[:2]) == []


def test_all_curves_are_written_without_a_warning(tmp_path):
    points = [known | bounded(network=known["network"]) for known in sweep()]
    names = [path.stem for path in write_plots({"points": points}, tmp_path)]
    assert names == ["rates", "roofline"]
    bare = [{key: value for key, value in known.items() if key != "peak"} for known in points]
    assert "Context, batch, size" in page({"points": bare})
