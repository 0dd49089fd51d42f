# SPDX-License-Identifier: Apache-2.0
"""One description decides results and costs: no knob of the macro moves the one and leaves the other behind.

DNN+NeuroSim V1.5 (cddb7d3, hook.py) hands four numbers of its accuracy run to its cost model; the resolution of the ADC,
the bits per cell and the conductances of the two may silently differ.
"""

import numpy as np
import ohmformer as ohm
import pytest

CHIP = ohm.Chip.load("rram_22nm")
MACRO = ohm.MacroSpec.load("rram_128")


def products(changed: dict) -> np.ndarray:
    """Of random weights and inputs on the macro with these values."""
    random = np.random.default_rng(0)
    weights, inputs = random.integers(-127, 128, (128, 16)), random.integers(-128, 128, (16, 128))
    return ohm.Macro(MACRO.override(changed)).program(weights).mvm(inputs)


def costs(changed: dict) -> tuple[float, float, float]:
    """Seconds, joules and square metres of a trained network on the chip with these values."""
    chip = CHIP.override({f"macro.{key}": value for key, value in changed.items()})
    mapping = ohm.map(ohm.Network.from_pretrained("known_entropy_gpt"), chip)
    found = ohm.estimate(mapping, prompt=2, generate=1)
    return found.ttft_s, found.energy_per_token_j, found.area_m2


@pytest.fixture(scope="module")
def reference() -> tuple[np.ndarray, tuple[float, float, float]]:
    return products({}), costs({})


@pytest.mark.parametrize(
    "changed",
    [
        {"adc.bits": 6},
        {"weight.slice_bits": [4, 4]},
        {"weight.encoding": "offset_column"},
        {"input.slice_bits": 2},
        {"array.rows_active": 32},
        {"device.g_max": "20 uS"},
        {"device": "cmo_hfox_2pct"},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_what_changes_the_products_changes_the_costs(changed, reference):
    assert (products(changed) != reference[0]).any()
    assert costs(changed) != reference[1]


@pytest.mark.parametrize("cost", ["survey", "isaac", "sar"])
def test_every_bit_of_the_converter_moves_results_time_energy_and_area(cost):
    found = [(products({"adc.bits": bits}), costs({"adc.bits": bits, "adc.cost": cost})) for bits in (5, 6, 7, 8, 9)]
    for (numbers, (seconds, joules, area)), (more_numbers, more) in zip(found, found[1:], strict=False):
        assert (numbers != more_numbers).any()
        assert more[0] > seconds
        assert more[1] > joules
        assert more[2] > area
