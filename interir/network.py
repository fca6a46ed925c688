r"""InterIR: a semi-smooth Newton solver, unfolded (Eqs. 11 to 14).

.. math::
    y &= \mathrm{Conv}(\mathrm{Down}(\cdot)), \quad x^0 = y, \quad
           \lambda^0 = \mathrm{Conv}_{1\times1}(y) + y, \\
    A_1^0 &= \mathrm{norm}(y y^\top), \quad A_2^0 = \mathrm{norm}(y^\top y) \\
    F^k &= W_1 \odot A_1^\top A_1 x^k A_2 A_2^\top + W_2 \odot A_1^\top y A_2^\top
           + \mathcal G^\top(\mathcal G(x^k) + \lambda^k) \\
    V^k &= W_3 \odot A_1^\top A_1 F^k A_2 A_2^\top + \mathcal P(\mathrm{Convs}(F^k)), \qquad
    x^{k+1} = x^k - \epsilon_k V^k \\
    m_1, m_2 &= \mathrm{Conv}_{1\times1}\,\mathrm{EP}
           (W_4 \odot x^{k+1} A_2^k + W_5 \odot A_1^k x^{k+1} + W_6 \odot y), \\
    A_1^{k+1} &= \mathrm{norm}(m_1 m_2^\top), \quad A_2^{k+1} = \mathrm{norm}(m_1^\top m_2) \\
    \lambda^{k+1} &= \lambda^k + [\mathrm{EP}(v) - v]_{v = x^{k+1} + \lambda^k}

The formulas of the paper were not recoverable; these are a reading of its words, laid
out so that parameters and operations match its Table 8. G, Gᵀ and P are EPBlocks. The
gains W come from small networks on globally pooled features; they are *signed*, and start
at the equation's signs, so the network may keep or give up the subtraction of Eq. 8. The
multiplier's update is the skip-free branch of an EPBlock: the primal residual
ρ(G(x) - u), which depends on x and λ through their sum.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from . import operators
from .blocks import Descent, EPBlock, PooledGains
from .configs import InterIRConfig
from .records import Convolution, Iteration, Observation, Solve, State
from .shapes import Features, Image
from .unfolding import UnfoldedNetwork, pad_to_multiple

STEP = 0.5
"""ε at the start of training; each iteration learns its own."""


class RESM(nn.Module):
    """Restoration equation solver module (Eq. 12): a learned step in the form of a gradient step on ½‖F‖²."""

    def __init__(self, config: InterIRConfig) -> None:
        super().__init__()
        c = config.width
        self.gains_residual = PooledGains(c, inputs=2, start={"W1": 0.5, "W2": -0.5})
        self.gains_direction = PooledGains(c, inputs=1, start={"W3": 0.5})
        self.features = EPBlock(c, "RESM.G", literal=config.literal)
        self.adjoint = EPBlock(c, "RESM.Gᵀ", literal=config.literal)
        self.convs = nn.Sequential(nn.Conv2d(c, c, 1), nn.ReLU(), nn.Conv2d(c, c, 1))
        self.prior = EPBlock(c, "RESM.P", literal=config.literal)
        self.size = nn.Parameter(torch.tensor(STEP))
        self.descend = Descent()

    def forward(self, y: Features, state: State) -> tuple[Features, Solve, tuple[Convolution, ...]]:
        """x_{k+1}, how it was found, and the convolutions that ran."""
        normal = operators.gram(state.a1, state.x, state.a2)
        back = operators.adjoint(state.a1, y, state.a2)
        w1, w2 = self.gains_residual(normal, back)
        g, conv_g = self.features(state.x)
        prior, conv_adjoint = self.adjoint(g + state.multiplier)
        residual = w1 * normal + w2 * back + prior

        (w3,) = self.gains_direction(residual)
        operator_term = w3 * operators.gram(state.a1, residual, state.a2)
        prior_term, conv_prior = self.prior(self.convs(residual))
        direction = operator_term + prior_term
        solve = Solve(residual, direction, operator_term, prior_term, self.size, (w1, w2, w3))
        x, solve = self.descend(state.x, solve)
        return x, solve, (conv_g, conv_adjoint, conv_prior)


class DMUM(nn.Module):
    """Degradation matrix update module (Eq. 13): two factors give both operators.

    The same form as the initialisation of Eq. 11, with a learned pair in place of (y, y).
    """

    def __init__(self, config: InterIRConfig) -> None:
        super().__init__()
        c = config.width
        self.gains = PooledGains(c, inputs=3, start={"W4": 0.5, "W5": 0.5, "W6": 0.5})
        self.block = EPBlock(c, "DMUM", literal=config.literal)
        self.factors = nn.Conv2d(c, 2 * c, 1)

    def forward(self, y: Features, x: Features, state: State) -> tuple[State, Convolution]:
        """The state with x and both operators renewed."""
        right, left = x @ state.a2, state.a1 @ x
        w4, w5, w6 = self.gains(right, left, y)
        mixed, convolution = self.block(w4 * right + w5 * left + w6 * y)
        m1, m2 = self.factors(mixed).chunk(2, dim=1)
        a1, a2 = operators.from_factors(m1, m2)
        return State(x, a1, a2, state.multiplier), convolution


class MUM(nn.Module):
    """Multiplier update module (Eq. 14): λ plus the learned primal residual."""

    def __init__(self, config: InterIRConfig) -> None:
        super().__init__()
        self.block = EPBlock(config.width, "MUM", literal=config.literal)

    def forward(self, state: State) -> tuple[State, Convolution]:
        """The state with its multiplier renewed."""
        v = state.x + state.multiplier
        moved, convolution = self.block(v)
        return State(state.x, state.a1, state.a2, state.multiplier + (moved - v)), convolution


class IPBlock(nn.Module):
    """One iteration: solve for x, then renew the operators, then the multiplier."""

    def __init__(self, config: InterIRConfig) -> None:
        super().__init__()
        self.resm = RESM(config)
        self.dmum = DMUM(config)
        self.mum = MUM(config)

    def forward(self, k: int, y: Features, state: State) -> Iteration:
        x, solve, solved = self.resm(y, state)
        state, updated = self.dmum(y, x, state)
        state, multiplied = self.mum(state)
        return Iteration(k, state, solve, (*solved, updated, multiplied))


class InterIR(UnfoldedNetwork):
    """N - 1 IPBlocks and a last RESM, which has no operators or multiplier left to renew."""

    title: ClassVar[str] = "InterIR"
    config: InterIRConfig

    def __init__(self, config: InterIRConfig) -> None:
        super().__init__()
        self.config = config
        self.down = config.down
        pixels = 3 * config.down**2
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(config.down), nn.Conv2d(pixels, config.width, 3, padding=1)
        )
        self.multiplier = nn.Conv2d(config.width, config.width, 1)
        self.blocks = nn.ModuleList(IPBlock(config) for _ in range(config.blocks))
        self.last = RESM(config)
        # Affine on purpose: output - input then splits exactly into the steps' contributions.
        self.decoder = nn.Sequential(
            nn.Conv2d(config.width, pixels, 3, padding=1), nn.PixelShuffle(config.down)
        )

    @property
    def depth(self) -> int:
        return len(self.blocks) + 1

    def init(self, image: Image) -> tuple[Observation, State]:
        y = self.encoder(pad_to_multiple(image, self.down))
        a1, a2 = operators.from_factors(y, y)
        return Observation(image, y), State(y, a1, a2, self.multiplier(y) + y)

    def step(self, k: int, observation: Observation, state: State) -> Iteration:
        y = observation.features
        if k < self.depth:
            iteration: Iteration = self.blocks[k - 1](k, y, state)
            return iteration
        x, solve, convolutions = self.last(y, state)
        return Iteration(k, State(x, state.a1, state.a2, state.multiplier), solve, convolutions)

    def decode(self, x: Features, observation: Observation) -> Image:
        height, width = observation.image.shape[-2:]
        return observation.image + self.decoder(x)[..., :height, :width]
