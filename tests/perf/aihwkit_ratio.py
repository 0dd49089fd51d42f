# SPDX-License-Identifier: Apache-2.0
"""Time of a noisy analog product beside AIHWKIT's tiles, in one run: 1024 x 1024 weights, 8 bits, batch 512, one thread.

Needs aihwkit and torch beside ohmformer; the C++ tile needs aihwkit built against that torch (`pip install --no-build-isolation
--no-binary aihwkit aihwkit`, with OpenBLAS, scikit-build, pybind11 and mypy). Goals: at least 6 times as fast
as AIHWKIT's C++ tile and 3 times as fast as its torch tile. Both sides run converters of 8 bits, programming error and read
noise; AIHWKIT adds its noise per output, ours has the variance of the cells that an input drives. Half of our factor is a
better algorithm (one normal per conversion, from a product of variances), so read it beside the per-cell twin of `make perf`.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import ohmformer as ohm
import torch
from aihwkit.nn import AnalogLinearMapped
from aihwkit.simulator.configs import InferenceRPUConfig, TorchInferenceRPUConfig

SIZE, BATCH, ROUNDS = 1024, 512, 9


def ours() -> Callable[[], object]:
    """Ours: unsliced differential pairs on arrays of 256 x 256 cells."""
    changes = {
        "array.n_wordlines": 256,
        "array.n_bitlines": 256,
        "array.rows_active": 256,
        "device.read_noise": 0.01,
    }
    macro = ohm.Macro(ohm.MacroSpec.load("rram_128_unsliced").override(changes), seed=0)
    random = np.random.default_rng(0)
    programmed = macro.program(random.integers(-127, 128, (SIZE, SIZE), dtype=np.int32))
    x = random.integers(-127, 128, (BATCH, SIZE), dtype=np.int32)
    return lambda: programmed.mvm(x, threads=1)


def theirs(config: object) -> Callable[[], object]:
    """One of AIHWKIT's tiles behind a linear layer, in evaluation mode."""
    config.forward.inp_res = config.forward.out_res = 2.0**-8
    config.mapping.max_input_size = config.mapping.max_output_size = 256
    layer = AnalogLinearMapped(SIZE, SIZE, bias=False, rpu_config=config).eval()
    x = torch.rand(BATCH, SIZE) * 2 - 1

    def run() -> object:
        with torch.no_grad():
            return layer(x)

    return run


def main() -> None:
    """Print medians of interleaved rounds."""
    torch.set_num_threads(1)
    a, b = torch.rand(BATCH, SIZE), torch.rand(SIZE, SIZE)
    tasks = {"ours": ours(), "fp32 product": lambda: a @ b}
    for name, config in (("C++", InferenceRPUConfig()), ("torch", TorchInferenceRPUConfig())):
        try:
            tasks[f"AIHWKIT {name} tile"] = theirs(config)
        except RuntimeError as failure:  # its C++ tile refuses the tensors of newer versions of torch
            print(f"AIHWKIT's {name} tile does not run with torch {torch.__version__}: {failure}")
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.thread_time()
            task()
            seconds[name].append(time.thread_time() - start)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in medians.items():
        print(f"{name:20} {median * 1e3:8.1f} ms  {median / medians['ours']:6.2f} x ours")


if __name__ == "__main__":
    main()
