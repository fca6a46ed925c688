"""Over sets of photos: partial results, intervals, and whether the features are still ordinary."""

import json

import pytest
import torch
from PIL import Image as PILImage

import interir
from analysis.bound import BoundError
from analysis.interventions import combination, ordinary
from analysis.interventions.__main__ import main
from analysis.interventions.effects import compare, effects, heat_map
from analysis.samples import partner, samples
from interir.data import to_bytes
from interir.degrade import COMBINATIONS
from interir.scores import MEAN
from interir.testsets import CaseError
from tests.helpers import normal, photo, randomise

ROWS = {text: combination(text) for text in ("nothing", "uniform", "foreign-operators", "skip")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four small clean photos."""
    folder = tmp_path_factory.mktemp("photos")
    for i in range(4):
        pixels = to_bytes(photo(20, 24, seed=i)[0]).permute(1, 2, 0).numpy()
        PILImage.fromarray(pixels).save(folder / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def model():
    """A small InterIR in single precision."""
    return randomise(interir.create("interir-small", width=8, blocks=1).eval()).requires_grad_(False)


@pytest.fixture(scope="module")
def found(model, folder):
    """All effects of four rows on two photos."""
    return list(effects(model, samples(folder, 2, 16), ROWS))


def test_samples(folder):
    """Photo by photo, seven combinations each, cut from the middle; the partner is another photo's."""
    drawn = samples(folder, 3, 16)
    assert [sample.number for sample in drawn] == [0] * 7 + [1] * 7 + [2] * 7
    assert [sample.case.column for sample in drawn] == list(COMBINATIONS) * 3
    image, clean = drawn[8].load()
    whole = drawn[8].case.load()
    assert torch.equal(image, whole[0][..., 2:18, 4:20])
    assert torch.equal(clean, whole[1][..., 2:18, 4:20])
    assert [partner(drawn, i).number for i in (0, 8, 20)] == [1, 2, 0]
    assert partner(drawn, 20).case.column == drawn[20].case.column
    with pytest.raises(CaseError, match="at least two photos"):
        partner(drawn[:7], 0)
    with pytest.raises(CaseError, match="24 x 20 px, less than 22 px"):
        samples(folder, 1, 22)[0].load()


def test_effects(found):
    """Every row on every sample, in order; do(nothing) changes no PSNR, the others do."""
    assert [(e.photo, e.combination, e.label) for e in found] == [
        (p, c, row) for p in "01" for c in COMBINATIONS for row in ROWS
    ]
    for effect in found:
        assert (effect.psnr == effect.plain_psnr) == (effect.label == "nothing")
        assert effect.oddity is None


def test_partial_results(model, folder):
    """The first effect is there before the second is computed, and closing stops the loop."""
    steps = effects(model, samples(folder, 2, 16), ROWS)
    first = next(steps)
    assert (first.photo, first.label) == ("0", "nothing")
    assert not torch.is_inference_mode_enabled()
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


def test_heat_map(found):
    """Cells are mean changes over photos, the last column their mean, with intervals around them."""
    cells = {(cell.label, cell.combination): cell for cell in heat_map(found)}
    assert len(cells) == len(ROWS) * (len(COMBINATIONS) + 1)
    changes = {}
    for e in found:
        changes.setdefault((e.label, e.combination), []).append(e.psnr - e.plain_psnr)
    for key, pair in changes.items():
        cell = cells[key]
        assert cell.photos == 2
        assert cell.change.mean == pytest.approx(sum(pair) / 2)
        assert (cell.change.low, cell.change.high) == pytest.approx((min(pair), max(pair)))
    for label in ROWS:
        row = [cells[label, name].change.mean for name in COMBINATIONS]
        assert cells[label, MEAN].change.mean == pytest.approx(sum(row) / len(row))
    assert cells["nothing", MEAN].change.low == cells["nothing", MEAN].change.high == 0


def test_heat_map_of_what_is_there(found):
    """One photo has means without intervals; combinations that have not come yet are absent."""
    cells = heat_map(found[:3])
    assert [(c.label, c.combination) for c in cells] == [
        (label, name) for label in list(ROWS)[:3] for name in (COMBINATIONS[0], MEAN)
    ]
    assert all(c.photos == 1 and c.change.low != c.change.low for c in cells)
    assert cells[2].change.mean == found[1].psnr - found[1].plain_psnr


@torch.inference_mode()
def test_compare(model):
    """One photo: both results, their difference, and dPSNR where the clean photo is known."""
    image, clean = photo(12, 9, dtype=torch.float32), photo(12, 9, seed=1, dtype=torch.float32)
    outcome = compare(model, image, ROWS["uniform"], clean=clean)
    assert torch.equal(outcome.plain, model(image))
    assert torch.equal(outcome.difference, outcome.image - outcome.plain)
    assert outcome.change == outcome.psnr - outcome.plain_psnr != 0
    assert compare(model, image, ROWS["uniform"]).change is None
    known = compare(model, image, (), plain=clean)
    assert torch.equal(known.plain, clean)


STAGES, WIDTH = 3, 4


def gaussian(n, seed):
    """Pooled features with a covariance and a mean that are known, larger from stage to stage."""
    mixing = torch.eye(WIDTH, dtype=torch.float64) + 0.3 * normal(WIDTH, WIDTH, seed=99)
    scale = 10.0 ** torch.arange(STAGES, dtype=torch.float64)
    return (normal(n, STAGES, WIDTH, seed=seed) @ mixing + 5) * scale[:, None]


def test_distance_is_mahalanobis():
    """On many Gaussian features the distances are those by the true mean and covariance."""
    found = ordinary.fit(gaussian(20_000, 1), gaussian(500, 2))
    standard = normal(500, STAGES, WIDTH, seed=2)
    torch.testing.assert_close(found.distances, standard.norm(dim=-1), rtol=0.05, atol=0.05)


def test_ordinary_photos_are_uniform():
    """Quantiles of new ordinary runs are uniform, at the end and at worst."""
    found = ordinary.fit(gaussian(2000, 1), gaussian(1000, 2))
    odd = [found.oddity(row) for row in gaussian(400, 3)]
    for values in ([o.end for o in odd], [o.worst for o in odd]):
        values = torch.tensor(values).sort().values
        assert (values - torch.linspace(0, 1, 400)).abs().max() < 0.1
    assert {o.stage for o in odd} == {0, 1, 2}


def test_odd_runs_are_found():
    """Features moved at one stage alone are odd there; those of a broken run odder than all."""
    found = ordinary.fit(gaussian(2000, 1), gaussian(1000, 2))
    typical = gaussian(2000, 1).mean(dim=0)
    moved = typical.clone()
    moved[1] += 1000
    odd = found.oddity(moved)
    assert (odd.worst, odd.stage, odd.end) == (1, 1, found.oddity(typical).end)
    assert odd.times == pytest.approx((found.distance(moved)[1] / found.median[1]).item())
    assert odd.times > 10
    assert found.oddity(typical).worst < 0.05
    broken = found.oddity(torch.full_like(typical, torch.nan))
    assert (broken.end, broken.worst) == (1, 1)


def test_ordinary_runs_of_a_network(model, folder, tmp_path):
    """Photos of even numbers are fitted, the others measured; files say for which weights."""
    drawn = samples(folder, 4, 16)
    found = ordinary.measure(model, drawn)
    assert found.mean.shape == (model.depth + 1, 16)
    assert found.distances.shape == (14, model.depth + 1)
    image = drawn[7].load()[0]  # the first sample of photo 1
    odd = compare(model, image, (), ordinary=found).oddity
    assert odd.end == (found.distances[:, -1] < found.distances[0, -1]).double().mean().item()
    assert compare(model, image, combination("step=100"), ordinary=found).oddity.worst == 1
    ordinary.save(found, tmp_path / "o.safetensors", {"weights": "abc"})
    again = ordinary.load(tmp_path / "o.safetensors", "abc")
    torch.testing.assert_close(again.distances, found.distances, rtol=1e-6, atol=1e-6)
    runs = normal(5, *found.mean.shape, seed=8) * found.mean.abs() + found.mean
    torch.testing.assert_close(again.distance(runs), found.distance(runs), rtol=0.01, atol=0)
    with pytest.raises(BoundError, match="made on weights abc, not on def"):
        ordinary.load(tmp_path / "o.safetensors", "def")
    with pytest.raises(CaseError, match="too few"):
        ordinary.measure(model, drawn[:7])


def test_commands(model, folder, tmp_path, capsys):
    """The heat map as a file, with oddities; a mistake is a sentence and the exit status 2."""
    interir.save(model, tmp_path / "w.safetensors")
    out, known = tmp_path / "o.json", tmp_path / "known.safetensors"
    given = [
        "--weights",
        str(tmp_path / "w.safetensors"),
        "--data",
        str(folder),
        "--side",
        "16",
        "--limit",
        "2",
    ]
    assert ordinary.main([*given, "--out", str(known)]) == 0
    rows = ["--do", "uniform", "rank=1@1 + skip@2"]
    assert main([*given, "--out", str(out), "--ordinary", str(known), *rows]) == 0
    facts = json.loads(out.read_text())
    assert {cell["label"] for cell in facts["cells"]} == set(rows[1:])
    assert len(facts["effects"]) == 2 * 2 * 7
    assert all(0 <= cell["odd"] <= 1 for cell in facts["cells"])
    assert main([*given, "--out", str(out), "--brief", "--do", "uniform"]) == 0
    assert set(facts) - set(json.loads(out.read_text())) == {"effects"}
    assert main([*given, "--out", str(out), "--do", "explode"]) == 2
    assert "'explode' is no intervention" in capsys.readouterr().err


def test_everything_is_done_by_default(model, folder, tmp_path, networks):
    """Without --do, all that has a meaning for the network, and each stage left out."""
    from analysis.interventions.__main__ import everything

    assert list(everything(model))[-2:] == ["skip@1", "skip@2"]
    assert len(everything(model)) == 13 + model.depth
    assert list(everything(networks["deepsn-small"])) == [
        "zero-multiplier", "repeat=2", "step=0.5", "remove=operator", "skip@1", "skip@2", "skip@3",
    ]  # fmt: skip
