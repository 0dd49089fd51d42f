# SPDX-License-Identifier: Apache-2.0
"""Digital machines to compare with, and requests that machines serve."""

from ohmformer.baselines.baseline import STANDING, Baseline, Figures, decode_gain
from ohmformer.baselines.serving import length_presets, serve

__all__ = ["STANDING", "Baseline", "Figures", "decode_gain", "length_presets", "serve"]
