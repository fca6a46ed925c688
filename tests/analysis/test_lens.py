"""The tuned lens is the raw one plus a translation that is exact where it can be, and nothing at k = N."""

import pytest
import torch
from PIL import Image as PILImage
from safetensors import safe_open

import interir
from analysis import lens
from analysis.bound import BoundError
from interir.data import to_bytes
from tests.analysis.toy import Toy
from tests.helpers import normal, photo, randomise

DEPTH = 3
MIXING = torch.eye(3, dtype=torch.float64) + 0.2 * normal(3, 3, seed=5)
SHIFT = normal(3, 1, 1, seed=6)


def mixing():
    """A network whose every stage is the same affine map of the channels, x -> M x + s."""

    def terms(k, y, state):
        mixed = torch.einsum("oi,bihw->bohw", MIXING, state.x) + SHIFT
        return torch.zeros_like(y), 2 * (state.x - mixed)

    return Toy(DEPTH, terms, size=0.5)


def photos(n, seed=0):
    return [photo(9, 14, seed=seed + i) for i in range(n)]


def test_planted_translation():
    """Where x_N is an affine map of x_k, that map is found, and the lens shows the final photo at every k."""
    network = mixing()
    found = lens.fit(network, photos(2), ridge=0)
    power, shift = torch.eye(3, dtype=torch.float64), torch.zeros(3, 1, dtype=torch.float64)
    for k in range(DEPTH - 1, -1, -1):
        power, shift = power @ MIXING, power @ SHIFT[..., 0] + shift
        torch.testing.assert_close(found.weight[k].double(), power - torch.eye(3), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(found.bias[k].double(), shift[:, 0], rtol=1e-4, atol=1e-5)
    for gap in lens.gaps(network, found, photos(2, seed=50)):
        assert gap.tuned < 1e-5
        assert (gap.raw > 0.05) == (gap.k < DEPTH)


@torch.no_grad()
def test_identity_at_the_end(network):
    """At k = N the tuned lens hands x on untouched and its photo is the output, bit for bit."""
    found = lens.fit(network, photos(2))
    trace = network.trace(photo(9, 14))
    x = trace[-1].state.x
    assert found.translate(network.depth, x) is x
    output = found.estimate(network, network.depth, x, trace.observation)
    assert torch.equal(output, network(photo(9, 14)))
    assert torch.equal(list(lens.estimates(network, trace, found))[-1], output)
    assert found.translate(0, trace[0].state.x).shape == x.shape


@torch.no_grad()
def test_a_lens_of_zeros_is_raw(network):
    """B = 0 and b = 0 is where a lens starts from: the raw lens, bit for bit."""
    trace, c = network.trace(photo(9, 14)), network.init(photo(9, 14))[1].x.shape[1]
    zeros = lens.TunedLens(torch.zeros(network.depth, c, c), torch.zeros(network.depth, c))
    raw = list(lens.estimates(network, trace))
    assert len(raw) == network.depth + 1
    for k, (tuned, estimate) in enumerate(zip(lens.estimates(network, trace, zeros), raw, strict=True)):
        assert torch.equal(tuned, estimate)
        assert torch.equal(estimate, network.decode(trace[k].state.x, trace.observation))


@torch.no_grad()
def test_no_other_map_is_nearer(network):
    """On the photos it was fitted to, the lens is nearer to x_N than the raw one and its neighbours."""
    images = photos(3)
    found = lens.fit(network, images, ridge=0)
    traces = [network.trace(image) for image in images]

    def error(used, k):
        return sum((used.translate(k, t[k].state.x) - t[-1].state.x).square().sum() for t in traces)

    nudge = 0.01 * normal(*found.weight.shape, seed=3, dtype=torch.float32)
    for k in range(network.depth):
        best = error(found, k)
        assert best < sum((t[k].state.x - t[-1].state.x).square().sum() for t in traces)
        for sign in (1, -1):
            assert best < error(lens.TunedLens(found.weight + sign * nudge, found.bias), k)


def test_ridge():
    """A heavy ridge presses B to 0 but leaves b free: then b is the mean of what is missing."""
    network, images = mixing(), photos(2)
    found = lens.fit(network, images, ridge=1e9)
    assert found.weight.abs().max() < 1e-6
    missing = torch.cat([network.trace(i)[-1].state.x - i for i in images]).mean(dim=(0, 2, 3))
    torch.testing.assert_close(found.bias[0].double(), missing, rtol=1e-4, atol=1e-5)


def test_without_photos(network):
    """Nothing can be fitted on nothing."""
    with pytest.raises(ValueError, match="there are none"):
        lens.fit(network, [])


def test_files(tmp_path):
    """Half precision, and what it was fitted on; what is no lens of these weights is refused."""
    found, file = lens.fit(mixing(), photos(2)), tmp_path / "lenses" / "l.safetensors"
    lens.save(found, file, {"weights": "abc", "photos": 2})
    again, about = lens.load(file, "abc")
    torch.testing.assert_close(again.weight, found.weight, rtol=1e-3, atol=1e-4)
    with safe_open(file, framework="pt") as stored:
        assert stored.get_tensor("weight").dtype == torch.float16
    assert about == {"weights": "abc", "photos": 2}
    with pytest.raises(BoundError, match="made on weights abc, not on def"):
        lens.load(file, "def")
    file.write_bytes(b"no lens")
    with pytest.raises(BoundError, match="holds no lens"):
        lens.load(file, "abc")


def test_command(tmp_path, capsys):
    """Fits on three photos of four, measures on the fourth, and writes both."""
    model = randomise(interir.create("interir-small", width=8, blocks=1))
    interir.save(model, tmp_path / "w.safetensors")
    for i in range(4):
        pixels = to_bytes(photo(20, 24, seed=i)[0]).permute(1, 2, 0).numpy()
        PILImage.fromarray(pixels).save(tmp_path / f"{i}.png")
    out, weights = tmp_path / "l.safetensors", tmp_path / "w.safetensors"
    given = ["--weights", str(weights), "--data", str(tmp_path), "--out", str(out), "--side", "16"]
    assert lens.main([*given, "--limit", "4"]) == 0
    assert "k =  2   raw 0.0000   tuned 0.0000" in capsys.readouterr().out
    found, facts = lens.load(out, interir.weights.digest(weights))
    assert found.depth == 2
    assert len(facts["held_out"]["raw"]) == 3
    assert facts["photos"] == 4
