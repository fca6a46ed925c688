"""Masks, modulations, kernels and sums, as the Convolutions page gets them."""

import numpy as np
import pytest
import torch

from app import products

MODULES = ["RESM.G", "RESM.Gᵀ", "RESM.P", "DMUM", "MUM"]


@pytest.fixture(scope="module")
def run(tiny_runs):
    """The run that has explainable convolutions."""
    return tiny_runs["interir"]


@pytest.fixture(scope="module")
def trace(run):
    """Its whole trace."""
    with torch.inference_mode():
        return run.network.model.trace(run.subject.image)


@pytest.fixture(scope="module")
def found(run):
    """The page's JSON."""
    return products.convolutions(run)


def records(trace, module):
    """The module's record at every k, None where it does not run."""
    return [
        iteration.convolutions[module] if module < len(iteration.convolutions) else None
        for iteration in trace
    ]


def test_modules(run, found):
    """All explainable convolutions by name in their order, each with its number of channels."""
    assert products.modules(run) == found["modules"] == MODULES
    assert found["channels"] == [16] * 5


def test_where_modules_run(found, run):
    """Nothing runs at k = 0; the last iteration renews neither operators nor multiplier."""
    for m, name in enumerate(MODULES):
        runs = [values is not None for values in found["occupancy"][m]]
        last = name.startswith("RESM")
        assert runs == [False] + [True] * (run.depth - 1) + [last]
        for what in ("strength", "pooled", "modulation", "kernel"):
            assert [values is not None for values in found[what][m]] == runs


@pytest.mark.parametrize("module", range(5), ids=MODULES)
def test_masks_are_the_traces(run, trace, module):
    """Bit for bit, in every channel at every k; 255 where the module does not run."""
    for channel in range(16):
        masks = products.masks(run, module, channel)
        assert masks.shape == (run.depth + 1, 10, 13)
        assert masks.dtype == np.uint8
        for mask, record in zip(masks, records(trace, module), strict=True):
            expected = 255 if record is None else record.mask[0, channel].numpy()
            assert np.array_equal(mask, np.broadcast_to(expected, mask.shape))


@pytest.mark.parametrize("module", range(5), ids=MODULES)
def test_summaries_are_the_traces(found, trace, module):
    """Occupancy, pooled masks, modulation and kernels, to the five digits that are sent."""
    for k, record in enumerate(records(trace, module)):
        if record is None:
            continue
        expected = {
            "occupancy": record.mask[0].float().mean(dim=(-2, -1)),
            "pooled": record.pooled[0],
            "modulation": record.modulation[0],
            "kernel": record.kernel[:, 0],
        }
        for what, values in expected.items():
            assert np.allclose(found[what][module][k], values, atol=1e-5), what


def test_strength_is_the_largest_departure(found):
    """max |k²α - 1| of each channel: k²α has mean 1 over the taps."""
    for modulation, strength in zip(found["modulation"][0][1:], found["strength"][0][1:], strict=True):
        taps = np.array(modulation)
        assert np.allclose(taps.mean(axis=(-2, -1)), 1, atol=1e-4)
        assert np.allclose(np.abs(taps - 1).max(axis=(-2, -1)), strength, atol=1e-4)


def depthwise_output(run, record, channel, row, column):
    """One output of the convolution, by a route of its own: numpy, in double precision, by hand."""
    x = np.pad(record.input[0, channel].double().numpy(), 1)
    taps = record.modulation[0, channel].double() * record.kernel[channel, 0].double()
    conv = next(m for m in run.network.model.modules() if getattr(m, "weight", None) is record.kernel)
    patch = x[row : row + 3, column : column + 3]
    return (patch * taps.numpy()).sum() + conv.bias[channel].item()


PLACES = [(0, 0), (0, 12), (9, 0), (9, 12), (5, 6)]


@pytest.mark.parametrize("module", range(5), ids=MODULES)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_sum_is_the_networks_output(run, trace, module, place):
    """At corners and centre, at every k, the sum shown is what the network computed."""
    for k, record in enumerate(records(trace, module)):
        if record is None:
            with pytest.raises(LookupError, match=f"k = {k}"):
                products.arithmetic(run, k, module, 3, *place)
            continue
        found = products.arithmetic(run, k, module, 3, *place)
        assert found["total"] == pytest.approx(found["output"], abs=1e-5)
        assert found["output"] == pytest.approx(depthwise_output(run, record, 3, *place), abs=1e-5)
        assert found["threshold"] == record.threshold[0, 3, 0, 0].item()
        patch, modulated = np.array(found["patch"]), np.array(found["modulated"])
        assert (patch * modulated).sum() + found["bias"] == pytest.approx(found["total"], abs=1e-3)
        assert np.allclose(np.array(found["kernel"]) * found["modulation"], modulated, atol=1e-4)


@pytest.mark.parametrize(
    "place",
    [
        (99, 0, 0, 0, 0),
        (1, 99, 0, 0, 0),
        (1, 0, 99, 0, 0),
        (1, 0, 0, 10, 0),
        (1, 0, 0, 0, 13),
        (0, 0, 0, 0, 0),
    ],
    ids=str,
)
def test_places_that_are_not(run, place):
    """Outside of k, modules, channels or the map there is no sum."""
    with pytest.raises(LookupError):
        products.arithmetic(run, *place)


@pytest.mark.parametrize(("module", "channel"), [(99, 0), (0, 99)])
def test_masks_that_are_not(run, module, channel):
    """Neither is there a mask."""
    with pytest.raises(LookupError):
        products.masks(run, module, channel)


@pytest.mark.parametrize("key", ["deepsn", "deepsn-small"])
def test_networks_without_explainable_convolutions(tiny_runs, key):
    """DeepSN-Net has none: no masks, no sums."""
    assert products.modules(tiny_runs[key]) == []
    with pytest.raises(LookupError):
        products.arithmetic(tiny_runs[key], 1, 0, 0, 0, 0)
    with pytest.raises(LookupError):
        products.masks(tiny_runs[key], 0, 0)
