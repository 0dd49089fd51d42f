# SPDX-License-Identifier: Apache-2.0
"""A language of exactly known entropy: an order-1 Markov chain whose sentence is said twice."""

from dataclasses import dataclass

import numpy as np

SYMBOLS = 64
SUCCESSORS = 8
CONCENTRATION = 0.7
HALF = 32


@dataclass(frozen=True)
class MarkovChain:
    """Successors (symbols, 8), their probabilities, and the stationary distribution (symbols,)."""

    successors: np.ndarray
    probabilities: np.ndarray
    stationary: np.ndarray

    @classmethod
    def draw(cls, seed: int) -> "MarkovChain":
        """Random distinct successors per symbol with Dirichlet(0.7) probabilities."""
        random = np.random.default_rng(seed)
        successors = np.stack(
            [random.choice(SYMBOLS, SUCCESSORS, replace=False) for _ in range(SYMBOLS)]
        )
        probabilities = random.dirichlet(np.full(SUCCESSORS, CONCENTRATION), SYMBOLS)
        return cls(successors, probabilities, _stationary(successors, probabilities))

    def entropy(self) -> float:
        """Entropy rate in nats per symbol: the least mean loss any predictor can reach."""
        p = self.probabilities
        logs = np.log(p, out=np.zeros_like(p), where=p > 0)
        return float(-(self.stationary[:, None] * p * logs).sum())

    def sample(self, random: np.random.Generator, count: int) -> np.ndarray:
        """Sequences (count, 64) int64: 32 symbols from the chain, then the same 32 again."""
        first = np.empty((count, HALF), dtype=np.int64)
        first[:, 0] = _pick(np.broadcast_to(self.stationary, (count, SYMBOLS)), random)
        for t in range(1, HALF):
            previous = first[:, t - 1]
            choice = _pick(self.probabilities[previous], random)
            first[:, t] = self.successors[previous, choice]
        return np.concatenate([first, first], axis=1)

    def true_nll(self, tokens: np.ndarray) -> np.ndarray:
        """-log p of tokens 1..31 under the chain itself, nats, (sequences, 31)."""
        before, after = tokens[:, : HALF - 1], tokens[:, 1:HALF]
        match = self.successors[before] == after[:, :, None]
        return -np.log((self.probabilities[before] * match).sum(axis=2))


def _pick(probabilities: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One index per row by inversion of the cumulative distribution."""
    cumulative = np.cumsum(probabilities, axis=1)
    uniform = random.random(len(cumulative))[:, None] * cumulative[:, -1:]
    return (uniform >= cumulative).sum(axis=1)


def _stationary(successors: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Solve pi P = pi, sum pi = 1; refuses a chain that cannot reach every symbol."""
    transition = np.zeros((SYMBOLS, SYMBOLS))
    np.put_along_axis(transition, successors, probabilities, axis=1)
    if not np.linalg.matrix_power(transition + np.eye(SYMBOLS), SYMBOLS).all():
        raise ValueError("Markov chain: some symbol cannot be reached; take another seed.")
    equations = np.vstack([transition.T - np.eye(SYMBOLS), np.ones(SYMBOLS)])
    right = np.append(np.zeros(SYMBOLS), 1.0)
    return np.linalg.lstsq(equations, right, rcond=None)[0]
