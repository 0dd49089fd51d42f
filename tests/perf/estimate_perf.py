# SPDX-License-Identifier: Apache-2.0
"""Whole processes of `ohmformer estimate`: processor time and peak memory, the least of several runs.

Goal: a prompt of 2048 and 128 generated tokens (GPT-3: 1920 and 128, which fill its context), batch 1
to 256, from cold in under 1 s and 1 GB. Run it with the Python of an environment that has the package:

    .venv/bin/python tests/perf/estimate_perf.py [RUNS]
"""

import os
import subprocess
import sys

PROMPTS = {"llama-3-70b": 2048, "gpt3-175b": 1920, "deepseek-v3": 2048}
BATCHES = (1, 16, 256)
GOAL_S, GOAL_BYTES = 1.0, 1e9


def run(network: str, prompt: int, batch: int) -> tuple[float, int]:
    """Processor seconds and peak bytes of one process."""
    workload = ["--prompt", str(prompt), "--generate", "128", "--batch", str(batch)]
    command = [sys.executable, "-m", "ohmformer", "estimate", "--network", network, *workload]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)}: exit status {status}")
    return used.ru_utime + used.ru_stime, 1024 * used.ru_maxrss


def main() -> None:
    """Print a row per network and batch beside the goal."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for network, prompt in PROMPTS.items():
        for batch in BATCHES:
            found = [run(network, prompt, batch) for _ in range(runs)]
            seconds, memory = min(s for s, _ in found), max(m for _, m in found)
            met = "met" if seconds < GOAL_S and memory < GOAL_BYTES else "missed"
            print(f"{network:12} batch {batch:3}: {seconds:.2f} s, {memory / 1e6:.0f} MB; goal {GOAL_S:g} s, {GOAL_BYTES / 1e6:.0f} MB: {met}")


if __name__ == "__main__":
    main()
