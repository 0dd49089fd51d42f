# SPDX-License-Identifier: Apache-2.0
"""The handwritten digits of scikit-learn and the split that all committed results use."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HELD_OUT = 500
SPLIT_SEED = 0
FULL_SCALE = 16.0
MEAN = 0.5
DEVIATION = 0.5


def load_digits_split() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pixels and labels: (training pixels, training labels, held-out pixels, held-out labels).

    1797 scans of 8 x 8 pixels (Alpaydin & Kaynak, "Optical Recognition of Handwritten Digits",
    UCI 1998), 500 of them held out, stratified by digit. Pixels are (n, 1, 8, 8) fp32,
    (p / 16 - 0.5) / 0.5 in [-1, 1], which is exact in binary; labels are (n,) int64.
    """
    scans = load_digits()
    pixels = ((scans.images / FULL_SCALE - MEAN) / DEVIATION).astype(np.float32)[:, None]
    train_x, held_x, train_y, held_y = train_test_split(
        pixels,
        scans.target.astype(np.int64),
        test_size=HELD_OUT,
        random_state=SPLIT_SEED,
        stratify=scans.target,
    )
    return train_x, train_y, held_x, held_y
