"""What a training step costs: patches per second, and the price of explainable kernels."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import interir
from interir import ExplainableConv2d, losses

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
BATCH = 64 if DEVICE == "cuda" else 8


def synchronised(work):
    """The same work, waited for."""

    def run():
        work()
        if DEVICE == "cuda":
            torch.cuda.synchronize()

    return run


@pytest.mark.parametrize("name", ["interir-small", "deepsn-small"])
def test_patches_per_second(benchmark, name):
    """Forward, loss and backward on patches of 64 px."""
    network = interir.create(name).to(DEVICE).train()
    image, clean = torch.rand(2, BATCH, 3, 64, 64, device=DEVICE)

    def step():
        network.zero_grad(set_to_none=True)
        losses.restoration_loss(network(image), clean).backward()

    benchmark.pedantic(synchronised(step), rounds=7, warmup_rounds=2)
    benchmark.extra_info["patches per second"] = round(BATCH / benchmark.stats.stats.median, 1)
    print(f"\n{name} on {DEVICE}: {benchmark.extra_info['patches per second']} patches/s")


@pytest.mark.parametrize("shape", [(8, 96, 16, 16), (2, 96, 64, 64), (1, 96, 128, 128)])
def test_price_of_explainable_kernels(benchmark, shape):
    """Explainable against ordinary depthwise convolution, forward and backward; the ratio is printed."""
    x = torch.rand(shape, device=DEVICE, requires_grad=True)
    c = shape[1]
    plain = nn.Conv2d(c, c, 3, padding=1, groups=c).to(DEVICE)
    explainable = ExplainableConv2d.from_conv(plain)

    def step(conv):
        return synchronised(lambda: conv(x).square().mean().backward())

    benchmark.pedantic(step(explainable), rounds=15, warmup_rounds=3)
    ours = benchmark.stats.stats.median
    ordinary = _median(step(plain))
    benchmark.extra_info["ratio"] = round(ours / ordinary, 2)
    print(f"\n{shape}: {ours / ordinary:.2f} times an ordinary depthwise convolution")


def _median(work, rounds=15):
    from time import perf_counter

    times = []
    for _ in range(rounds + 3):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return sorted(times[3:])[rounds // 2]
