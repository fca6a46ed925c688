"""What explaining costs, in runs of the network: the small one on a photo of 256 x 256 px."""

import statistics
import time

import pytest
import torch

from analysis import convergence
from analysis.attribution import gradients, paths
from analysis.attribution.objectives import Objective, Region
from analysis.interventions import combination
from analysis.interventions.bench import restore
from analysis.ledger import ledger
from app.photos import PHOTOS, read
from interir import degrade, load

ROUNDS = 7
LIMIT = 1.2
LIMITS = {"curves": 1.3, "rank=2": 1.7}
"""Not reached: the norms of 2 x 64 operators per iteration; at every stage, their eigenvectors as well."""

INTERVENTIONS = (
    "uniform",
    "freeze-operators@3",
    "full-masks",
    "identity-operators",
    "thresholds=0.1",
    "rank=2@5",
    "rank=2",
    "gain=W2:-1",
    "skip@5",
    "step=0.5",
    "zero-multiplier",
    "remove=prior@4",
)

pytestmark = pytest.mark.usefixtures("all_cores")


@pytest.fixture(scope="module")
def network():
    """The shipped network."""
    return load("interir-small")


@pytest.fixture(scope="module")
def image():
    """The middle of a photo under rain, haze and noise."""
    clean = read(PHOTOS / "astronaut.png").image[..., 128:384, 128:384]
    return degrade.combination(clean, "H+R+N", generator=torch.Generator().manual_seed(7)).image


def seconds(work):
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(work, unit):
    """The median over rounds of what work takes in units; both in turn, so that both see the same machine."""
    with torch.inference_mode():
        work(), unit()
        return statistics.median(seconds(work) / seconds(unit) for _ in range(ROUNDS))


def ratio(benchmark, work, unit):
    """The same as a benchmark, so that it is measured with the others, and with them alone."""
    return benchmark.pedantic(compared, (work, unit), rounds=1)


def test_ledger(benchmark, network, image):
    """A run with its books, in runs that keep everything."""
    found = ratio(benchmark, lambda: ledger(network, image), lambda: network.trace(image))
    print(f"\nledger: {found:.2f} traces")
    assert found < LIMIT


def test_curves(benchmark, network, image):
    """A run with its residuals, in runs that keep everything."""
    found = ratio(benchmark, lambda: convergence.metrics(network.trace(image)), lambda: network.trace(image))
    print(f"\nconvergence: {found:.2f} traces")
    assert found < LIMITS["curves"]


@pytest.mark.parametrize("text", INTERVENTIONS)
def test_intervention(benchmark, network, image, text):
    """A restored photo under one intervention, in plain runs."""
    found = ratio(benchmark, lambda: restore(network, image, combination(text)), lambda: network(image))
    print(f"\n{text}: {found:.2f} runs")
    assert found < LIMITS.get(text, LIMIT)


def test_local_attribution_map(benchmark, network, image):
    """LAM with as many steps as its authors take."""
    explained = Objective("detail", Region.middle(image)).of(network)
    path = paths.focusing(image, gradients.STEPS)
    benchmark.pedantic(lambda: list(gradients.along(explained, path, "lam")), rounds=1)
    assert benchmark.stats.stats.max < 60
