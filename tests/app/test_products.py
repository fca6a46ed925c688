"""What the pages draw is what the network computed: sums telescope, spectra are numpy's."""

import numpy as np
import pytest
import torch

from analysis.spectra import Spectrum
from analysis.views import THUMBNAIL
from app import products
from app.runs import Subject, finish
from tests.helpers import photo


@pytest.fixture
def trace(tiny_run):
    """The run's whole trace, with everything the run itself does not keep."""
    with torch.inference_mode():
        return tiny_run.network.model.trace(tiny_run.subject.image)


@pytest.fixture
def plain_run(tiny_runs):
    """The run that has neither."""
    return tiny_runs["deepsn-small"]


def test_changes_telescope(tiny_run):
    """y plus all changes is the last estimate, and any first few of them the estimate after these."""
    change = products.change(tiny_run)
    assert change.shape == (tiny_run.depth + 1, 37, 50)
    start = tiny_run.subject.image.mean(dim=1)
    for digest, total in zip(tiny_run.digests, change.cumsum(dim=0), strict=True):
        torch.testing.assert_close(start[0] + total, digest.estimate.mean(dim=1)[0], atol=1e-5, rtol=1e-5)


def test_error_is_estimate_minus_clean(tiny_run):
    """What is left to do, with its sign; positive where the estimate is too bright."""
    error = products.error(tiny_run)
    assert error.shape == (tiny_run.depth + 1, 37, 50)
    for digest, found in zip(tiny_run.digests, error, strict=True):
        expected = (digest.estimate - tiny_run.subject.clean).mean(dim=1)[0]
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


def test_no_error_without_a_clean_photo(tiny_networks, tiny_subject):
    """Without a clean photo there is no error map, no score and no claim of one."""
    run = finish(tiny_networks["interir"], Subject(tiny_subject.image, None, "real"), "cpu")
    with pytest.raises(LookupError, match="no clean photo"):
        products.error(run)
    manifest = products.manifest(run)
    assert manifest["clean"] is False
    assert not {"psnr", "ssim", "inputPsnr", "inputSsim"} & set(manifest)


@pytest.mark.parametrize(("which", "n"), [("a1", 10), ("a2", 13)])
def test_operators_are_the_states(tiny_run, trace, which, n):
    """A1 is h x h and A2 w x w, in features of the photo's size over 4; every channel and k."""
    every = torch.cat([getattr(iteration.state, which) for iteration in trace])
    for channel in range(every.shape[1]):
        found = products.operator(tiny_run, which, channel)
        assert found.shape == (tiny_run.depth + 1, n, n)
        assert torch.equal(found, every[:, channel])


@pytest.mark.parametrize("which", products.OPERATORS)
def test_overview(tiny_run, trace, which):
    """Thumbnails of all channels at every k: corners stay where they are, and averages within bounds."""
    every = torch.cat([getattr(iteration.state, which) for iteration in trace])
    found = products.operator_overview(tiny_run, which)
    side = THUMBNAIL
    assert found.shape == (*every.shape[:2], side, side)
    assert torch.equal(found[..., 0, 0], every[..., 0, 0])
    assert torch.equal(found[..., -1, -1], every[..., -1, -1])
    assert found.min() >= every.min()
    assert found.max() <= every.max()


@pytest.mark.parametrize("which", products.OPERATORS)
@pytest.mark.parametrize("key", ["interir", "deepsn"])
def test_spectra_are_numpys(tiny_runs, key, which):
    """Singular values, their quantiles over channels and effective ranks, at every k."""
    run = tiny_runs[key]
    found = products.spectra(run, which)
    for k, digest in enumerate(run.digests):
        values = np.linalg.svd(getattr(digest.state, which)[0].numpy(), compute_uv=False)
        assert np.allclose(found["values"][k], values, atol=2e-5)
        quantiles = np.quantile(values, [0.05, 0.5, 0.95], axis=0)
        assert np.allclose(found["quantiles"][k], quantiles, atol=2e-5)
        share = values / values.sum(axis=-1, keepdims=True)
        entropy = -(share * np.log(np.maximum(share, 1e-30))).sum(axis=-1)
        assert np.allclose(found["rank"][k], np.exp(entropy), atol=1e-3)
    assert found["reference"] == pytest.approx(values.shape[-1] ** -0.5)


def test_spectra_of_networks_without_operators(plain_run):
    """There is nothing to take a spectrum of, and the page is told so beforehand."""
    with pytest.raises(LookupError, match="no operators"):
        products.spectra(plain_run, "a1")
    manifest = products.manifest(plain_run)
    assert manifest["operators"] is False
    assert manifest["modules"] == []
    assert products.convolutions(plain_run)["modules"] == []


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (40, 4)], ids=str)
def test_one_row_of_features_has_operators_too(tiny_networks, size):
    """A matrix of 1 x 1 at unit norm is ±1: that does not make a network one without operators."""
    subject = Subject(photo(*size, dtype=torch.float32), None, "thin")
    for key, expected in (("interir", True), ("deepsn", True), ("deepsn-small", False)):
        run = finish(tiny_networks[key], subject, "cpu")
        assert products.manifest(run)["operators"] == expected, key


def test_a_flat_spectrum_has_full_rank():
    """The reference line is where all singular values of the identity at unit norm lie."""
    n = 16
    flat = Spectrum(torch.full((1, n), n**-0.5))
    assert flat.reference == pytest.approx(flat.values[0, 0].item())
    assert flat.effective_rank.item() == pytest.approx(n, rel=1e-5)


def test_features(tiny_run, trace):
    """x and the multiplier as they are, A1 x A2 as the operators make it, y the same for all k."""
    state = [iteration.state for iteration in trace]
    for c in range(state[0].x.shape[1]):
        for name in ("x", "multiplier"):
            expected = torch.cat([getattr(s, name)[:, c] for s in state])
            assert torch.equal(products.state_features(tiny_run, name, c), expected)
        degraded = torch.stack([s.a1[0, c] @ s.x[0, c] @ s.a2[0, c] for s in state])
        torch.testing.assert_close(products.degraded_features(tiny_run, c), degraded)
        observed = products.observed_features(tiny_run, c)
        assert torch.equal(observed, trace.observation.features[:, c])


def test_without_operators_the_estimate_is_compared_as_it_is(plain_run):
    """A1 = A2 = I: the degraded estimate is the estimate."""
    same = products.state_features(plain_run, "x", 2)
    torch.testing.assert_close(products.degraded_features(plain_run, 2), same)


def test_manifest(tiny_run):
    """What the browser is told: names, sizes, and one number per k everywhere."""
    found, count = products.manifest(tiny_run), tiny_run.depth + 1
    assert found["size"] == [37, 50]
    assert found["depth"] == tiny_run.depth
    assert found["channels"] == tiny_run.digests[0].state.x.shape[1]
    assert found["title"] == "noise"
    assert (found["family"], found["name"]) == (tiny_run.network.model.title, tiny_run.network.name)
    for values in (*found["norms"].values(), found["psnr"], found["ssim"]):
        assert len(values) == count
    assert isinstance(found["inputPsnr"], float)
    assert found["id"] == tiny_run.id
