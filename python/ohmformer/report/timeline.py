# SPDX-License-Identifier: Apache-2.0
"""Gantt chart of the first events on every resource."""

from ohmformer.report import palette
from ohmformer.report.charts import Chart, blank, legend_above, plain, reversed_categories
from ohmformer.report.quantities import finite, quantity, scale_for

MOST_RESOURCES = 28
MOST_EVENTS = 600
MOST_TOKENS = 8  # tokens with a legend entry and a colour of their own


def first_events(point: dict) -> list[dict]:
    """The earliest events on the resources that start first, in order of their start."""
    known = [
        event
        for event in point.get("timeline") or []
        if None not in (finite(event.get("start_s")), finite(event.get("duration_s")))
    ]
    known.sort(key=lambda event: (event["start_s"], event["resource"], event.get("name", "")))
    resources = list(dict.fromkeys(event["resource"] for event in known))[:MOST_RESOURCES]
    return [event for event in known if event["resource"] in set(resources)][:MOST_EVENTS]


def token_class(event: dict) -> str:
    """The token that an event belongs to, the late ones together."""
    token = event.get("token")
    if token is None or token < 0:
        return "no token"
    return f"token {token}" if token < MOST_TOKENS else f"token {MOST_TOKENS} and later"


def token_colours(events: list[dict]) -> dict[str, str]:
    """Token classes in their order, each with its colour."""
    order = sorted(
        {(e.get("token") if e.get("token") is not None else -1, token_class(e)) for e in events}
    )
    names = list(dict.fromkeys(name for _, name in order))
    named = [name for name in names if name != "no token"]
    colours = {name: palette.colour(number) for number, name in enumerate(named)}
    return colours | ({"no token": palette.GREY} if "no token" in names else {})


def timeline_chart(point: dict) -> Chart | None:
    """One row per resource, one bar per event, coloured by token."""
    events = first_events(point)
    if not events:
        return None
    scale = scale_for([event["start_s"] + event["duration_s"] for event in events], "s")
    figure = blank(barmode="overlay", legend=legend_above(), bargap=0.25)
    resources = list(dict.fromkeys(event["resource"] for event in events))
    for name, colour in token_colours(events).items():
        own = [event for event in events if token_class(event) == name]
        figure.add_bar(
            base=[event["start_s"] * scale.factor for event in own],
            x=[event["duration_s"] * scale.factor for event in own],
            y=[plain(event["resource"]) for event in own],
            orientation="h",
            name=name,
            marker={"color": colour, "line": {"width": 0}},
            text=[_hover(event) for event in own],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    reversed_categories(figure)
    figure.update_yaxes(categoryorder="array", categoryarray=[plain(name) for name in resources])
    figure.update_xaxes(title=f"time since the start, {scale.unit}", rangemode="tozero")
    return Chart(
        "Timeline of the first events",
        figure,
        _caption(point, events),
        130 + 21 * len(resources),
        wide=True,
    )


def _hover(event: dict) -> str:
    start, length = quantity(event["start_s"], "s"), quantity(event["duration_s"], "s")
    phase = f", {plain(event['phase'])}" if event.get("phase") else ""
    return f"<b>{plain(event.get('name', ''))}</b>{phase}<br>{token_class(event)}<br>from {start}, for {length}"


def _caption(point: dict, events: list[dict]) -> str:
    given = len(point.get("timeline") or [])
    part = f"{len(events):,} of {given:,} recorded events. " if len(events) < given else ""
    return (
        f"{part}Drag to zoom, double-click to return. "
        "timeline.json holds the recorded events; open it at ui.perfetto.dev to walk through them."
    )
