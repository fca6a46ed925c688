"""The networks compile into one graph, and the compiled output is the eager one."""

import pytest
import torch

import interir
from tests.helpers import photo, randomise


@torch.no_grad()
@pytest.mark.parametrize("name", ["interir", "deepsn"])
def test_forward_compiles(networks, name):
    """fullgraph=True: no graph break; rounding may differ, so outputs agree within a tolerance."""
    torch._dynamo.reset()
    model, image = networks[name], photo(13, 18)
    compiled = torch.compile(model.forward, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(image), model(image), rtol=1e-6, atol=1e-6)


def test_gradients_compile():
    """With the backward pass in the graph too (aot_eager), thresholds get the eager gradient."""
    torch._dynamo.reset()
    model = randomise(interir.create("interir-small", width=4, blocks=1).double())
    image, threshold = photo(8, 8), model.blocks[0].mum.block.depthwise.threshold
    (eager,) = torch.autograd.grad(model(image).square().sum(), threshold)
    compiled = torch.compile(model.forward, fullgraph=True, backend="aot_eager")
    (ours,) = torch.autograd.grad(compiled(image).square().sum(), threshold)
    assert eager.any()
    torch.testing.assert_close(ours, eager, rtol=1e-6, atol=1e-9)
