"""Photos in files: the Y channel, exports, and what other methods restored."""

import json

import numpy as np
import pytest
import torch

import interir
from interir import (
    commands,
    data,
    evaluate,
    metrics,
    testsets,
)
from interir.degrade import COMBINATIONS
from tests.evaluate.support import save
from tests.helpers import photo


def test_luma_is_that_of_scikit_image():
    """rgb2ycbcr: BT.601, 16 to 235; and clipping first."""
    from skimage.color import rgb2ycbcr

    image = photo(9, 7)
    expected = rgb2ycbcr(image[0].permute(1, 2, 0).numpy())[..., 0]
    np.testing.assert_allclose(255 * metrics.luma(image)[0, 0].numpy(), expected, rtol=1e-12)
    white = torch.full((1, 3, 2, 2), 1.5, dtype=torch.float64)
    assert metrics.luma(white).unique().item() == pytest.approx(235 / 255)
    assert metrics.luma(-white).unique().item() == pytest.approx(16 / 255)


def test_scores_on_y(clean):
    """Y is what is compared, its peak 1."""
    case = testsets.synthetic(clean)[3]
    (found,) = evaluate.score({}, case, y_channel=True)
    a, b = (255 * metrics.luma(pixels).double().numpy() for pixels in case.load())
    assert found.psnr == pytest.approx(10 * np.log10(255**2 / ((a - b) ** 2).mean()), rel=1e-5)
    assert found.psnr != evaluate.score({}, case)[0].psnr


def test_export_says_what_it_wrote(clean, tmp_path):
    """PNG files of 8 bits and their seeds and levels, as drawn by `degraded_photos`."""
    out = tmp_path / "out"
    written = list(testsets.export(clean, out))
    assert [path.name for path in written] == [
        f"{p}__{c}.png" for p in ("cat", "old_dog") for c in COMBINATIONS
    ]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["folder"] == "clean"
    for i, (entry, (path, name, sample)) in enumerate(
        zip(manifest["files"], evaluate.degraded_photos(clean), strict=True)
    ):
        assert entry["seed"] == 1000 * (i // 7) + i % 7
        assert (entry["photo"], entry["combination"]) == (path.name, name)
        assert [entry[k] for k in ("haze", "rain", "noise")] == [
            getattr(sample.levels, k).item() for k in ("haze", "rain", "noise")
        ]
        assert torch.equal(data.read_photo(out / entry["file"]), data.to_bytes(sample.image)[0])


def test_files_score_as_the_pixels_they_hold(clean, tmp_path, nets):
    """The exported input scores as the input, a network's saved outputs as the network, exactly."""
    list(testsets.export(clean, tmp_path / "out"))
    model, cases = interir.load(nets[0]), testsets.synthetic(clean)
    for case in cases:
        save(tmp_path / "theirs" / f"{case.stem}.png", model(case.load()[0]))
    methods = {
        "net": evaluate.by_network(model),
        "copy": evaluate.by_files(tmp_path / "out", cases),
        "saved": evaluate.by_files(tmp_path / "theirs", cases),
    }
    for case in cases:
        given, net, copy, saved = evaluate.score(methods, case)
        assert (given.psnr, given.ssim) == (copy.psnr, copy.ssim)
        assert (net.psnr, net.ssim) == (saved.psnr, saved.ssim)


def test_an_export_is_a_benchmark(clean, tmp_path):
    """--pairs finds the clean photos of exported files, and scores them as --data does."""
    list(testsets.export(clean, tmp_path / "out"))
    direct = {case.stem: evaluate.score({}, case)[0] for case in testsets.synthetic(clean)}
    found = testsets.benchmark("out", tmp_path / "out", clean)
    assert len(found) == 14
    for case in found:
        assert evaluate.score({}, case)[0].psnr == direct[case.stem].psnr


def test_a_perfect_copy(clean, tmp_path, capsys):
    """100 dB in every form of the table, not infinity, which would swallow means and intervals."""
    for case in testsets.synthetic(clean):
        save(tmp_path / "perfect" / f"{case.stem}.png", case.load()[1])
    out, tex = tmp_path / "scores.json", tmp_path / "table.tex"
    options = [
        "--data",
        str(clean),
        "--restored",
        f"oracle={tmp_path / 'perfect'}",
        f"twin={tmp_path / 'perfect'}",
    ]
    assert commands.main([*options, "--json", str(out), "--latex", str(tex)]) == 0
    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if line.startswith(("| oracle | ", "| twin | "))]
    assert [row.count("| 100.00 / 1.000 ") for row in rows] == [8, 8]
    assert "+0.00 [+0.00, +0.00]" in printed
    assert "nan" not in printed
    assert "inf" not in printed
    assert json.loads(out.read_text())["table"]["oracle"]["mean"] == [100, pytest.approx(1)]
    assert tex.read_text().count(r"\textbf{100.00}") == 16


def test_missing_and_wrong_files_are_named(clean, tmp_path):
    """Before anything is scored, or when the size shows."""
    list(testsets.export(clean, tmp_path / "out"))
    cases = testsets.synthetic(clean)
    save(tmp_path / "out" / "cat__H.png", photo(12, 16))
    method = evaluate.by_files(tmp_path / "out", cases)
    case = next(case for case in cases if case.stem == "cat__H")
    with pytest.raises(testsets.CaseError, match=r"cat__H.png has 16 x 12 px; .* has 16 x 13 px"):
        evaluate.score({"theirs": method}, case)
    (tmp_path / "out" / "cat__H.png").unlink()
    with pytest.raises(testsets.CaseError, match=r"lacks 1 of 14 files: cat__H$"):
        evaluate.by_files(tmp_path / "out", cases)


def test_each_benchmark_may_have_a_folder_of_files(tmp_path):
    """Rain100L and Rain100H hold files of the same names."""
    for name, seed in (("L", 1), ("H", 2)):
        save(tmp_path / name / "rain" / "1.png", photo(12, 12, seed=seed))
        save(tmp_path / name / "norain" / "1.png", photo(12, 12, seed=seed + 5))
        save(tmp_path / "theirs" / name / "1.png", photo(12, 12, seed=seed + 5))
    cases = [c for n in "LH" for c in testsets.benchmark(n, tmp_path / n / "rain", tmp_path / n / "norain")]
    method = evaluate.by_files(tmp_path / "theirs", cases)
    assert [evaluate.score({"theirs": method}, case)[1].psnr for case in cases] == [100, 100]


def test_two_photos_of_one_stem_are_refused(clean):
    """Their exported files would have one name."""
    save(clean / "cat.bmp", photo(13, 16))
    with pytest.raises(testsets.CaseError, match="several photos called cat;"):
        testsets.synthetic(clean)
