"""The curves are their formulas, and the test finds a solver to converge and a non-solver not to."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image as PILImage

import interir
from analysis import convergence, reductions
from interir import operators
from interir.data import to_bytes
from tests.analysis.toy import blur, linear
from tests.helpers import generator, normal, photo, randomise

H, W = 9, 12


def separable(n, shrink=1.0):
    """A symmetric blur of unit gain whose other singular values are 0.6."""
    return shrink * (0.6 * torch.eye(n, dtype=torch.float64) + 0.4 / n)


def norms(x):
    return np.sqrt((x.numpy() ** 2).sum(axis=(1, 2, 3)))


@torch.no_grad()
def test_formulas(network):
    """Every curve on two photos, written out once more with NumPy."""
    trace = network.trace(photo(17, 10, batch=2))
    found = convergence.metrics(trace)
    y = trace.observation.features
    for k, iteration in enumerate(trace):
        s = iteration.state
        error = s.a1 @ s.x @ s.a2 - y
        expected = {
            "fidelity": norms(error) / norms(y),
            "adjoint": norms(s.a1.mT @ error @ s.a2.mT),
        }
        if k:
            before = trace[k - 1].state
            expected["merit"] = norms(iteration.solve.residual) ** 2 / 2
            expected["size"] = np.full(2, iteration.solve.size.item())
            expected["fixed point"] = norms(s.x - before.x) / norms(before.x)
        if 0 < k < network.depth:
            expected["primal"] = norms(s.multiplier - before.multiplier)
            expected["multiplier"] = expected["primal"] / norms(before.multiplier)
        for name, curve in found.items():
            values = [curve[i][k] for i in range(2)]
            if name in expected:
                np.testing.assert_allclose(values, expected[name], rtol=1e-9, err_msg=name)
            elif name not in ("sigma", "admissible"):
                assert all(map(math.isnan, values)), (name, k)


@torch.no_grad()
def test_shape(network):
    """metrics[name][photo][k], as DeepInverse has it; batches can be merged."""
    parts = [convergence.metrics(network.trace(photo(8, 8, batch=b, seed=b))) for b in (2, 1)]
    found = convergence.merged(parts)
    assert set(found) == {
        "fidelity", "adjoint", "merit", "fixed point", "primal", "multiplier", "sigma", "admissible", "size",
    }  # fmt: skip
    for curves in found.values():
        assert [len(curve) for curve in curves] == [network.depth + 1] * 3
    assert found["fidelity"][2] == parts[1]["fidelity"][0]


@pytest.mark.parametrize("gap", [0, 0.5, 0.9, 0.98, 0.99, 0.997, 0.999, 1])
def test_largest_singular_value(gap):
    """Within 1 % of the true σ1, never above it, however near the others come."""
    u, _, vh = torch.linalg.svd(normal(1, 6, 40, 40))
    values = torch.full((40,), float(gap), dtype=torch.float64)
    values[0] = 1
    a = 0.7 * u * values @ vh
    found = convergence.largest(a)
    assert (found <= 0.7 * (1 + 1e-9)).all()
    assert (found > 0.7 * 0.99).all()


def test_largest_of_the_special():
    """Zero matrices have σ1 = 0, matrices without a mean are no exception, and single precision does."""
    assert (convergence.largest(torch.zeros(1, 2, 5, 5)) == 0).all()
    centred = normal(1, 3, 6, 6)
    centred = centred - centred.mean(dim=-1, keepdim=True)
    expected = torch.linalg.svdvals(centred)[..., 0]
    torch.testing.assert_close(convergence.largest(centred), expected, rtol=1e-2, atol=0)
    small = operators.normalize(centred.float())
    torch.testing.assert_close(
        convergence.largest(small), torch.linalg.svdvals(small)[..., 0], rtol=1e-2, atol=0
    )


@torch.no_grad()
def test_a_known_blur():
    """σ1σ1 and the admissible step of a separable blur are known; the true x has no residual."""
    network = blur(separable(H, 0.5), separable(W), size=1.0)
    clean = photo(H, W)
    found = convergence.metrics(network.trace(clean))
    np.testing.assert_allclose(found["sigma"], 0.5)
    np.testing.assert_allclose(found["admissible"], 2 / 0.25)
    observation, state = network.init(separable(H, 0.5) @ clean @ separable(W))
    exact = interir.State(clean, state.a1, state.a2, state.multiplier)
    solved = convergence.metrics(interir.Trace(observation, (interir.Iteration(0, exact),)))
    assert solved["fidelity"][0][0] < 1e-12
    assert solved["adjoint"][0][0] < 1e-12


@torch.no_grad()
@pytest.mark.parametrize(("share", "reduced"), [(0.4, True), (0.98, True), (1.02, False), (-0.1, False)])
def test_the_admissible_step_is(share, reduced):
    """Gradient descent with a known blur reduces its residual exactly below the admissible step."""
    a1, a2 = separable(H, 0.5), separable(W)
    admissible = 2 / 0.25
    network = blur(a1, a2, size=share * admissible, depth=4)
    constant = torch.full((1, 3, H, W), 0.8, dtype=torch.float64)  # the leading singular vectors
    ratios = reductions.reductions(network, constant)
    assert ratios.shape == (1, 4)
    assert (ratios < 1).all() == reduced
    torch.testing.assert_close(ratios, torch.full_like(ratios, (1 - 2 * share) ** 2))


def test_verdicts():
    """Shares of photos, the interval of ten in ten (Wilson), and the median ratio."""
    tally = reductions.Tally("x", linear())
    tally.ratios += [torch.tensor([[0.5, 2.0]]), torch.tensor([[0.7, 0.5]] * 9)]
    first, second = reductions.verdicts([tally])
    assert (first.run, first.k, first.photos, first.share, second.share) == ("x", 1, 10, 1, 0.9)
    assert (first.low, first.high) == pytest.approx((0.7225, 1), abs=1e-4)
    assert (first.ratio, second.ratio) == pytest.approx((0.7, 0.5))


@torch.no_grad()
def test_shuffled_stages(networks):
    """The stages run in the order told, each held to its own residual; the last keeps its place."""
    network, image = networks["interir"], photo(8, 8)
    straight = reductions.reductions(network, image)
    assert torch.equal(straight, reductions.reductions(network, image, [1, 2, 3]))
    turned = reductions.reductions(network, image, [2, 1, 3])
    observation, state = network.init(image)
    step = network.step(2, observation, state)
    held = interir.State(step.state.x, state.a1, state.a2, state.multiplier)
    again = network.step(2, observation, held)
    expected = again.solve.residual.square().sum() / step.solve.residual.square().sum()
    torch.testing.assert_close(turned[0, 0], expected)
    orders = [reductions.shuffled(6, generator(i)) for i in range(20)]
    assert all(order[-1] == 6 and sorted(order) == [1, 2, 3, 4, 5, 6] for order in orders)
    assert len({tuple(order) for order in orders}) > 5


def test_untrained(networks):
    """The same configuration, type and place; the seed decides, and nobody else's numbers are drawn."""
    network, state = networks["interir"], torch.get_rng_state()
    one, same, other = (reductions.untrained(network, seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert one.config == network.config
    assert next(one.parameters()).dtype == torch.float64
    weights = [n.encoder[1].weight for n in (one, same, other, network)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert not torch.equal(weights[0], weights[3])


def test_command(tmp_path):
    """Curves of all photos, and verdicts on three ways to run, as strict JSON."""
    model = randomise(interir.create("interir-small", width=8, blocks=1))
    interir.save(model, tmp_path / "w.safetensors")
    PILImage.fromarray(to_bytes(photo(20, 24)[0]).permute(1, 2, 0).numpy()).save(tmp_path / "a.png")
    out = tmp_path / "o.json"
    given = ["--weights", str(tmp_path / "w.safetensors"), "--data", str(tmp_path), "--out", str(out)]
    assert convergence.main([*given, "--side", "16", "--limit", "1"]) == 0
    facts = json.loads(out.read_text())
    assert {name: np.shape(curves) for name, curves in facts["metrics"].items()}["fidelity"] == (7, 3)
    assert facts["metrics"]["merit"][0][0] is None
    runs = (reductions.TRAINED, reductions.UNTRAINED, reductions.SHUFFLED)
    assert [(v["run"], v["k"], v["photos"]) for v in facts["reduced"]] == [
        (r, k, 7) for r in runs for k in (1, 2)
    ]
