r"""DeepSN-Net, the baseline (Deng et al., TPAMI 2025), under the contract of this package.

.. math::
    F^k &= A_1^\top A_1 x^k A_2 A_2^\top - A_1^\top y A_2^\top
           + B_2(B_1(x^k) + \lambda^k + u^k), \qquad u^k, s^k = D_1(v), D_2(v),\ v = B(x^k) + \lambda^k \\
    V^k &= A_1^\top A_1 F^k A_2 A_2^\top + B_4((1 - s^k) \odot B_3(F^k)), \qquad
    x^{k+1} = x^k - \eta_k V^k \\
    A_1^{k+1} &= \mathrm{norm}(m_1 m_2^\top),\ [m_1, m_2] = B([x^{k+1} A_2^k, y]), \quad
    A_2^{k+1} = \mathrm{norm}(n_1^\top n_2),\ [n_1, n_2] = B([A_1^{k+1} x^{k+1}, y]) \\
    \lambda^{k+1} &= \lambda^k + B(x^{k+1}) - u(x^{k+1}, \lambda^k)

Submodules carry the names of the official checkpoints, so these load as they are. Two
properties of the published network are kept, because its weights were trained with them:
the last iteration runs the *second-to-last* image update again, so that the last one's
weights are never used; and the second output of a multiplier update's auxiliary network
is computed by nobody. The published small network has no operators: there A1 = A2 = I.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from . import operators
from .configs import DeepSNConfig
from .records import Iteration, Observation, Solve, State
from .shapes import ColumnOperator, Features, Image, RowOperator
from .unfolding import UnfoldedNetwork, pad_to_multiple

DOWN = 4


def _same(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
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
        self.conv1 = _same(width, spatial, 3)
        self.conv2 = _same(spatial, width, 3)
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

    def forward(self, y: Features, state: State) -> tuple[Features, Solve]:
        """x_{k+1}, and the last of the ``repeat`` solves."""
        x = state.x
        for size in self.eta.unbind():
            solve = self.solve(x, y, state, size)
            x = x - size * solve.direction
        return x, solve

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


class DeepSNNet(UnfoldedNetwork):
    """The published network. Iteration N repeats the image update of iteration N - 1."""

    title: ClassVar[str] = "DeepSN-Net"
    config: DeepSNConfig
    down = DOWN

    def __init__(self, config: DeepSNConfig) -> None:
        super().__init__()
        if config.depth < 2:
            raise ValueError(f"depth is {config.depth}; the network needs at least 2 iterations")
        self.config = config
        colours, width = config.in_channel, config.in_channel * DOWN**2
        self.down_scale = nn.Sequential(nn.PixelUnshuffle(DOWN), _same(width, width, 3))
        self.up_scale = nn.Sequential(nn.PixelShuffle(DOWN), _same(colours, colours, 3))
        self.conv_init = _same(width, width, 1)
        n = config.depth
        self.image_update_list = nn.ModuleList(ImageUpdate(width, config) for _ in range(n))
        self.multiplier_update_list = nn.ModuleList(MultiplierUpdate(width, config) for _ in range(n - 1))
        if config.operators:
            self.matrix_P_update_list = nn.ModuleList(RowUpdate(width) for _ in range(n - 1))
            self.matrix_Q_update_list = nn.ModuleList(ColumnUpdate(width) for _ in range(n - 1))

    @property
    def depth(self) -> int:
        return self.config.depth

    def init(self, image: Image) -> tuple[Observation, State]:
        y = self.down_scale(pad_to_multiple(image, DOWN))
        a1, a2 = operators.from_factors(y, y) if self.config.operators else operators.identities(y)
        return Observation(image, y), State(y, a1, a2, self.conv_init(y) + y)

    def step(self, k: int, observation: Observation, state: State) -> Iteration:
        y = observation.features
        last = k == self.depth
        x, solve = self.image_update_list[k - 2 if last else k - 1](y, state)
        if last:
            return Iteration(k, State(x, state.a1, state.a2, state.multiplier), solve)
        a1, a2 = self.update_operators(k, x, y, state)
        multiplier = self.multiplier_update_list[k - 1](x, state.multiplier)
        return Iteration(k, State(x, a1, a2, multiplier), solve)

    def update_operators(
        self, k: int, x: Features, y: Features, state: State
    ) -> tuple[RowOperator, ColumnOperator]:
        """A1 and A2 after iteration k; the small network leaves both at the identity."""
        if not self.config.operators:
            return state.a1, state.a2
        a1 = self.matrix_P_update_list[k - 1](x, y, state.a2)
        return a1, self.matrix_Q_update_list[k - 1](x, y, a1)

    def decode(self, x: Features, observation: Observation) -> Image:
        height, width = observation.image.shape[-2:]
        return observation.image + self.up_scale(x)[..., :height, :width]

    @classmethod
    def from_official(cls, state_dict: Mapping[str, Tensor]) -> DeepSNNet:
        """The network an official checkpoint belongs to, its configuration read off the shapes.

        Raises `ValueError` where a tensor is missing that tells the configuration.
        """
        from .weights import load_into

        network = cls(official_config(state_dict))
        load_into(network, state_dict)
        return network.eval()


def official_config(state_dict: Mapping[str, Tensor]) -> DeepSNConfig:
    """The configuration under which an official checkpoint was trained."""
    block = "image_update_list.0"
    try:
        width = state_dict["conv_init.weight"].shape[0]
        spatial = state_dict[f"{block}.basic_block1.conv1.weight"].shape[0]
        frequency = state_dict[f"{block}.basic_block1.w1"].shape[2]
        hidden = state_dict[f"{block}.auxiliary_variable.deri_1.dconv1.weight"].shape[0]
        repeat = state_dict[f"{block}.eta"].shape[0]
    except KeyError as error:
        raise ValueError(f"not a DeepSN-Net checkpoint: {error} is missing") from error
    updates = {key.split(".")[1] for key in state_dict if key.startswith("image_update_list.")}
    return DeepSNConfig(
        in_channel=width // DOWN**2,
        ratio_spatial=spatial // width,
        ratio_freq=frequency // width,
        depth=len(updates),
        repeat=repeat,
        coefficient=hidden // width,
        operators=any(key.startswith("matrix_P_update_list.") for key in state_dict),
    )
