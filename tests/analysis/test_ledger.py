"""The ledger adds up to the output, and its entries are what they claim."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image as PILImage

import interir
from analysis import ledger
from analysis.interventions import InterventionError
from interir import degrade
from interir.data import to_bytes
from tests.analysis.toy import linear
from tests.helpers import generator, normal, photo, randomise


@torch.no_grad()
@pytest.mark.parametrize(("height", "width"), [(37, 50), (1, 1), (16, 24)])
def test_terms_sum_to_the_output(network, height, width):
    """output - input is the sum of all contributions, whatever the size of the photos."""
    image = photo(height, width, batch=2)
    found = ledger.ledger(network, image)
    assert torch.equal(found.change, network(image) - image)
    assert found.error < 1e-12 * (1 + found.change.abs().max())
    assert [(entry.k, entry.term) for entry in found.contributions] == [
        (0, "start"),
        *((k, term) for k in range(1, network.depth + 1) for term in ("operator", "prior")),
    ]
    assert all(entry.image.any() for entry in found.contributions)
    torch.testing.assert_close(found.shares.sum(dim=0), torch.ones(2, dtype=torch.float64))


@torch.no_grad()
@pytest.mark.parametrize("name", ["interir-small", "deepsn-small"])
def test_shipped_weights_in_single_precision(name):
    """With the shipped weights the books balance within 1e-5."""
    assert ledger.ledger(interir.load(name), photo(48, 64, dtype=torch.float32)).error < 1e-5


@torch.no_grad()
def test_several_solves_per_iteration():
    """DeepSN-Net's ``repeat`` is one step, and its last stage runs the one before again."""
    model = randomise(interir.create("deepsn-small", depth=2, repeat=3).double().eval())
    found = ledger.ledger(model, photo(9, 6))
    assert found.error < 1e-12 * (1 + found.change.abs().max())


@torch.no_grad()
def test_closed_form():
    """In a linear network both effects of every term are known."""
    a, b, size, depth, y = 0.3, -0.5, 0.5, 4, photo(5, 7)
    network, factor = linear(depth, a, b), 1 - size * (a + b)
    found = ledger.ledger(network, y)
    torch.testing.assert_close(found.contributions[0].image, 2 * y)
    for k in range(1, depth + 1):
        before = factor ** (k - 1) * y
        operator, prior = found.contributions[2 * k - 1 : 2 * k + 1]
        torch.testing.assert_close(operator.image, -2 * size * a * before)
        torch.testing.assert_close(prior.image, -2 * size * b * before)
        torch.testing.assert_close(operator.energy, operator.image.square().mean(dim=(1, 2, 3)))
    for effect in ledger.effects(network, y):
        left = {"operator": 1 - size * b, "prior": 1 - size * a}[effect.term]
        total = 2 * factor**depth * y * (1 - left / factor)
        torch.testing.assert_close(effect.total, total)


@torch.no_grad()
def test_effects(network):
    """Nothing lies downstream of the last stage: there both effects are one; before, they differ."""
    image = photo(9, 14)
    found = list(ledger.effects(network, image))
    expected = ledger.ledger(network, image).contributions[1:]
    for effect, entry in zip(found, expected, strict=True):
        assert (effect.k, effect.term) == (entry.k, entry.term)
        assert torch.equal(effect.direct, entry.image)
        equal = torch.allclose(effect.total, effect.direct, rtol=1e-9, atol=1e-10)
        assert equal == (effect.k == network.depth)


def test_effects_come_one_by_one(networks):
    """Whoever listens can stop after the first."""
    steps = ledger.effects(networks["interir"], photo(8, 8))
    assert next(steps).k == 1
    steps.close()


class ItsOwn(torch.nn.Module):
    """A step that is none of this package's bricks."""

    def forward(self, x, solve):
        return x - solve.size * solve.direction, solve


