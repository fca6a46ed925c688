"""The loss, the metrics and the table of means, against formulas written out in NumPy."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

import interir
from interir import evaluate, losses, metrics
from interir.evaluate import Score
from tests.helpers import photo


def test_loss_vanishes_at_equality():
    """Zero for equal photos, positive for others."""
    x = photo(7, 10, batch=2)
    assert losses.restoration_loss(x, x.clone()) == 0
    assert losses.restoration_loss(x + 1e-3, x) > 0


@pytest.mark.parametrize(("height", "width"), [(8, 8), (7, 5), (1, 1)])
def test_loss_is_equation_2(height, width):
    """mean |d| + 0.1 mean |F d| over real and imaginary parts of NumPy's half spectrum, unnormalised."""
    a, b = photo(height, width, batch=2, seed=1), photo(height, width, batch=2, seed=2)
    d = (a - b).numpy()
    spectrum = np.fft.rfft2(d)
    expected = np.abs(d).mean() + 0.1 * np.abs(np.stack([spectrum.real, spectrum.imag])).mean()
    assert losses.restoration_loss(a, b).item() == pytest.approx(expected, rel=1e-12)


def test_psnr_is_its_formula():
    """10 log10(1 / MSE) for each photo; the estimate is clipped to [0, 1] first."""
    clean = photo(13, 18, batch=3)
    estimate = clean + 0.3 * (photo(13, 18, batch=3, seed=9) - 0.5)
    error = (np.clip(estimate.numpy(), 0, 1) - clean.numpy()) ** 2
    expected = 10 * np.log10(1 / error.mean(axis=(1, 2, 3)))
    np.testing.assert_allclose(metrics.psnr(estimate, clean).numpy(), expected, rtol=1e-6)
    assert metrics.psnr(clean[:1], clean[:1]).tolist() == [math.inf]


def test_ssim():
    """1 for equal photos, less for others, one value per photo, NaN under 11 px."""
    clean = photo(13, 18, batch=3)
    torch.testing.assert_close(metrics.ssim(clean, clean), torch.ones(3, dtype=clean.dtype))
    assert (metrics.ssim(photo(13, 18, batch=3, seed=9), clean) < 0.5).all()
    assert metrics.ssim(clean[:1], clean[:1]).shape == (1,)
    for small in (photo(10, 40, batch=2), photo(40, 10, batch=2)):
        assert metrics.ssim(small, small).isnan().tolist() == [True, True]


def test_metrics_of_a_batch_are_those_of_its_photos():
    """Photos do not see each other."""
    clean, estimate = photo(13, 18, batch=3), photo(13, 18, batch=3, seed=9)
    for metric in (metrics.psnr, metrics.ssim):
        singles = [metric(estimate[i : i + 1], clean[i : i + 1]) for i in range(3)]
        torch.testing.assert_close(metric(estimate, clean), torch.cat(singles))


def test_means():
    """Means by method and combination, and the mean of those; combinations without scores are absent."""
    scores = [
        Score("a", "H", "1", 10, 0.1),
        Score("a", "H", "2", 20, 0.3),
        Score("b", "H", "1", 1, 0.5),
        Score("a", "R+N", "1", 60, 0.8),
    ]
    table = evaluate.means(scores)
    assert list(table) == ["a", "b"]
    assert table["a"] == {
        "R+N": pytest.approx((60, 0.8)),
        "H": pytest.approx((15, 0.2)),
        "mean": pytest.approx((37.5, 0.5)),
    }
    assert table["b"] == {"H": (1, 0.5), "mean": (1, 0.5)}


def test_table_as_text():
    """Markdown with a column per combination and one for the mean; what has no score is left out."""
    full = [Score("a", name, "1", 10, 0.1) for name in interir.degrade.COMBINATIONS]
    lines = evaluate.as_text(evaluate.means(full)).splitlines()
    assert lines[0] == "| | " + " | ".join([*interir.degrade.COMBINATIONS, "mean"]) + " |"
    assert {line.count("|") for line in lines} == {10}
    assert lines[2] == "| a | " + "10.00 / 0.100 | " * 7 + "10.00 / 0.100 |"
    assert evaluate.as_text(evaluate.means(full[:2])).startswith("| | H+R+N | H+R | mean |")
    assert evaluate.as_text(evaluate.means(full[:1])).startswith("| | H+R+N |\n")


@pytest.fixture
def folder(tmp_path):
    """Two photos of 16 x 13 px, and a file that is none."""
    from PIL import Image

    (tmp_path / "notes.txt").write_text("no photo")
    for seed, name in enumerate(["b.png", "a.PNG"]):
        pixels = (photo(16, 13, seed=seed)[0].permute(1, 2, 0) * 255).byte().numpy()
        Image.fromarray(pixels).save(tmp_path / name)
    return tmp_path


def test_degraded_photos_are_reproducible_one_by_one(folder: Path):
    """Each photo and combination has a seed of its own: a limit does not change what is before it."""
    full = list(evaluate.degraded_photos(folder))
    assert [(p.stem, name) for p, name, _ in full] == [
        (p, n) for p in "ab" for n in interir.degrade.COMBINATIONS
    ]
    for (_, _, ours), (_, _, theirs) in zip(evaluate.degraded_photos(folder, limit=1), full[:7], strict=True):
        assert torch.equal(ours.image, theirs.image)
    assert len({s.image.sum().item() for _, _, s in full}) == 14


def test_evaluate(folder: Path):
    """The input and every network get a score per photo and combination; inference mode stays inside."""
    model = interir.create("interir-small", width=8, blocks=1).eval()
    scores = evaluate.evaluate({"net": model}, folder, limit=1)
    first = next(scores)
    assert not torch.is_inference_mode_enabled()
    rows = [first, *scores]
    assert [(s.method, s.combination) for s in rows] == [
        (method, name) for name in interir.degrade.COMBINATIONS for method in ("input", "net")
    ]
    path, name, sample = next(evaluate.degraded_photos(folder))
    eight_bits = (sample.image * 255).round() / 255  # scored as a file would be
    expected = metrics.psnr(eight_bits, sample.clean).item()
    assert (first.photo, first.combination) == (path.stem, name)
    assert first.psnr == pytest.approx(expected)
