"""Stages skipped, repeated, scaled, and their terms removed: against closed forms."""

from itertools import pairwise

import pytest
import torch

from tests.analysis.doing import IMAGE, run, same
from tests.analysis.toy import blur, linear


@torch.no_grad()
@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("skip@2", [1, 3]),
        ("skip", []),
        ("repeat=3@1", [1, 1, 1, 2, 3]),
        ("reorder@2,1", [2, 1, 3]),
        ("reorder@2,3,1", [2, 3, 1]),
        ("reorder@2,1 + skip@1", [2, 3]),
        ("skip@1 + reorder@2,1", [1, 3]),
        ("repeat@3 + repeat@3", [1, 2, 3, 3, 3, 3]),
    ],
)
def test_order(network, text, order):
    """Stages run as by hand; iteration k is what is there after place k."""
    observation, state = network.init(IMAGE)
    found = run(network, text)
    for j in order:
        state = network.step(j, observation, state).state
    assert torch.equal(found[-1].state.x, state.x)
    assert [iteration.k for iteration in found] == list(range(network.depth + 1))


@torch.no_grad()
def test_step_size(network):
    """x_k = x_{k-1} - 0.5 ε V at the stage told; ε = 0 leaves x where it was."""
    found, plain = run(network, "step=0.5@2"), network.trace(IMAGE)
    solve = plain[2].solve
    torch.testing.assert_close(found[2].solve.size, 0.5 * solve.size)
    torch.testing.assert_close(found[2].state.x, plain[1].state.x - 0.5 * solve.size * solve.direction)
    still = run(network, "step=0")
    assert same(still, [plain[0]])


def test_terms(network):
    """Without one term the step is the other's; the books of such a run still balance."""
    for text, kept in (("remove=operator", "prior_term"), ("remove=prior", "operator_term")):
        found = run(network, text)
        for before, after in pairwise(found):
            expected = before.state.x - after.solve.size * getattr(after.solve, kept)
            torch.testing.assert_close(after.state.x, expected)


@torch.no_grad()
def test_closed_form():
    """In a linear network skipping, repeating and scaling are known powers; identities are what it had."""
    network, y = linear(depth=4, operator=0.3, prior=-0.5), IMAGE
    factor = 1 - 0.5 * (0.3 - 0.5)
    for text, expected in (
        ("nothing", factor**4),
        ("skip@2,4", factor**2),
        ("repeat=3@1", factor**6),
        ("reorder@4,3,2,1", factor**4),
        ("step=2", (1 + 0.2) ** 4),
        ("remove=prior@3", factor**3 * (1 - 0.15)),
        ("identity-operators", factor**4),
    ):
        torch.testing.assert_close(run(network, text)[-1].state.x, expected * y)


@torch.no_grad()
def test_a_blur_without_its_operators():
    """With a known separable blur taken out (A = I), gradient descent goes straight to y."""
    a1, a2 = (torch.eye(n, dtype=torch.float64) * 0.5 + 0.5 / n for n in (21, 30))
    network = blur(a1, a2, size=1.0)
    torch.testing.assert_close(run(network, "identity-operators")[-1].state.x, IMAGE)
    assert not torch.allclose(run(network, "nothing")[-1].state.x, IMAGE, atol=1e-2)
