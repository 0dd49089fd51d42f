# SPDX-License-Identifier: Apache-2.0
"""Where the time of one token goes, from the recorded events."""

from ohmformer.report.breakdown import operator_kind

WAITING = "waiting"
# what the name of a resource begins with, and what it is called in pictures
CLASSES = {"digital": "digital unit", "attention": "attention unit", "noc": "network on chip", "dram": "DRAM"}
ARRAYS = "arrays"


def resource_class(event: dict) -> str:
    """Which kind of part an event occupies.

    >>> resource_class({"resource": "digital of tile 3"}), resource_class({"resource": "h.0.attn.qkv"})
    ('digital unit', 'arrays')
    """
    first = (event.get("resource") or "").split(" ")[0]
    return CLASSES.get(first, ARRAYS)


def token_latency(events: list[dict]) -> dict[str, dict[str, float]]:
    """Seconds by operator and kind of resource, of the events of one token.

    Every instant between the first start and the last end is counted once: for the event under way
    that started first, or as waiting for the one that starts next. So the sum is the token's latency.
    """
    found: dict[str, dict[str, float]] = {}
    now = None
    for event in sorted(events, key=lambda e: (e["start_s"], -e["duration_s"])):
        operator = operator_kind({"op": (event.get("name") or "").rpartition(" ")[0]})
        own = found.setdefault(operator, {})
        start, end = event["start_s"], event["start_s"] + event["duration_s"]
        now = start if now is None else now
        if start > now:
            own[WAITING] = own.get(WAITING, 0.0) + start - now
        if end > now:
            name = resource_class(event)
            own[name] = own.get(name, 0.0) + end - max(start, now)
            now = end
    return {name: parts for name, parts in found.items() if any(parts.values())}


def shown_tokens(point: dict) -> dict[str, tuple[int, list[dict]]]:
    """By phase: the last token whose events were recorded, and these events.

    Only tokens of the first sequence are told apart; a batch that shares token numbers has none.
    """
    if ((point.get("conditions") or {}).get("batch") or 1) != 1:
        return {}
    found: dict[str, tuple[int, list[dict]]] = {}
    for event in point.get("timeline") or []:
        token = event.get("token")
        if token is None or token < 0:
            continue
        phase = event.get("phase") or "run"
        last, events = found.get(phase, (-1, []))
        if token > last:
            found[phase] = (token, [event])
        elif token == last:
            events.append(event)
    return found
