"""An explainable convolution is an ordinary one, with a kernel for each sample."""

import pytest
import torch
from torch import nn

import interir
from interir.explainable import modulated_kernels
from tests.helpers import normal, randomise

KERNELS = [1, 2, 3, 5, (3, 1)]
CHANNELS = [(4, 6, 1), (4, 6, 2), (4, 4, 4), (4, 8, 4)]
SETTINGS = [
    {},
    {"stride": 2},
    {"stride": (2, 1), "padding": (0, 2)},
    {"padding": 1, "dilation": 2},
    {"padding": "valid"},
    {"padding": "same"},
    {"padding": "same", "dilation": 2},
    *(
        {"padding": padding, "padding_mode": mode}
        for mode in ("reflect", "replicate", "circular")
        for padding in (1, (2, 1), "same", "valid")
    ),
]
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")


def pair(inputs, outputs, kernel, **options):
    """An explainable convolution with random parameters, and an ordinary one of the same arguments."""
    options = {"dtype": torch.float64, **options}
    conv = randomise(interir.ExplainableConv2d(inputs, outputs, kernel, **options), seed=1)
    plain = nn.Conv2d(inputs, outputs, kernel, **options)
    plain.load_state_dict({k: v for k, v in conv.state_dict().items() if k != "threshold"})
    return conv, plain


@torch.no_grad()
def whole(*modules):
    """The same modules with whole numbers for parameters.

    Sums of products of small whole numbers are exact in any order. This frees laws of
    equality to the bit from the order in which a grouped and a dense convolution add up.
    """
    for module in modules:
        for parameter in module.parameters():
            parameter.mul_(9).round_()
    return modules


@torch.no_grad()
def one_by_one(conv, plain, x):
    """The ordinary convolution run on each sample, its kernel multiplied tap by tap beforehand."""
    modulation, weight, outputs = conv.examine(x)[1].modulation, plain.weight.clone(), []
    inputs_per_group = weight.shape[1]
    for sample, factors in zip(x, modulation, strict=True):
        for o in range(len(weight)):
            group = o // (len(weight) // plain.groups)
            first = group * inputs_per_group
            plain.weight[o] = weight[o] * factors[first : first + inputs_per_group]
        outputs.append(plain(sample[None]))
    plain.weight.copy_(weight)
    return torch.cat(outputs)


@torch.no_grad()
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("inputs", "outputs", "groups"), CHANNELS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_batch_equals_loop_over_samples(kernel, inputs, outputs, groups, bias):
    """One grouped convolution computes what a loop over samples does, for all kernels and groups."""
    conv, plain = pair(inputs, outputs, kernel, groups=groups, bias=bias)
    x = normal(3, inputs, 9, 7, seed=4)
    torch.testing.assert_close(conv(x), one_by_one(conv, plain, x))


@torch.no_grad()
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("kernel", [2, 3, (3, 1)])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_all_of_conv2ds_arguments(settings, kernel, groups):
    """Stride, padding in every form and mode, and dilation mean what they mean to `nn.Conv2d`."""
    conv, plain = pair(4, 6, kernel, groups=groups, **settings)
    x = normal(3, 4, 9, 7, seed=4)
    assert conv(x).shape == plain(x).shape
    torch.testing.assert_close(conv(x), one_by_one(conv, plain, x))


@torch.no_grad()
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_uniform_modulation_is_the_ordinary_convolution(settings, groups):
    """With factors of 1 the output is `nn.Conv2d`'s, bit for bit."""
    conv, plain = whole(*pair(4, 6, 3, groups=groups, **settings))
    x = normal(2, 4, 9, 7, seed=4).mul(9).round()
    ones = torch.ones(2, 4, 3, 3, dtype=torch.float64)
    assert torch.equal(conv.convolve(x, ones), plain(x))


@torch.no_grad()
@pytest.mark.parametrize("kernel", [2, 3, 5, (3, 1)])
def test_full_and_empty_masks_are_uniform(kernel):
    """All on, all off: either way the modulation is 1 and the convolution `nn.Conv2d`'s, bit for bit."""
    conv, plain = whole(*pair(4, 6, kernel))
    conv.threshold.zero_()
    x = normal(2, 4, 9, 7, seed=4).abs().mul(9).ceil()
    for image, on in ((x, True), (-x, False)):
        output, record = conv.examine(image)
        assert (record.mask == on).all()
        assert torch.equal(record.modulation, torch.ones_like(record.modulation))
        assert torch.equal(output, plain(image))


@torch.no_grad()
@pytest.mark.parametrize("settings", [{}, {"stride": 2}, {"padding": 1, "padding_mode": "reflect"}], ids=str)
@pytest.mark.parametrize(("inputs", "outputs", "groups"), CHANNELS)
@pytest.mark.parametrize("literal", [False, True])
def test_one_by_one_is_the_ordinary_convolution(inputs, outputs, groups, literal, settings):
    """The softmax of one element is 1, in the literal form too: bit for bit `nn.Conv2d`."""
    options = {"groups": groups, **settings}
    conv, plain = whole(*pair(inputs, outputs, 1, **options))
    conv.literal = literal
    x = normal(2, inputs, 9, 7, seed=4).mul(9).round()
    assert torch.equal(conv(x), plain(x))


@torch.no_grad()
def test_modulation_matters():
    """The laws above would hold for an unmodulated convolution; this one is not one."""
    conv, plain = pair(4, 6, 3)
    x = normal(2, 4, 9, 7, seed=4)
    assert (conv(x) - plain(x)).abs().max() > 1e-3


@torch.no_grad()
@pytest.mark.parametrize("kernel", [2, 3, (3, 1)])
def test_literal_form_lacks_the_taps(kernel):
    """The printed form is the scaled one divided by r s."""
    conv, _ = pair(4, 6, kernel, bias=False)
    x = normal(2, 4, 9, 7, seed=4)
    scaled, taps = conv(x), conv.kernel_size[0] * conv.kernel_size[1]
    conv.literal = True
    torch.testing.assert_close(conv(x) * taps, scaled)


@torch.no_grad()
def test_examine_is_forward():
    """The output does not depend on whether one looks; the kernel recorded is the weight."""
    conv, _ = pair(4, 6, 3, padding=1)
    x = normal(2, 4, 9, 7, seed=4)
    output, record = conv.examine(x)
    assert torch.equal(conv(x), output)
    assert record.kernel is conv.weight
    assert record.input is x


@torch.no_grad()
def test_modulated_kernels_loop():
    """W̃[n, o, i] = k²α[n, channel of i in o's group] · W[o, i] (Eq. 19)."""
    weight, modulation = normal(6, 2, 3, 1, seed=1), normal(5, 4, 3, 1, seed=2)
    kernels = modulated_kernels(weight, modulation, groups=2)
    assert kernels.shape == (5, 6, 2, 3, 1)
    for n in range(5):
        for o in range(6):
            for i in range(2):
                expected = modulation[n, 2 * (o // 3) + i] * weight[o, i]
                assert torch.equal(kernels[n, o, i], expected)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_dtype_and_device_are_taken_over(dtype):
    """``device`` and ``dtype`` hold for the thresholds too, so a twin runs where its original did."""
    conv = interir.ExplainableConv2d(3, 4, 3, dtype=dtype)
    assert conv.threshold.dtype == dtype
    assert conv(torch.rand(2, 3, 9, 9).to(dtype)).dtype == dtype
    assert interir.ExplainableConv2d(3, 4, 3, device="meta").threshold.device.type == "meta"
