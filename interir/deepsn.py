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

from torch import Tensor, nn

from . import operators
from .configs import DeepSNConfig
from .deepsn_blocks import ColumnUpdate, ImageUpdate, MultiplierUpdate, RowUpdate, bias_free
from .records import Iteration, Observation, State
from .shapes import ColumnOperator, Features, Image, RowOperator
from .unfolding import UnfoldedNetwork, pad_to_multiple

DOWN = 4


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
        self.has_operators = config.operators
        colours, width = config.in_channel, config.in_channel * DOWN**2
        self.down_scale = nn.Sequential(nn.PixelUnshuffle(DOWN), bias_free(width, width, 3))
        self.up_scale = nn.Sequential(nn.PixelShuffle(DOWN), bias_free(colours, colours, 3))
        self.conv_init = bias_free(width, width, 1)
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
