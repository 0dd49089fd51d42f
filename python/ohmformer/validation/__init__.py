# SPDX-License-Identifier: Apache-2.0
"""Our numbers beside published ones, each with its error and whether anything was fitted to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ohmformer.checks import items
from ohmformer.errors import ArgumentError
from ohmformer.roots import Folder, folders
from ohmformer.validation.figures import Figures
from ohmformer.validation.rows import Row, Target, load_pinned, load_targets, target_names, validation_root

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Validation", "target_names", "validate"]

PASS, GAP, FAIL = "pass", "gap", "fail"
DRIFT = 1e-6  # relative; how far ours may move from expected.yaml unnoticed
COLUMNS = (
    "target", "figure", "unit", "ours", "ours_low", "ours_high", "theirs", "error", "band", "kind", "status", "pass",
    "source", "note", "gap",
)  # fmt: skip


@dataclass(frozen=True)
class Validation:
    """Published targets with our figure for every row."""

    targets: list[Target]
    rows: list[dict[str, Any]]  # see COLUMNS
    drifted: list[dict[str, Any]]  # rows of shipped targets whose figure is not the one in expected.yaml

    @property
    def failed(self) -> list[dict[str, Any]]:
        """Rows beyond their band without a documented cause."""
        return [row for row in self.rows if row["status"] == FAIL]

    @property
    def summaries(self) -> list[dict[str, Any]]:
        """One per target: how many rows hold, and the errors of those that should."""
        return [_summary(target, [row for row in self.rows if row["target"] == target.name]) for target in self.targets]

    @property
    def holds(self) -> bool:
        """Whether every row that should hold does, on its own and in the mean, and none has moved."""
        return not self.drifted and all(summary["pass"] for summary in self.summaries)

    def table(self) -> "pd.DataFrame":
        """The rows as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Rows and summaries, as --json prints them."""
        return {"rows": self.rows, "targets": self.summaries, "drifted": self.drifted, "pass": self.holds}

    def pins(self) -> dict[str, dict[str, float]]:
        """What expected.yaml holds: target → figure → ours, ten digits of it."""
        return {
            target.name: {row["figure"]: float(f"{row['ours']:.10g}") for row in self.rows if row["target"] == target.name}
            for target in self.targets
        }

    def __repr__(self) -> str:
        counts = ", ".join(f"{sum(row['status'] == word for row in self.rows)} {word}" for word in (PASS, GAP, FAIL))
        return f"<ohmformer.Validation {len(self.rows)} rows: {counts}>"


def validate(
    names: Iterable[str] = (), configs: Iterable[Folder] = (), advance: Callable[[str, str], None] = lambda *_: None
) -> Validation:
    """Compute our figure for every row of the named targets (or files); of all without a name.

    expected.yaml pins the shipped targets as they are shipped: not a file of yours, and nothing with `configs`.

    >>> from ohmformer.validation import validate
    >>> validate(["adc_survey"])
    <ohmformer.Validation 144 rows: 144 pass, 0 gap, 0 fail>
    """
    targets = load_targets([names] if isinstance(names, str) else items(names, "names", "names of targets, or files"))
    configs = folders(configs)
    if not callable(advance):
        raise ArgumentError(f"advance: {type(advance).__name__} found; expected a function of the target and the figure")
    figures, pinned = Figures(configs), {} if configs else load_pinned()
    rows, drifted = [], []
    for target in targets:
        known = pinned.get(target.name, {}) if _shipped(target) else {}
        for row in target.rows:
            advance(target.name, row.figure)
            found = _judged(row, figures.of(row))
            rows.append(found)
            if row.figure in known and abs(found["ours"] - known[row.figure]) > DRIFT * abs(known[row.figure]):
                drifted.append({"target": target.name, "figure": row.figure, "ours": found["ours"], "pinned": known[row.figure]})
    return Validation(targets, rows, drifted)


def _shipped(target: Target) -> bool:
    return target.file.resolve().parent == validation_root().resolve()


def _judged(row: Row, found: tuple[float, float | None, float | None]) -> dict[str, Any]:
    ours, low, high = found
    error = ours / row.theirs - 1.0
    within = abs(error) <= row.band
    status = PASS if within else GAP if row.gap else FAIL
    figures = {"ours": ours, "ours_low": low, "ours_high": high, "theirs": row.theirs, "error": error}
    words = {key: getattr(row, key) for key in ("target", "figure", "unit", "band", "kind", "source", "note", "gap")}
    whole = words | figures | {"status": status, "pass": status == PASS}
    return {key: whole[key] for key in COLUMNS}


def _summary(target: Target, rows: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {word: sum(row["status"] == word for row in rows) for word in (PASS, GAP, FAIL)}
    errors = [abs(row["error"]) for row in rows if row["status"] != GAP]
    gaps = [row["error"] for row in rows if row["status"] == GAP]
    predicted = [abs(row["error"]) for row in rows if row["status"] != GAP and row["kind"] == "predicted"]
    mean = sum(predicted) / len(predicted) if predicted else None
    meets = target.mean_band is None or mean is None or mean <= target.mean_band
    return {
        "target": target.name,
        "title": target.title,
        "rows": len(rows),
        "passed": counts[PASS],
        "gaps": counts[GAP],
        "failed": counts[FAIL],
        "worst_error": max(errors, default=None),
        "worst_gap": max(gaps, key=abs, default=None),
        "mean_error": mean,
        "mean_band": target.mean_band,
        "pass": counts[FAIL] == 0 and meets,
    }
