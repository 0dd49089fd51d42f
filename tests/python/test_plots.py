# SPDX-License-Identifier: Apache-2.0
"""plots/*.png: which are drawn, that they repeat, and that nothing stops at a missing figure."""

import copy

import matplotlib.pyplot
import pytest
from fixtures.synthetic_result import adc_sweep, first_light, point
from ohmformer import plots
from ohmformer.plots import write_plots

PNG = b"\x89PNG\r\n\x1a\n"
SHARED = [
    "accuracy",
    "error_sources",
    "energy_by_component",
    "energy_by_operator",
    "busiest",
    "area",
]


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """Fewer pixels and no layout: the tests look at what is drawn, not at how well."""
    monkeypatch.setitem(plots.STYLE, "savefig.dpi", 40)
    monkeypatch.setitem(plots.STYLE, "figure.constrained_layout.use", False)


def names(paths) -> list[str]:
    return [path.stem for path in paths]


def test_three_networks_share_figures_and_have_pictures_of_their_own(tmp_path):
    paths = write_plots(first_light(), tmp_path)
    own = [
        f"{kind}_{n}"
        for n in ("digits_vit", "known_entropy_gpt", "stdlib_gpt")
        for kind in ("placement", "energy_by_phase", "latency", "timeline")
    ]
    assert names(paths) == [*SHARED, *own]
    assert all(
        path.parent == tmp_path / "plots" and path.read_bytes().startswith(PNG) for path in paths
    )
    assert sorted((tmp_path / "plots").iterdir()) == sorted(paths)


def test_the_same_result_gives_the_same_bytes(tmp_path):
    result = {"points": [point("stdlib_gpt")]}
    first = write_plots(result, tmp_path / "a")
    second = write_plots(copy.deepcopy(result), tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_sweep_has_its_energy_drawn_against_the_swept_value(tmp_path):
    paths = write_plots(adc_sweep((4, 8)), tmp_path)
    assert "energy_sweep" in names(paths)
    assert "placement_known_entropy_gpt_macro.adc.bits=8" in names(paths)


def test_no_figure_stays_open_and_no_style_leaks(tmp_path):
    before = dict(matplotlib.rcParams)
    write_plots({"points": [point("digits_vit")]}, tmp_path)
    assert matplotlib.pyplot.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("result", [{}, {"points": []}, {"points": [{"name": "x"}]}])
def test_an_empty_result_draws_nothing(result, tmp_path):
    assert write_plots(result, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "keys",
    [
        ("chips", "score_ci", "floor"),
        ("score_mean", "quantised_score"),
        ("breakdown", "busiest"),
        ("energy_per_token_j", "area_m2", "makespan_s", "lower_bound_s"),
        ("placement", "timeline", "matmuls", "conditions", "metric", "better"),
    ],
)
def test_missing_figures_do_not_stop_the_others(keys, tmp_path):
    known = [point("known_entropy_gpt", f"macro.adc.bits={b}") for b in (4, 8)]
    bare = [{k: v for k, v in entry.items() if k not in keys} for entry in known]
    assert write_plots({"points": bare}, tmp_path)


def test_names_of_files_are_safe(tmp_path):
    known = point("stdlib_gpt") | {"network": "../../etc/a b", "label": "x=/"}
    for path in write_plots({"points": [known]}, tmp_path):
        assert path.parent == tmp_path / "plots"


def test_a_network_of_many_layers_is_placed_on_a_scale(tmp_path):
    tiles = [
        {"tile": i, "x": i % 26, "y": i // 26, "used": 96, "matmuls": [], "layer": i // 8 - 1}
        for i in range(300)
    ]
    known = {
        "network": "deep",
        "placement": {"mesh": [26, 26], "slots_per_tile": 96, "tiles": tiles},
    }
    assert names(write_plots({"points": [known]}, tmp_path)) == ["placement_deep"]
