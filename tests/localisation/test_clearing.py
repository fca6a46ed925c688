"""Clearing masks does what it says, there and nowhere else, and is judged in the right places."""

import pytest
import torch

import interir
from analysis.interventions import InterventionError, combination, restore, trace
from analysis.localisation.clearing import (
    Cleared,
    ClearMasks,
    _change,
    _passed,
    _restored,
    alone,
    clear,
    effects,
)
from analysis.localisation.truth import source
from tests.helpers import generator, photo, randomise


@pytest.fixture(scope="module")
def network():
    """A small InterIR in single precision, every parameter random."""
    return randomise(interir.create("interir-small", width=8, blocks=1, down=4).eval()).requires_grad_(False)


IMAGE = photo(24, 32, dtype=torch.float32)
SOME = torch.zeros(6, 8, dtype=torch.bool)
SOME[1:3, 2:6] = True


def test_nowhere_and_everywhere(network):
    """Cleared nowhere, nothing changes; everywhere, all taps count alike."""
    plain = network(IMAGE)
    assert torch.equal(restore(network, IMAGE, (ClearMasks(torch.zeros_like(SOME)),)), plain)
    everywhere = restore(network, IMAGE, (ClearMasks(torch.ones_like(SOME)),))
    torch.testing.assert_close(everywhere, restore(network, IMAGE, combination("uniform")))
    assert not torch.allclose(everywhere, plain)


def test_only_there(network):
    """At the stages named, the masks are off in the places and untouched elsewhere; P follows M."""
    plain, cleared = network.trace(IMAGE), trace(network, IMAGE, (ClearMasks(SOME, stages=(1,)),))
    before, after = plain[1].convolutions[0], cleared[1].convolutions[0]
    assert not after.mask[..., SOME].any()
    assert before.mask[..., SOME].any()
    assert torch.equal(after.mask[..., ~SOME], before.mask[..., ~SOME])
    thirds = after.mask[..., :2, :3].float().mean(dim=(-2, -1))
    torch.testing.assert_close(after.pooled[..., 0, 0], thirds)
    torch.testing.assert_close(
        after.modulation, 9 * after.pooled.flatten(2).softmax(-1).unflatten(-1, (3, 3))
    )
    assert cleared[2].convolutions[0].mask[..., SOME].any()
    assert torch.equal(network(IMAGE), network.decode(plain[-1].state.x, plain.observation))


@pytest.mark.parametrize("k", [0, 1, 2])
def test_the_tail_is_the_whole_run(network, k):
    """Run on from the plain states before stage k, the photo is that of a run from the start."""
    whole = restore(network, IMAGE, (ClearMasks(SOME, stages=(k,) if k else None),))
    assert torch.equal(_restored(network, _passed(network, IMAGE), SOME, k), whole)
    assert not torch.equal(whole, network(IMAGE))


def test_changes_are_told_apart():
    """An error in one place is seen inside it and nowhere else."""
    clean = torch.full((1, 3, 24, 32), 0.5)
    plain, worse = clean + 0.01, clean + 0.01
    worse[..., 4:12, 8:24] = 0.6
    inside, outside = _change(worse, plain, clean, SOME, 4)
    assert inside == pytest.approx(-20, abs=1e-3)
    assert outside == 0


def test_masks_that_do_nothing(photos):
    """Where blocks still are the identity, masks have no effect; photos come as they are done."""
    idle = interir.create("interir-small", width=8, blocks=1, down=4).eval().requires_grad_(False)
    steps = clear(idle, photos, rolls=1)
    found = [next(steps) for _ in range(6)]
    assert [(each.photo, each.k) for each in found] == [(i, k) for i in (0, 1) for k in (0, 1, 2)]
    assert all(each.there == each.elsewhere == (0, 0) for each in found)


def test_effects(network, folder):
    """Means over photos, of streaks beside equal areas elsewhere; the same seed gives the same."""
    pair = source(folder, 2, 24)
    found = list(clear(network, pair, rolls=2))
    assert found == list(clear(network, pair, rolls=2))
    assert any(each.there != each.elsewhere for each in found)
    rows = list(effects(found))
    assert [(row.k, row.where, row.photos) for row in rows] == [
        (k, where, 2) for k in (0, 1, 2) for where in ("inside", "outside")
    ]
    first = [each for each in found if each.k == 1]
    mean = sum(each.there[1] - each.elsewhere[1] for each in first) / 2
    assert rows[3].beyond.mean == pytest.approx(mean, abs=1e-6)
    assert rows[3].beyond.low <= rows[3].beyond.mean <= rows[3].beyond.high


def test_a_planted_effect():
    """Masks that matter in the streaks of one iteration alone: its interval lies below 0, no other."""
    noise = torch.randn(8, 2, generator=generator(3)).mul(0.01).tolist()
    found = [
        Cleared(i, k, (own - (k == 2), 0.0), ((other, 0.0), (-other, 0.0)))
        for i, (own, other) in enumerate(noise)
        for k in (1, 2)
    ]
    first, second = (row for row in effects(found) if row.where == "inside")
    assert first.beyond.low < 0 < first.beyond.high
    assert second.beyond.high < -0.9


def test_one_photo_alone():
    """What is planted in the streaks lies beyond every area; the range of these is the interval."""
    found = Cleared(0, 3, (-1.0, 0.25), ((-0.25, 0.5), (0.5, 0.0)))
    inside, outside = alone(found)
    assert (inside.k, inside.where, inside.photos) == (3, "inside", 1)
    assert (inside.there.mean, inside.elsewhere.mean) == (-1, 0.125)
    assert (inside.beyond.mean, inside.beyond.low, inside.beyond.high) == (-1.125, -1.5, -0.75)
    assert outside.beyond.low < 0 < outside.beyond.high


def test_refusal(photos):
    """A network without masks is named, in a sentence."""
    deepsn = interir.create("deepsn-small", depth=2).eval()
    with pytest.raises(InterventionError, match="clear-masks: DeepSN-Net has no explainable convolution"):
        next(clear(deepsn, photos))
