"""A planted mask is found, on photos that did not choose it; what is not there is not."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

import interir
from analysis.localisation import LocalisationError, Place, fields, heat_map, score, scoring, truth
from analysis.localisation.heat import ANYWHERE, THE_PHOTO, crossed
from analysis.localisation.scoring import AUROC, OTHER, ROLLED, SPEARMAN, TRUE
from tests.helpers import normal, photo, randomise
from tests.localisation.support import PLANTED, Planted


@pytest.fixture(scope="module")
def found(photos):
    """The planted network on rain and noise."""
    return list(score(Planted(), photos, ("R", "N")))


@pytest.fixture(scope="module")
def cells(found):
    """All cells by what they are of."""
    return {(c.kind, c.answer, c.truth, c.measure, c.k, c.module): c for c in heat_map(found)}


def test_fit_is_the_libraries():
    """AUROC as scikit-learn has it and Spearman as SciPy has it, ties and all."""
    answers = torch.cat((normal(2, 6, 9), normal(2, 6, 9, seed=1).round())).float()
    strengths = normal(3, 6, 9, seed=2).float()
    strengths[1] = strengths[1].round()
    fit = scoring.fit(answers, strengths)
    for c, t in product(range(4), range(3)):
        ours, true = answers[c].flatten().numpy(), strengths[t].flatten()
        there = (true > true.quantile(0.9)).numpy()
        assert fit[AUROC][c, t] == pytest.approx(roc_auc_score(there, ours))
        assert fit[SPEARMAN][c, t] == pytest.approx(spearmanr(ours, true.numpy()).statistic)


def test_nothing_to_rank():
    """A flat answer is at chance, or has no rank to correlate; a flat truth has no place to find."""
    fit = scoring.fit(torch.ones(1, 4, 5), torch.stack((photo(4, 5)[0, 0], torch.ones(4, 5))))
    assert fit[AUROC][0, 0] == 0.5
    assert math.isnan(fit[SPEARMAN][0, 0])
    assert math.isnan(fit[AUROC][0, 1])


@pytest.mark.parametrize("answer", ["margin", "margin, less clean"])
@pytest.mark.parametrize("measure", [AUROC, SPEARMAN])
def test_planted_mask_is_found(cells, answer, measure):
    """In its cell, by its channel, from both halves; and among all channels of all convolutions."""
    k, module, channel = PLANTED
    cell = cells["R", answer, TRUE, measure, k, module]
    assert cell.channels == (channel, channel)
    assert cell.value.mean > 0.95
    assert cell.value.low <= cell.value.mean <= cell.value.high
    assert cell.photos == 6
    anywhere = cells["R", answer, TRUE, measure, ANYWHERE.k, ANYWHERE.module]
    assert anywhere.value.mean == pytest.approx(cell.value.mean)
    assert anywhere.channels == (3 * 8 + channel,) * 2


def test_nothing_else_is_found(cells):
    """Other convolutions, and the planted one on truths that are not its photo's, stay near chance."""
    for truth_, (k, module) in product((TRUE, ROLLED, OTHER), ((1, "A"), (1, "B"), (2, "A"), (2, "B"))):
        if truth_ != TRUE or (k, module) != PLANTED[:2]:
            value = cells["R", "margin", truth_, AUROC, k, module].value.mean
            assert abs(value - 0.5) < 0.15, (truth_, k, module)


def test_noise_is_the_control(cells):
    """A mask that sees light does not see how strong noise of either sign is."""
    k, module, _ = PLANTED
    assert abs(cells["N", "margin", TRUE, AUROC, k, module].value.mean - 0.5) < 0.1


def test_baselines(cells):
    """On a grey photo light alone finds streaks, and a mask gains nothing over it."""
    assert cells["R", "light", TRUE, AUROC, THE_PHOTO.k, THE_PHOTO.module].value.mean > 0.95
    assert cells["R", "|gradient|", TRUE, AUROC, THE_PHOTO.k, THE_PHOTO.module].value.mean > 0.6


def test_a_mask_that_is_off_in_streaks_counts(photos):
    """Fitting with the sign turned is fitting."""
    network = Planted()
    network.sign = -1
    cells = list(heat_map(list(score(network, photos, ("R",)))))
    k, module, channel = PLANTED
    (cell,) = (
        c
        for c in cells
        if (c.k, c.module, c.answer, c.truth, c.measure) == (k, module, "margin", TRUE, AUROC)
    )
    assert cell.channels == (channel, channel)
    assert cell.value.mean > 0.95


