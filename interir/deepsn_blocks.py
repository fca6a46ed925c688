"""The bricks of DeepSN-Net, under the attribute names of its official checkpoints."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from . import operators
from .blocks import Descent
from .configs import DeepSNConfig
from .records import Solve, State
from .shapes import ColumnOperator, Features, RowOperator


def bias_free(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    """A convolution that keeps the size."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)


class ChannelAttention(nn.Module):
    """Squeeze-and-excitation with a bottleneck of a third."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.ca = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(width, width // 3, 1),
            nn.ReLU(),
            nn.Conv2d(width // 3, width, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Features) -> Features:
        return x * self.ca(x)


class BasicBlock(nn.Module):
    """A spatial branch, a frequency branch kept within the spatial one's range, and the identity."""

    def __init__(self, width: int, ratio_spatial: int = 1, ratio_freq: int = 1) -> None:
        super().__init__()
        spatial, frequency = width * ratio_spatial, width * ratio_freq
        self.ca = ChannelAttention(width)
        self.conv1 = bias_free(width, spatial, 3)
        self.conv2 = bias_free(spatial, width, 3)
        self.norm = nn.BatchNorm2d(width)
        self.w1 = nn.Parameter(torch.empty(2, width, frequency))
        self.w2 = nn.Parameter(torch.empty(2, frequency, width))
        nn.init.kaiming_uniform_(self.w1)
        nn.init.kaiming_uniform_(self.w2)

    def forward(self, x: Features) -> Features:
        spatial = self.conv2(self.conv1(self.ca(x)).relu())
        bound = spatial.amax(dim=1, keepdim=True).clamp(min=1)
        return spatial + bound * torch.tanh(self.frequency(x) / bound) + x

    def frequency(self, x: Features) -> Features:
        """Two complex 1 x 1 layers with a ReLU on each part, applied to the spectrum."""
        size = x.shape[-2:]
        spectrum = torch.fft.rfft2(self.norm(x)).movedim(1, -1)
        spectrum = spectrum @ torch.complex(*self.w1.unbind())
        spectrum = torch.complex(spectrum.real.relu(), spectrum.imag.relu())
        spectrum = spectrum @ torch.complex(*self.w2.unbind())
        return torch.fft.irfft2(spectrum.movedim(-1, 1), s=size)


def _block(width: int, config: DeepSNConfig) -> BasicBlock:
    return BasicBlock(width, config.ratio_spatial, config.ratio_freq)


class Derivative(nn.Module):
    """A per-place MLP that stands for the proximal map S, or for its derivative."""

    def __init__(self, width: int, coefficient: int) -> None:
        super().__init__()
        self.dconv1 = nn.Conv2d(width, width * coefficient, 1)
        self.dconv2 = nn.Conv2d(width * coefficient, width, 1)

    def forward(self, v: Features) -> Features:
        out: Features = self.dconv2(self.dconv1(v).relu())
        return out


class AuxiliaryVariable(nn.Module):
    """u = S(B(x) + λ), and its derivative where asked."""

    def __init__(self, width: int, config: DeepSNConfig) -> None:
        super().__init__()
        self.basic_block = _block(width, config)
        self.deri_1 = Derivative(width, config.coefficient)
        self.deri_2 = Derivative(width, config.coefficient)

    def forward(self, x: Features, multiplier: Features) -> tuple[Features, Features]:
        """u and ∂S."""
        v = self.basic_block(x) + multiplier
        return self.deri_1(v), self.deri_2(v)

    def variable(self, x: Features, multiplier: Features) -> Features:
        """u alone."""
        u: Features = self.deri_1(self.basic_block(x) + multiplier)
        return u


class ImageUpdate(nn.Module):
    """The step in x; ``repeat`` of them with shared weights and a step size each."""

    def __init__(self, width: int, config: DeepSNConfig) -> None:
        super().__init__()
        self.auxiliary_variable = AuxiliaryVariable(width, config)
        self.basic_block1 = _block(width, config)
        self.basic_block2 = _block(width, config)
        self.basic_block3 = _block(width, config)
        self.basic_block4 = _block(width, config)
        self.eta = nn.Parameter(torch.full((config.repeat,), 0.01))
        self.operators = config.operators
        self.descend = Descent()

    def forward(self, y: Features, state: State) -> tuple[Features, Solve]:
        """x_{k+1}, and the last of the ``repeat`` solves."""
        x, moved = state.x, []
        for size in self.eta.unbind():
            x, solve = self.descend(x, self.solve(x, y, state, size))
            moved.append(solve)
        return x, solve if len(moved) == 1 else merged(moved)

    def solve(self, x: Features, y: Features, state: State, size: Tensor) -> Solve:
        """The residual of the equation at x, and the direction that lowers it."""
        u, slope = self.auxiliary_variable(x, state.multiplier)
        prior = self.basic_block2(self.basic_block1(x) + state.multiplier + u)
        residual = self.normal(x, state) - self.back(y, state) + prior
        operator_term = self.normal(residual, state)
        prior_term = self.basic_block4(self.basic_block3(residual) * (1 - slope))
        return Solve(residual, operator_term + prior_term, operator_term, prior_term, size, ())

    def normal(self, x: Features, state: State) -> Features:
        """A1ᵀA1 x A2A2ᵀ; with identities for operators, x itself."""
        return operators.gram(state.a1, x, state.a2) if self.operators else x

    def back(self, y: Features, state: State) -> Features:
        """A1ᵀ y A2ᵀ; with identities for operators, y itself."""
        return operators.adjoint(state.a1, y, state.a2) if self.operators else y


class RowUpdate(nn.Module):
    """A1 from [x A2, y]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.basic_block = BasicBlock(2 * width)

    def forward(self, x: Features, y: Features, a2: ColumnOperator) -> RowOperator:
        m1, m2 = self.basic_block(torch.cat((x @ a2, y), dim=1)).chunk(2, dim=1)
        return operators.normalize(m1 @ m2.mT)


class ColumnUpdate(nn.Module):
    """A2 from [A1 x, y]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.basic_block = BasicBlock(2 * width)

    def forward(self, x: Features, y: Features, a1: RowOperator) -> ColumnOperator:
        n1, n2 = self.basic_block(torch.cat((a1 @ x, y), dim=1)).chunk(2, dim=1)
        return operators.normalize(n1.mT @ n2)


class MultiplierUpdate(nn.Module):
    """λ + B(x) - u."""

    def __init__(self, width: int, config: DeepSNConfig) -> None:
        super().__init__()
        self.basic_block = _block(width, config)
        self.auxiliary_variable = AuxiliaryVariable(width, config)

    def forward(self, x: Features, multiplier: Features) -> Features:
        u = self.auxiliary_variable.variable(x, multiplier)
        return multiplier + self.basic_block(x) - u


def merged(solves: list[Solve]) -> Solve:
    """Several solves in a row as one of the last one's size, so that the terms still add up."""
    last = solves[-1]
    operator_term, prior_term = (
        sum(
            (s.size / last.size * getattr(s, name) for s in solves[1:]),
            solves[0].size / last.size * getattr(solves[0], name),
        )
        for name in ("operator_term", "prior_term")
    )
    return Solve(last.residual, operator_term + prior_term, operator_term, prior_term, last.size, ())
