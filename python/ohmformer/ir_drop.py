# SPDX-License-Identifier: Apache-2.0
"""Exact networks of wires: announced here, solved by a later version."""

from typing import Any

import numpy as np

from ohmformer.errors import refuse_later

_INSTEAD = "configurations have array.ir_drop: report | gain, a mean loss in closed form"


def effective_conductance(
    g: Any, r_wordline: float, r_bitline: float, r_driver: float = 0.0, r_sense: float = 0.0
) -> np.ndarray:
    """Conductances (n_wordlines, n_bitlines) that an array with resistive wires shows from outside, S.

    Wordlines are driven at column 0, bitlines sensed after the last row. Wires in Ohm per segment.

    >>> effective_conductance([[1e-6]], 1.0, 1.0)
    Traceback (most recent call last):
        ...
    ohmformer.errors.NotInThisVersion: ir_drop.effective_conductance: not in this version ...
    """
    refuse_later("ir_drop.effective_conductance", _INSTEAD)


def gated_currents(
    g: Any,
    x: Any,
    v_read: float,
    r_bitline: float,
    r_sense: float,
    r_sourceline: float = 0.0,
    r_driver: float = 0.0,
) -> np.ndarray:
    """Bitline currents, A, of gated cells: x (batch, n_wordlines) in {0, 1} switches rows on.

    Source lines run parallel to bitlines and are fed at row 0.

    >>> gated_currents([[1e-6]], [[1]], 0.2, 1.0, 1.0)
    Traceback (most recent call last):
        ...
    ohmformer.errors.NotInThisVersion: ir_drop.gated_currents: not in this version ...
    """
    refuse_later("ir_drop.gated_currents", _INSTEAD)