def test_refusals():
    """An iteration that does not say how it was solved, and a step that cannot be taken apart."""
    network, image = linear(2), photo(4, 4)
    trace = network.trace(image)
    silent = interir.Trace(trace.observation, (trace[0], replace(trace[1], solve=None)))
    with pytest.raises(ValueError, match="iteration 1 does not say"):
        ledger.balance(network, silent)
    network.descend = ItsOwn()
    with pytest.raises(InterventionError, match="Toy does not take its step"):
        next(ledger.effects(network, image))


def sample(name="H+R+N"):
    clean = 0.1 + 0.5 * photo(20, 30)
    levels = degrade.uniform_levels(clean, haze=60, rain=200, noise=20)
    return degrade.combination(clean, name, generator=generator(1), levels=levels)


@pytest.mark.parametrize("name", degrade.COMBINATIONS)
def test_layers_sum_to_the_degradation(name):
    """Rain, haze and noise, where there are any, add up to degraded less clean."""
    degraded = sample(name)
    found = ledger.layers(degraded)
    assert list(found) == [n for kind, n in (("R", "rain"), ("H", "haze"), ("N", "noise")) if kind in name]
    torch.testing.assert_close(sum(found.values()), degraded.image - degraded.clean)


def test_layers_are_named_rightly():
    """Haze is smooth and rain bright: each is what was composed."""
    degraded = sample("H+R")
    found, t = ledger.layers(degraded), degraded.layers.transmission
    rainy = (degraded.clean + degraded.layers.streaks).clamp(0, 1)
    torch.testing.assert_close(found["rain"], rainy - degraded.clean)
    torch.testing.assert_close(found["haze"], (degraded.layers.airlight - rainy) * (1 - t))


def test_removal_of_planted_shares():
    """Contributions made of known parts of correlated layers give these parts back."""
    known = ledger.layers(sample())
    parts = torch.tensor([[0.3, 0.5, 0.0], [-0.2, 0.0, 0.9], [0, 0, 0]], dtype=torch.float64)
    images = [-sum(p * layer for p, layer in zip(row, known.values(), strict=True)) for row in parts]
    entries = tuple(ledger.Contribution(k, "prior", image) for k, image in enumerate(images))
    found = ledger.Ledger(entries, sum(images)).removal(known)
    for i, name in enumerate(known):
        torch.testing.assert_close(found.shares[name][:, 0], parts[:, i])
    torch.testing.assert_close(found.elsewhere, torch.zeros(3, 1, dtype=torch.float64))


def test_what_is_no_degradation():
    """A contribution at right angles to the only layer removes nothing of it; so does any, without layers."""
    layer = torch.zeros(1, 3, 4, 4, dtype=torch.float64)
    layer[..., :2, :] = 1
    entry = ledger.Contribution(1, "prior", normal(1, 3, 4, 4) * (1 - layer))
    book = ledger.Ledger((entry,), entry.image)
    found = book.removal({"rain": layer})
    assert found.shares["rain"].item() == 0
    assert found.elsewhere.item() == 1
    assert book.removal({}).elsewhere.item() == 1


def test_command(tmp_path, networks):
    """All numbers of every photo and combination; removing all that was added has the share 1."""
    PILImage.fromarray(to_bytes(photo(20, 24)[0]).permute(1, 2, 0).numpy()).save(tmp_path / "a.png")
    interir.save(networks["interir"], tmp_path / "w.safetensors")
    out = tmp_path / "o.json"
    given = ["--weights", str(tmp_path / "w.safetensors"), "--data", str(tmp_path), "--out", str(out)]
    assert ledger.main([*given, "--limit", "1"]) == 0
    entries = json.loads(out.read_text())["entries"]
    assert len(entries) == 7 * (1 + 2 * networks["interir"].depth)
    hazy = [e for e in entries if e["combination"] == "H"]
    assert sum(e["share"] for e in hazy) == pytest.approx(1, abs=1e-4)
    assert all(set(e["removed"]) == {"haze"} for e in hazy)
