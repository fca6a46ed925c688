"""Parts of a bank: what a photo becomes, and that nothing is done twice."""

import shutil

import numpy as np
import pytest
import torch

import interir
from analysis.embedding import build, packing
from analysis.embedding.bank import BankError
from analysis.embedding.layout import PRESENT, RENDITIONS
from interir import data, metrics, nulls, weights
from tests.embedding.support import noise, save_photos
from tests.helpers import normal, photo, randomise

OPTIONS = build.Options(side=24, thumbnail=8)


@pytest.fixture(scope="module")
def subjects():
    network = randomise(interir.create("interir-small", width=8, blocks=1).eval(), seed=1)
    return [build.Subject(network, ("x", "blocks"), {"name": "ours", "depth": network.depth})]


@pytest.fixture
def photos(tmp_path):
    return data.photo_paths(save_photos(tmp_path / "photos", 3))


def test_renditions_share_everything_but_what_they_leave_out():
    """One seed: levels are the same wherever they are not 0, and so are the layers."""
    clean = photo(32, 40, dtype=torch.float32)
    images, levels = build.renditions(clean, seed=5)
    assert images.shape == (len(RENDITIONS), 3, 32, 40)
    full = levels[RENDITIONS.index("H+R+N")]
    assert torch.equal(levels, full * torch.from_numpy(PRESENT))
    assert (full > 0).all()
    assert torch.allclose(images[0], clean[0], atol=0.5 / 255 + 1e-6)
    rain, both = (images[RENDITIONS.index(name)] for name in ("R", "R+N"))
    unclipped = (both > 0) & (both < 1)
    alone = images[RENDITIONS.index("N")] - images[0]
    inside = unclipped & (images[RENDITIONS.index("N")] > 0) & (images[RENDITIONS.index("N")] < 1)
    assert ((both - rain - alone)[inside].abs() < 2.5 / 255).all()


def test_a_part_is_the_network_on_the_renditions(photos, subjects, tmp_path):
    """Features, PSNR in and out, and levels, from the public functions."""
    (path,) = build.parts(photos[:1], subjects, tmp_path / "parts", OPTIONS)
    clean = data.to_unit(data.read_photo(photos[0])).unsqueeze(0)[..., 4:28]
    images, levels = build.renditions(clean, seed=0)
    with np.load(path) as part:
        found = dict(part)
    trace = subjects[0].model.trace(images)
    assert np.allclose(found["0/source/x"][1], trace[1].state.x.detach().mean(dim=(2, 3)), atol=1e-5)
    assert np.array_equal(found["levels"], levels)
    restored = subjects[0].model(images[3:4]).detach()
    assert found["0/psnr"][3] == pytest.approx(metrics.psnr(restored, clean).item(), abs=0.1)
    assert found["psnr"][3] == pytest.approx(metrics.psnr(images[3:4], clean).item(), abs=1e-4)
    assert found["psnr"][0] == 100


def test_an_interrupted_build_goes_on(photos, subjects, tmp_path):
    """What is there stays as it is; a torn file and another build's parts do not count."""
    folder = tmp_path / "parts"
    first = next(iter(build.parts(photos[:1], subjects, folder, OPTIONS)))
    made = first.stat().st_mtime_ns
    (folder / "00001-torn.partial").write_bytes(b"half")
    every = list(build.parts(photos, subjects, folder, OPTIONS, workers=2))
    assert every[0] == first
    assert first.stat().st_mtime_ns == made
    assert [path.name[:5] for path in every] == ["00000", "00001", "00002"]
    for other in (build.Options(side=24, thumbnail=8, seed=1), build.Options(side=16, thumbnail=8)):
        (path,) = build.parts(photos[:1], subjects, folder, other)
        assert path != first


def test_untrained_twin(built, tmp_path):
    """Of the same architecture, from the given seed; the global generator is left alone."""
    before, path = torch.get_rng_state(), built / "ours.safetensors"
    twins = [build.untrained(path, seed) for seed in (0, 0, 1)]
    assert torch.equal(torch.get_rng_state(), before)
    first, again, other = (next(iter(twin.model.parameters())) for twin in twins)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert twins[0].facts["of"] == "ours"
    assert twins[2].facts["seed"] == 1


def test_untrained_twin_is_where_training_began(built, tmp_path):
    """The seed in the weights' own header comes before any other."""
    path = tmp_path / "ours.safetensors"
    shutil.copy(built / "ours.safetensors", path)
    weights.annotate(path, recipe={"seed": 5})
    twin, expected = build.untrained(path, 0), nulls.untrained(path)
    assert twin.facts["seed"] == 5
    for ours, theirs in zip(twin.model.parameters(), expected.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_no_early_weights(built):
    """None where they were not kept."""
    assert build.early(built / "ours.safetensors") is None


def test_basis_of_batches_is_pca():
    """Ten times three directions: found batch by batch as by one decomposition of all rows."""
    rows = normal(400, 3).numpy() * [10, 5, 2] @ normal(3, 70, seed=1).numpy() + 4
    basis = packing.basis_of(iter(np.split(rows, 4)), "x")
    assert np.allclose(basis.mean, rows.mean(axis=0), atol=1e-4)
    values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)[:3]
    found = basis.project(rows) * basis.scale
    assert np.allclose(np.linalg.norm(found[:, :3], axis=0), values, rtol=1e-3)
    assert found[:, 3:].std() < 1e-2 * found[:, 2].std()
    assert basis.project(rows)[:, 0].std() == pytest.approx(1, rel=1e-2)


def test_features_that_are_not_finite_are_refused():
    """By the name of their source."""
    rows = noise(10, 4)
    rows[3, 2] = np.nan
    with pytest.raises(BankError, match="0/source/x are not finite"):
        packing.basis_of(iter([rows]), "0/source/x")
