"""One output as a sum: right at every place, and refused where one patch does not tell it."""

import pytest
import torch
from torch.nn import functional as F

from analysis.arithmetic import weighted_sum
from interir import ExplainableConv2d
from tests.helpers import normal, randomise

C, H, W = 3, 5, 7


def depthwise(kernel=3, **options):
    """A depthwise explainable convolution with random weights that keeps the map's size."""
    rows, columns = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (rows // 2, columns // 2)
    conv = ExplainableConv2d(C, C, kernel, padding=padding, groups=C, **options)
    return randomise(conv.double().requires_grad_(False), seed=1)


@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize("kernel", [1, 3, 5, (1, 3), (5, 3)], ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_every_place_of_every_channel(kernel, bias, literal):
    """Borders included: the sum by hand is the map's value there, of the first photo of a batch."""
    conv = depthwise(kernel, bias=bias, literal=literal)
    output, record = conv.examine(normal(2, C, H, W, seed=2))
    for channel in range(C):
        for row in range(H):
            for column in range(W):
                found = weighted_sum(conv, record, channel, row, column)
                expected = output[0, channel, row, column].item()
                assert found.output == pytest.approx(expected, abs=1e-12)
                assert found.total == pytest.approx(expected, abs=1e-12)


def test_the_parts():
    """The patch is the input around the place, zero outside; W̃ = k²α ⊙ W; bias and τ the channel's."""
    conv = depthwise()
    x = normal(1, C, H, W, seed=3)
    _, record = conv.examine(x)
    found = weighted_sum(conv, record, 1, 0, 6)
    assert torch.equal(found.patch, F.pad(x[0, 1], (1, 1, 1, 1))[0:3, 6:9])
    assert not found.patch[0].any()
    assert not found.patch[:, 2].any()
    assert torch.equal(found.kernel, conv.weight[1, 0])
    assert torch.equal(found.modulation, record.modulation[0, 1])
    assert torch.equal(found.modulated, found.kernel * found.modulation)
    assert found.modulation.sum().item() == pytest.approx(9)
    assert (found.bias, found.threshold) == (conv.bias[1].item(), conv.threshold[0, 1, 0, 0].item())


@pytest.mark.parametrize("place", [(0, -1, 0), (0, H, 0), (0, 0, W), (0, 0, -1)], ids=str)
def test_outside_the_map(place):
    """A place outside of the map is an IndexError with the map's size, negative ones too."""
    conv = depthwise()
    _, record = conv.examine(normal(1, C, H, W))
    with pytest.raises(IndexError, match=f"{H} x {W}"):
        weighted_sum(conv, record, *place)


@pytest.mark.parametrize(
    "options",
    [
        {"groups": 1},
        {"groups": C, "stride": 2},
        {"groups": C, "padding_mode": "reflect"},
        {"groups": C, "dilation": 2},
        {"groups": C, "padding": 0},
    ],
    ids=str,
)
def test_other_convolutions_are_refused(options):
    """Where one zero-padded 3 x 3 patch does not give the output, no sum is shown."""
    conv = randomise(ExplainableConv2d(C, C, 3, **{"padding": 1, **options}).double(), seed=1)
    output, record = conv.examine(normal(1, C, H, W))
    row, column = output.shape[-2] - 1, output.shape[-1] - 1
    with pytest.raises(ValueError, match="only a depthwise"):
        weighted_sum(conv, record, 0, row, column)


def test_more_outputs_than_inputs_are_refused():
    """Two kernels per input channel: the output channel's patch is another channel's."""
    conv = randomise(ExplainableConv2d(C, 2 * C, 3, padding=1, groups=C).double(), seed=1)
    _, record = conv.examine(normal(1, C, H, W))
    with pytest.raises(ValueError, match="only a depthwise"):
        weighted_sum(conv, record, 1, 2, 2)
