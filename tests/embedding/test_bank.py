"""The bank that the command built: kept exactly, said fully, asked politely."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import interir
from analysis.embedding import bank as banks
from analysis.embedding.bank import BankError, Basis, Embedded
from analysis.embedding.layout import PRESENT, RENDITIONS
from interir import weights
from tests.embedding.conftest import PHOTOS
from tests.embedding.support import noise, planted


def test_manifest_says_what_it_is(bank, built):
    """Data, seeds, weights by digest, versions; the null models among the networks."""
    manifest = bank.manifest
    assert manifest["data"] == "photos"
    assert (manifest["side"], manifest["seed"], manifest["thumbnail"]) == (24, 0, 48)
    assert tuple(manifest["renditions"]) == RENDITIONS
    assert set(manifest["versions"]) == {"interir", "torch", "numpy", "scikit-learn", "openTSNE"}
    assert [facts["role"] for facts in manifest["networks"]] == ["trained"] * 2 + ["untrained"] * 2
    digest = weights.digest(built / "ours.safetensors")
    assert bank.holds(digest) == "ours"
    assert bank.holds("another") is None


def test_what_it_holds(bank):
    """Every source at every k of the trained networks; x_k of the untrained ones."""
    assert bank.photos == tuple(f"photo{i}" for i in range(PHOTOS))
    assert bank.levels.shape == (PHOTOS, len(RENDITIONS), 3)
    assert ((bank.levels > 0) == PRESENT).all()
    ours = bank.members["ours"].sources
    assert set(ours) == {"x", "multiplier", "prior", "blocks", "modulation", "a1", "a2"}
    assert set(bank.members["theirs"].sources) == {"x", "multiplier", "prior"}
    assert set(bank.members["ours, untrained"].sources) == {"x"}
    assert (ours["x"].ks, ours["prior"].ks) == (range(3), range(1, 3))
    assert all(e.grids.shape[:3] == (len(e.ks), PHOTOS, 8) for e in ours.values())
    assert bank.members["ours"].travelled.shape == (3, PHOTOS * 8, 2)


def test_gain(bank):
    """Out less in, and no number where nothing was degraded."""
    gain = bank.gain("ours")
    assert np.isnan(gain[:, 0]).all()
    assert np.allclose(gain[:, 1], bank.members["ours"].psnr[:, 1] - bank.psnr[:, 1])


def test_thumbnails_are_pictures(bank):
    """One per photo, no side longer than was asked."""
    assert len(bank.thumbnails) == PHOTOS
    with Image.open(io.BytesIO(bank.thumbnails[0])) as picture:
        assert picture.size == (24, 24)


def test_round_trip_to_the_byte(bank, tmp_path):
    """A bank that is read and written is the same file."""
    banks.save(bank, tmp_path / "one.npz")
    banks.save(banks.load(tmp_path / "one.npz"), tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    again = banks.load(tmp_path / "one.npz")
    assert np.array_equal(again.embedded("ours", "x").grids, bank.embedded("ours", "x").grids)
    assert np.array_equal(again.embedded("ours", "a1").basis.axes, bank.embedded("ours", "a1").basis.axes)
    assert again.thumbnails == bank.thumbnails


def test_no_thumbnails(bank, tmp_path):
    """A bank may hold none."""
    banks.save(replace(bank, thumbnails=()), tmp_path / "none.npz")
    assert banks.load(tmp_path / "none.npz").thumbnails == ()


def test_rounding():
    """Within 0.25 %, of either sign; what is rounded stays."""
    values = 10.0 ** np.linspace(-3, 3, 1000) * np.sign(noise(1000))
    found = banks.rounded(values)
    assert np.abs(found / values - 1).max() < 2.5e-3
    assert np.array_equal(banks.rounded(found), found)
    assert banks.rounded(np.zeros(3)).tolist() == [0, 0, 0]


def test_precision_is_that_of_the_offsets():
    """Items a thousandth of the way between two k apart are kept as well as if k stood still."""
    near = planted(5)
    far = np.stack([near, near + 1e4])
    basis = Basis(np.zeros(10), np.eye(10), 1.0)
    errors = np.abs(Embedded.of(basis, far, 0).grids - far).max(axis=(1, 2, 3))
    assert errors[0] < 2.5e-3 * np.abs(near).max()
    assert errors[1] < 2.5e-3 * np.abs(near).max() + 2e-3  # of which 2e-3 are 1e4's in single precision


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"PK" + content,
        lambda content: b"",
    ],
)
def test_damaged_files(built, tmp_path, spoil):
    """One sentence, whatever numpy and zipfile would say."""
    (tmp_path / "bad.npz").write_bytes(spoil((built / "bank.npz").read_bytes())[:-1])
    with pytest.raises(BankError, match=r"bad\.npz is not a readable bank"):
        banks.load(tmp_path / "bad.npz")


def test_another_format(bank, tmp_path):
    """A later version's file is named as such."""
    np.savez(tmp_path / "new.npz", manifest=np.array(json.dumps({"format": 99})))
    with pytest.raises(BankError, match="has format 99"):
        banks.load(tmp_path / "new.npz")


def test_questions_it_cannot_answer(bank):
    """The sentence names what there is."""
    with pytest.raises(BankError, match="no network 'nobody'; it has ours, theirs"):
        bank.embedded("nobody", "x")
    with pytest.raises(BankError, match="no source 'a1' in the bank; it has x, multiplier, prior"):
        bank.embedded("theirs", "a1")
    run = {"x": np.zeros((3, 1, 8), dtype=np.float32)}
    with pytest.raises(BankError, match="the run has no source 'prior'"):
        bank.place("ours", "prior", run)
    with pytest.raises(BankError, match="has 2 iterations of 'x'; the bank has 3"):
        bank.place("ours", "x", {"x": run["x"][:2]})
    with pytest.raises(BankError, match="has 8 features here; the run has 7"):
        bank.place("ours", "x", {"x": run["x"][..., :7]})


def test_version_is_the_packages(bank):
    """So that a figure can be traced to code."""
    assert bank.manifest["versions"]["interir"] == interir.__version__
