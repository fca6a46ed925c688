r"""Explainable convolution: a kernel that each sample modulates for itself (Eqs. 15 to 20).

.. math::
    M_n = \mathbb 1[X_n > \tau], \quad
    P_n = \mathrm{pool}_{k\times k}(M_n), \quad
    \alpha_n = \mathrm{softmax}_{k^2}(P_n), \quad
    \tilde W_n = k^2 \alpha_n \odot W, \quad
    Y_n = \tilde W_n * X_n

Readings of the paper taken here: the threshold is per input channel; its gradient is
straight-through; the modulation is scaled by k², so that a uniform one is *exactly* the
ordinary convolution (``literal=True`` gives the printed, unscaled form). As P lies in
[0, 1], softmax can only modulate gently: for k = 3, k²α stays in [0.396, 2.283].

Mind the change of category: pooling M splits the *image* into k x k regions, but α
multiplies the *taps* of the kernel, everywhere in the image.
"""

from __future__ import annotations

import copy
from typing import Any, TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .records import Convolution
from .shapes import Convolved, Features, Kernel, Modulation

TEMPERATURE = 0.5
"""Width of the sigmoid whose slope stands in for the step's, in units of the input."""


class _Step(torch.autograd.Function):
    """1[x > 0] forward; backward the slope of sigmoid(x / T), so that thresholds learn."""

    @staticmethod
    def forward(margin: Tensor) -> Tensor:
        return (margin > 0).to(margin)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        soft = torch.sigmoid(ctx.saved_tensors[0] / TEMPERATURE)
        return gradient * soft * (1 - soft) / TEMPERATURE


def modulate(pooled: Modulation, literal: bool = False) -> Modulation:
    """The factor of every kernel tap: r·s·softmax(P), or softmax(P) in the literal form (Eq. 18)."""
    alpha = pooled.flatten(2).softmax(dim=-1).reshape(pooled.shape)
    taps = pooled.shape[-2] * pooled.shape[-1]
    return alpha if literal else taps * alpha


def modulated_kernels(kernel: Kernel, modulation: Modulation, groups: int) -> Tensor:
    """W̃: one kernel per sample, ``(b, o, i, r, s)`` (Eq. 19).

    The modulation has a factor for each of the convolution's input channels; an output
    channel of a group meets only that group's.
    """
    b, _, r, s = modulation.shape
    per_group = modulation.reshape(b, groups, 1, kernel.shape[1], r, s)
    return (per_group * kernel.unflatten(0, (groups, -1))).flatten(1, 2)


class ExplainableConv2d(nn.Conv2d):
    """A drop-in for `nn.Conv2d` whose kernel adapts to each sample, and that can be looked into.

    Takes all of `nn.Conv2d`'s arguments, and ``literal``. For a 1 x 1 kernel the softmax
    of one element is 1: it *is* the ordinary convolution.
    """

    def __init__(self, *args: Any, literal: bool = False, name: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.literal = literal
        self.name = name
        self.threshold = nn.Parameter(self.weight.new_zeros(1, self.in_channels, 1, 1))

    @classmethod
    def from_conv(cls, conv: nn.Conv2d, *, literal: bool = False, name: str = "") -> ExplainableConv2d:
        """The explainable twin of ``conv``, with a copy of its weights and thresholds at 0."""
        twin = cls(
            conv.in_channels,
            conv.out_channels,
            conv.kernel_size,  # type: ignore[arg-type]
            conv.stride,
            conv.padding,
            conv.dilation,
            conv.groups,
            conv.bias is not None,
            conv.padding_mode,
            device=conv.weight.device,
            dtype=conv.weight.dtype,
            literal=literal,
            name=name,
        )
        twin.load_state_dict(conv.state_dict(), strict=False)
        return twin.train(conv.training)

    def forward(self, x: Features) -> Convolved:
        """The modulated convolution of ``x``."""
        return self.examine(x)[0]

    def examine(self, x: Features) -> tuple[Convolved, Convolution]:
        """The same output, and everything that led to it."""
        record = self.observe(x)
        return self.convolve(x, record.modulation), record

    def observe(self, x: Features) -> Convolution:
        """What multiplies the kernel, and how it came about (Eqs. 16 to 18)."""
        mask: Tensor = _Step.apply(x - self.threshold)
        rows, columns = self.kernel_size
        pooled = F.adaptive_avg_pool2d(mask, (rows, columns))
        modulation = modulate(pooled, self.literal)
        return Convolution(
            name=self.name,
            input=x,
            threshold=self.threshold,
            mask=mask.detach() > 0,
            pooled=pooled,
            modulation=modulation,
            kernel=self.weight,
        )

    def convolve(self, x: Features, modulation: Modulation) -> Convolved:
        """Convolve each sample with its own kernel: one convolution with b times the groups (Eq. 20)."""
        b = x.shape[0]
        kernels = modulated_kernels(self.weight, modulation, self.groups)
        x, padding = self._padded(x)
        y = F.conv2d(
            x.flatten(0, 1).unsqueeze(0),
            kernels.flatten(0, 1),
            None if self.bias is None else self.bias.repeat(b),
            self.stride,
            padding,
            self.dilation,
            b * self.groups,
        )
        return y.unflatten(1, (b, self.out_channels)).squeeze(0)

    def _padded(self, x: Features) -> tuple[Tensor, Any]:
        """Pad now what `F.conv2d` cannot (any mode but zeros); return the padding left to do."""
        if self.padding_mode == "zeros":
            return x, self.padding
        return F.pad(x, self._reversed_padding_repeated_twice, mode=self.padding_mode), 0


def explain(module: nn.Module, *, literal: bool = False) -> nn.Module:
    """A copy of ``module`` in which every convolution larger than 1 x 1 is explainable (Table 5).

    Weights are kept, so with uniform modulation the copy computes what ``module`` did.
    Subclasses of `nn.Conv2d` are left alone: their forward may be another.
    """
    if _swappable(module):
        return ExplainableConv2d.from_conv(module, literal=literal)
    network = copy.deepcopy(module)
    twins: dict[nn.Module, ExplainableConv2d] = {}  # a convolution may be used in several places
    for name, conv in list(network.named_modules(remove_duplicate=False)):
        if _swappable(conv):
            parent, _, child = name.rpartition(".")
            if conv not in twins:
                twins[conv] = ExplainableConv2d.from_conv(conv, literal=literal, name=name)
            setattr(network.get_submodule(parent), child, twins[conv])
    return network


def _swappable(module: nn.Module) -> TypeGuard[nn.Conv2d]:
    return type(module) is nn.Conv2d and max(module.kernel_size) > 1
