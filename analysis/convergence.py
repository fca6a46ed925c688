r"""Convergence as tests: which of the solver's own residuals does each stage really reduce?

.. math::
    r_k &= \frac{\|A_1^k x_k A_2^k - y\|}{\|y\|}, \quad
    g_k = \|A_1^\top (A_1 x_k A_2 - y) A_2^\top\|, \quad
    \tfrac12 \|F_k(x_{k-1})\|^2, \quad
    \frac{\|x_k - x_{k-1}\|}{\|x_{k-1}\|}, \\
    &\|\lambda_k - \lambda_{k-1}\|, \quad
    \frac{\|\lambda_k - \lambda_{k-1}\|}{\|\lambda_{k-1}\|}, \quad
    \sigma_1(A_1)\,\sigma_1(A_2), \quad \epsilon_k < \frac{2}{(\sigma_1 \sigma_1)^2}

All of it lives in the feature space of the network, and nothing in training makes it fall: these
are the paper's claimed quantities, shown as tests. The primal residual is read off the multiplier's
update, λ_k = λ_{k-1} + (G(x_k) - u_k) with ρ = 1 (Eq. 6). A quantity that is not there (F before
the first solve, say) is NaN.

    python -m analysis.convergence --weights interir-small --data PHOTOS --out FILE.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from interir import Iteration, State, Trace, UnfoldedNetwork, operators
from interir.progress import reported
from interir.shapes import ColumnOperator, Features, RowOperator

from . import commands
from .reductions import merit, runs_of, verdicts
from .samples import samples

Metrics = dict[str, list[list[float]]]
"""``metrics[name][photo][k]``, the shape in which DeepInverse keeps its own."""

SQUARINGS, PRODUCTS = 3, 8
"""Of the normalised AᵀA, then of the result with a vector: (σ2/σ1)^128 of the other directions is left."""


def metrics(trace: Trace[Iteration]) -> Metrics:
    """All curves of a run on a batch of photos, for k = 0..N."""
    nowhere = torch.full_like(_norm(trace[0].state.x), torch.nan)
    before: State | None = None
    rows = []
    for iteration in trace:
        rows.append(_row(trace.observation.features, before, iteration, nowhere))
        before = iteration.state
    return {name: torch.stack([row[name] for row in rows], dim=1).tolist() for name in rows[0]}


def _row(
    y: Features, before: State | None, iteration: Iteration, nowhere: Float[Tensor, " b"]
) -> dict[str, Float[Tensor, " b"]]:
    """Everything at iteration k, photo by photo."""
    state, solve = iteration.state, iteration.solve
    error = operators.apply(state.a1, state.x, state.a2) - y
    gain = (largest(state.a1) * largest(state.a2)).amax(dim=1)
    row = {
        "fidelity": _norm(error) / _norm(y),
        "adjoint": _norm(operators.adjoint(state.a1, error, state.a2)),
        "merit": nowhere if solve is None else merit(solve),
        "sigma": gain,
        "admissible": 2 / gain.square(),
        "size": nowhere if solve is None else solve.size.expand_as(nowhere),
    }
    return row | _moves(before, state, nowhere)


def _moves(
    before: State | None, state: State, nowhere: Float[Tensor, " b"]
) -> dict[str, Float[Tensor, " b"]]:
    """The residuals that are differences of two iterations; the last stage renews no multiplier."""
    if before is None:
        return dict.fromkeys(("fixed point", "primal", "multiplier"), nowhere)
    renewed = state.multiplier is not before.multiplier
    primal = _norm(state.multiplier - before.multiplier) if renewed else nowhere
    return {
        "fixed point": _norm(state.x - before.x) / _norm(before.x),
        "primal": primal,
        "multiplier": primal / _norm(before.multiplier),
    }


def largest(a: RowOperator | ColumnOperator) -> Float[Tensor, "b c"]:
    """σ1 of every channel, by powers of AᵀA: a fifth of the time of the singular values.

    Never above the true value but for rounding, and less than 1 % below it whatever the gap.
    """
    power = a.mT @ a
    for _ in range(SQUARINGS):
        power = operators.normalize(power)
        power = power @ power
    start = power.diagonal(dim1=-2, dim2=-1).argmax(dim=-1)  # has a share of the leading vector
    vector = torch.take_along_dim(power, start[..., None, None], dim=-1)
    for _ in range(PRODUCTS):  # a batch of products with single vectors is slower
        vector = torch.nn.functional.normalize((power * vector.mT).sum(dim=-1, keepdim=True), dim=-2)
    return (a @ vector).flatten(-2).norm(dim=-1)


def _norm(x: Features) -> Float[Tensor, " b"]:
    return x.flatten(1).norm(dim=1)


def merged(parts: Iterable[Metrics]) -> Metrics:
    """The curves of several batches as those of all their photos."""
    found: Metrics = {}
    for part in parts:
        for name, photos in part.items():
            found.setdefault(name, []).extend(photos)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.convergence", __doc__, limit=16)
    made.add_argument("--seed", type=int, default=0, help="of the untrained weights and the shuffles")
    return commands.answer(made, arguments, run)


@torch.inference_mode()
def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """Curves of every photo, and how often each stage reduces its own residual; written as they come."""
    drawn = samples(options.data, options.limit, options.side)
    runs = runs_of(network, options.seed)
    curves: Metrics = {}
    for sample in reported(drawn, len(drawn), "degraded photos"):
        image, _ = sample.load()
        curves = merged((curves, metrics(network.trace(image))))
        for follower in runs:
            follower.add(image)
        facts = {"metrics": curves, "reduced": [asdict(v) for v in verdicts(runs)]}
        commands.write(options.out, {**about, "seed": options.seed, **facts})


if __name__ == "__main__":
    sys.exit(main())
