"""Degradations are reproducible, ordered by their levels, and known layer by layer."""

from dataclasses import fields
from itertools import pairwise

import pytest
import torch

from interir import degrade
from tests.helpers import assert_same_bits, generator, photo, tensors

SIZES = [(1, 1), (5, 7), (24, 37)]
FULL = {"haze": 150, "rain": 300, "noise": 50}


def degraded(clean, seed=0, **levels):
    """A batch degraded at the same levels for all samples."""
    return degrade.degrade(clean, degrade.uniform_levels(clean, **levels), generator=generator(seed))


@pytest.mark.parametrize("name", ["", *degrade.COMBINATIONS])
@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shapes_ranges_and_dtype(name, height, width, dtype):
    """Any size and float type, tiny ones included: the photo's shape, its dtype, values in [0, 1]."""
    clean = photo(height, width, batch=3, dtype=dtype)
    sample = degrade.combination(clean, name, generator=generator(1))
    assert sample.image.shape == clean.shape
    assert sample.clean is clean
    assert {t.dtype for t in tensors(sample).values()} == {dtype}
    assert 0 <= sample.image.min() <= sample.image.max() <= 1
    assert sample.layers.streaks.shape == sample.layers.transmission.shape == (3, 1, height, width)


@pytest.mark.parametrize("name", ["", *degrade.COMBINATIONS])
def test_same_seed_same_bits(name):
    """The same seed gives the same picture and layers; another seed gives others."""
    clean = photo(20, 31, batch=2)
    first, again, other = (degrade.combination(clean, name, generator=generator(seed)) for seed in (5, 5, 6))
    assert_same_bits(first, again)
    assert torch.equal(first.image, other.image) == (name == "")


def test_seven_combinations():
    """All non-empty subsets of haze, rain and noise, in Table 6's order."""
    assert degrade.COMBINATIONS == ("H+R+N", "H+R", "H+N", "R+N", "H", "R", "N")


@pytest.mark.parametrize("name", ["", *degrade.COMBINATIONS])
def test_missing_degradations_have_level_0(name):
    """Levels of what a name lacks are 0 and its layer is void; the others lie in Table 6."""
    sample = degrade.combination(photo(16, 16, batch=4), name, generator=generator(2))
    layers = sample.layers
    present = {"H": (layers.transmission < 1).any(), "R": layers.streaks.any(), "N": layers.noise.any()}
    for kind, level in zip(
        "HRN", (getattr(sample.levels, f.name) for f in fields(sample.levels)), strict=True
    ):
        inside = kind in name.split("+")
        assert ((level > 0) == inside).all()
        assert (level <= degrade.MAXIMUM[kind]).all()
        assert bool(present[kind]) == inside


@pytest.mark.parametrize("name", ["X", "R+H", "H+R+N+", "h", "H R", "+"])
def test_unknown_combination(name):
    """Any other name is a `ValueError` that says which there are."""
    with pytest.raises(ValueError, match=r"no combination; there are H\+R\+N, H\+R"):
        degrade.combination(photo(4, 4), name, generator=generator())


@pytest.mark.parametrize("kind", ["haze", "rain", "noise"])
@pytest.mark.parametrize("level", [-1, 301, float("nan"), float("inf")])
def test_levels_outside_table_6(kind, level):
    """Haze [0, 150], rain [0, 300], noise [0, 50]: anything else is refused, its name said."""
    with pytest.raises(ValueError, match=rf"level of {kind} is {level:g}"):
        degrade.uniform_levels(photo(4, 4), **{kind: level})
    with pytest.raises(ValueError, match="level of"):
        degrade.uniform_levels(photo(4, 4), **{kind: FULL[kind] + 0.5})
    assert degrade.uniform_levels(photo(4, 4), **{kind: FULL[kind]})


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_level_0_is_the_identity(height, width):
    """Nothing put over a photo leaves it as it is, bit for bit."""
    clean = photo(height, width, batch=2)
    assert torch.equal(degraded(clean).image, clean)


def test_given_levels_are_used():
    """A combination at given levels is `degrade` at these, those it lacks set to 0."""
    clean = photo(16, 20, batch=2)
    levels = degrade.uniform_levels(clean, **FULL)
    sample = degrade.combination(clean, "H+N", generator=generator(3), levels=levels)
    assert_same_bits(sample, degraded(clean, seed=3, haze=150, noise=50))


def test_rain_only_adds_streaks():
    """The streak layer is nowhere lower at a higher rain level, and grows on the whole."""
    clean, levels = photo(90, 101, batch=2), (0, 50, 150, 300)
    layers = [degraded(clean, rain=level).layers.streaks for level in levels]
    assert not layers[0].any()
    for less, more in pairwise(layers):
        assert (more - less).min() >= -1e-12
        assert (more.sum(dim=(1, 2, 3)) > less.sum(dim=(1, 2, 3))).all()