def test_selection_does_not_score():
    """Channels that shine on one half only are worth nothing on the other; chance is not beaten by choice."""
    values, parity = np.full((4, 3), 0.5), np.array([0, 1, 0, 1])
    values[parity == 0, 1] = 0.9
    values[parity == 1, 2] = 0.2
    scores, channels = crossed(values, parity, 0.5)
    assert channels == (1, 2)
    assert scores.tolist() == [0.5] * 4
    drawn = np.random.default_rng(0).normal(0.5, 0.1, (200, 500))
    scores, _ = crossed(drawn, np.arange(200) % 2, 0.5)
    assert abs(scores.mean() - 0.5) < 0.02
    assert drawn.mean(axis=0).max() > 0.515
    scores, _ = crossed(np.full((2, 1), np.nan), np.array([0, 1]), 0.5)
    assert scores.tolist() == [0.5, 0.5]


def test_partial_results(found, photos):
    """Photos come one by one, and cells as soon as both halves have one."""
    steps = score(Planted(), photos, ("R",))
    first = next(steps)
    assert (first.photo, first.kind) == (0, "R")
    assert list(heat_map([first])) == []
    steps.close()
    assert {cell.photos for cell in heat_map(found[:4])} == {2}


def test_truths(photos):
    """Streaks are light that was added, haze is what does not pass, noise is its size; cells are means."""
    rain, haze, noise = (photos.sample(1, kind) for kind in truth.KINDS)
    whole = truth.layer(rain, "R")
    torch.testing.assert_close(whole, (rain.image - rain.clean).mean(dim=1, keepdim=True))
    cells = truth.density(rain, "R", 4)
    assert cells[2, 3].item() == pytest.approx(whole[0, 0, 8:12, 12:16].mean().item())
    t = 1 - truth.layer(haze, "H")
    torch.testing.assert_close(haze.image, (haze.clean * t + haze.layers.airlight * (1 - t)).clamp(0, 1))
    assert truth.layer(noise, "N").mean() == pytest.approx(25 / 255 * (2 / math.pi) ** 0.5, rel=0.05)
    assert truth.degraded(cells).sum() == math.ceil(0.1 * (cells.numel() - 1))
    assert not truth.degraded(torch.ones(3, 3)).any()
    assert truth.density(rain, "R", 5).shape == (10, 10)


def test_answers_of_a_real_network():
    """Masks are what the trace holds, contrasts are differences, and a photo less itself is nothing."""
    network = randomise(interir.create("interir-small", width=8, blocks=2, down=4).eval())
    image, clean = photo(16, 24, dtype=torch.float32), photo(16, 24, seed=1, dtype=torch.float32)
    with torch.no_grad():
        answers = fields.fields(network, image, clean)
        record = network.trace(image)[2].convolutions[3]
        same = fields.fields(network, clean, clean)
    assert len(answers) == 5 + 5 + 3
    ours = answers[Place(2, "DMUM")]
    assert list(ours) == list(fields.ANSWERS)
    assert torch.equal(ours["mask"] > 0, record.mask[0])
    assert torch.equal(ours["margin"] > 0, record.mask[0])
    assert torch.equal(ours["|x|"], record.input[0].abs())
    assert not any(same[place][name].any() for place in same for name in fields.CONTRASTS.values())
    flat = fields.of_photo(torch.full((1, 3, 9, 9), 0.4), 4)
    assert not flat["|gradient|"].any()
    torch.testing.assert_close(flat["light"], torch.full((1, 3, 3), 0.4))


def test_refusals(photos, folder):
    """No masks, too few photos, photos of unlike sizes."""
    with pytest.raises(LocalisationError, match="DeepSN-Net has no explainable convolution"):
        next(score(interir.create("deepsn-small", depth=2), photos))
    with pytest.raises(LocalisationError, match="fewer than two"):
        next(score(Planted(), truth.source(folder, 1, 48)))
    with pytest.raises(LocalisationError, match=r"has \(4, 4\) places; it must have this one's, \(3, 4\)"):
        scoring.truths(torch.rand(3, 4), torch.rand(4, 4))
