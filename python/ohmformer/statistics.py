# SPDX-License-Identifier: Apache-2.0
"""Mean, spread and confidence interval of scores over programmed chips."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Mean, standard deviation (n - 1), and the 95 % Student t interval of the mean.

    One value alone has no deviation and no interval: None.
    """

    mean: float | None
    std: float | None
    interval: tuple[float, float] | None


def spread(values: Sequence[float]) -> Spread:
    """Statistics of a few values.

    >>> spread([1.0, 2.0, 3.0])
    Spread(mean=2.0, std=1.0, interval=(-0.4841377..., 4.4841377...))
    >>> spread([5.0])
    Spread(mean=5.0, std=None, interval=None)
    """
    n = len(values)
    if n == 0 or not all(math.isfinite(value) for value in values):
        return Spread(None, None, None)
    mean = math.fsum(values) / n
    if n == 1:
        return Spread(mean, None, None)
    std = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = student_quantile(0.975, n - 1) * std / math.sqrt(n)
    return Spread(mean, std, (mean - half, mean + half))


def student_quantile(probability: float, freedom: int) -> float:
    """The value that Student's t with `freedom` degrees stays below with `probability` > 0.5.

    >>> [round(student_quantile(0.975, n), 3) for n in (1, 2, 4, 9, 30)]
    [12.706, 4.303, 2.776, 2.262, 2.042]
    """
    low, high = 0.0, 1.0
    while student_probability(high, freedom) < probability:
        high *= 2
    for _ in range(200):
        middle = 0.5 * (low + high)
        if student_probability(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return high


def student_probability(t: float, freedom: int) -> float:
    """P(T <= t) for t >= 0: the finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.

    >>> student_probability(1.0, 1)
    0.75
    """
    theta = math.atan2(t, math.sqrt(freedom))
    sine, square = math.sin(theta), math.cos(theta) ** 2
    odd = freedom % 2
    term = math.cos(theta) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= square * (k - 1) / k
        total += term
    middle = 2 / math.pi * (theta + sine * total) if odd else sine * total
    return 0.5 + 0.5 * middle
