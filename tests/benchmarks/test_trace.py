"""What a run costs: the plain network, and the same with everything kept that the pages draw."""

import pytest
import torch

from app.jobs import degraded
from app.networks import Networks
from app.photos import PHOTOS, read
from app.runs import finish

SHIPPED = ("interir-small", "deepsn-small")


@pytest.fixture(scope="module")
def subject():
    """A photo of 512 x 512 px, degraded."""
    return degraded(read(PHOTOS / "astronaut.png"), 60, 120, 15, 7)


@pytest.fixture(scope="module")
def networks():
    """The shipped networks on the CPU."""
    return Networks("cpu", [])


@pytest.mark.usefixtures("all_cores")
@pytest.mark.parametrize("name", SHIPPED)
def test_forward(benchmark, networks, subject, name):
    """The restored photo alone."""
    model = networks.get(name).model
    with torch.inference_mode():
        restored = benchmark.pedantic(model, (subject.image,), rounds=5, warmup_rounds=1)
    assert restored.shape == subject.image.shape


@pytest.mark.usefixtures("all_cores")
@pytest.mark.parametrize("name", SHIPPED)
def test_trace(benchmark, networks, subject, name):
    """A whole run: every estimate decoded, every state and mask kept."""
    network = networks.get(name)
    run = benchmark.pedantic(finish, (network, subject, "cpu"), rounds=5, warmup_rounds=1)
    benchmark.extra_info["megabytes"] = run.nbytes / 2**20
    print(f"\n{name}: {run.nbytes / 2**20:.0f} MB kept")
    assert run.depth == network.model.depth