def test_haze_only_thickens():
    """Transmission is nowhere higher at a higher haze level; log t is proportional to the level."""
    clean, levels = photo(24, 37, batch=2), (0, 30, 75, 150)
    layers = [degraded(clean, haze=level).layers.transmission for level in levels]
    assert torch.equal(layers[0], torch.ones_like(layers[0]))
    for less, more in pairwise(layers):
        assert (more <= less).all()
        assert (more.mean(dim=(1, 2, 3)) < less.mean(dim=(1, 2, 3))).all()
    torch.testing.assert_close(layers[1].log() / 30, layers[3].log() / 150)
    assert (layers[3] >= torch.e**-1.5 - 1e-12).all()


def test_haze_is_thicker_at_the_top():
    """The depth recedes upwards, so on average less light comes through there; it lies in [0, 1]."""
    depth = degrade.depth_map(photo(40, 60, batch=32), generator())
    assert 0 <= depth.min() < depth.max() <= 1
    assert (depth[:, :, :10].mean(dim=(1, 2, 3)) > depth[:, :, -10:].mean(dim=(1, 2, 3))).all()


def test_noise_is_proportional_to_its_level():
    """The layer is σ = level/255 times one and the same Gaussian field."""
    clean = photo(40, 60, batch=2)
    layers = [degraded(clean, noise=level).layers.noise for level in (0, 10, 25, 50)]
    means = [layer.abs().mean().item() for layer in layers]
    assert means == sorted(set(means))
    torch.testing.assert_close(layers[1] * 5, layers[3])
    assert layers[3].std().item() == pytest.approx(50 / 255, rel=0.02)
    assert layers[3].mean().item() == pytest.approx(0, abs=0.01)


def test_layers_do_not_depend_on_the_other_levels():
    """The same seed gives the same streaks, depth and noise in every combination."""
    clean, full = photo(24, 37, batch=2), degraded(photo(24, 37, batch=2), **FULL).layers
    assert torch.equal(degraded(clean, rain=300).layers.streaks, full.streaks)
    assert torch.equal(degraded(clean, haze=150).layers.transmission, full.transmission)
    assert torch.equal(degraded(clean, noise=50).layers.noise, full.noise)
    assert torch.equal(degraded(clean).layers.airlight, full.airlight)


def test_composition_can_be_undone():
    """Where nothing was clipped, ((y - n - a(1-t)) / t) - s is the clean photo."""
    clean = photo(40, 51, batch=2)
    sample = degraded(clean, haze=90, rain=200, noise=15)
    s, t, a, n = (getattr(sample.layers, f.name) for f in fields(sample.layers))
    unclipped = (clean + s < 1) & (sample.image > 0) & (sample.image < 1)
    undone = (sample.image - n - a * (1 - t)) / t - s
    torch.testing.assert_close(undone[unclipped], clean[unclipped])
    assert unclipped.double().mean() > 0.5
    assert not torch.allclose(undone, clean)


def test_formula():
    """y = clip(t clip(x + s) + a (1 - t) + n), and the airlight lies in [0.7, 1] (RESIDE)."""
    clean = photo(24, 37, batch=8)
    sample = degraded(clean, **FULL)
    s, t, a, n = (getattr(sample.layers, f.name) for f in fields(sample.layers))
    expected = torch.clip(t * torch.clip(clean + s, 0, 1) + a * (1 - t) + n, 0, 1)
    torch.testing.assert_close(sample.image, expected)
    assert a.shape == (8, 1, 1, 1)
    assert 0.7 <= a.min() < a.max() <= 1


def test_samples_of_a_batch_differ():
    """Every sample has levels, streaks, depth, airlight and noise of its own."""
    clean = photo(64, 64).expand(4, -1, -1, -1)
    records = degraded(clean, **FULL).layers, degrade.random_levels(clean, generator(4))
    for path, value in tensors(records).items():
        assert len({tuple(sample.flatten().tolist()) for sample in value}) == 4, path


def test_random_levels_fill_table_6():
    """Uniform between 0 and the maximum: mean half of it, deviation its √12th part."""
    levels = degrade.random_levels(photo(1, 1, batch=4000), generator(8))
    for kind, level in zip("HRN", (levels.haze, levels.rain, levels.noise), strict=True):
        top = degrade.MAXIMUM[kind]
        assert 0 <= level.min() < level.max() <= top
        assert level.mean().item() == pytest.approx(top / 2, rel=0.05)
        assert level.std().item() == pytest.approx(top / 12**0.5, rel=0.05)


def test_random_combinations():
    """Each photo has one of the seven combinations, all about as often; the same seed, the same bits."""
    clean = photo(2, 2, batch=1400)
    first, again = (degrade.random_combinations(clean, generator=generator(6)) for _ in range(2))
    assert_same_bits(first, again)
    levels = zip(first.levels.haze, first.levels.rain, first.levels.noise, strict=True)
    names = ["+".join(kind for kind, level in zip("HRN", row, strict=True) if level) for row in levels]
    assert set(names) == set(degrade.COMBINATIONS)
    assert all(names.count(name) == pytest.approx(200, abs=60) for name in degrade.COMBINATIONS)
