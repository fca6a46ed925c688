"""A photo of the bank, run again, falls on its own point."""

import numpy as np
import pytest

import interir
from analysis.embedding import build, placing
from analysis.embedding.layout import RENDITIONS
from analysis.embedding.maps import PCA
from analysis.embedding.sources import pool
from interir import data, testsets

P, NAME = 2, "H+R"
QTH = RENDITIONS.index(NAME)


@pytest.fixture(scope="module")
def images(built):
    """Photo 2 under all renditions, as the command degraded it."""
    clean = data.to_unit(data.read_photo(built / "photos" / f"photo{P}.png")).unsqueeze(0)[..., 4:28]
    return build.renditions(clean, testsets.seed_of(P, 0))[0]


@pytest.fixture(scope="module", params=["ours", "theirs"])
def run(request, built, images):
    """The name of each network, and its trace of that photo."""
    network = interir.load(built / f"{request.param}.safetensors")
    return request.param, network.trace(images[QTH : QTH + 1])


def test_features_are_the_banks(run, bank):
    """In every source, at every k, up to the rounding of the file."""
    name, trace = run
    for source, embedded in bank.members[name].sources.items():
        curve = placing.values(bank, name, trace, source)
        stored = embedded.grids[:, P, QTH]
        assert np.abs(curve - stored).max() < 4e-3 * np.abs(embedded.offsets).max(), source


def test_paths_go_through_the_points(run, bank):
    """On the joint PCA and the stored t-SNE; from a trace and from what was pooled of it."""
    name, trace = run
    found = placing.paths(bank, name, trace)
    assert set(found) == {"PCA", "t-SNE"}
    point = P * len(RENDITIONS) + QTH
    for method, journey in placing.journeys(bank, name).items():
        spread = np.ptp(journey.points, axis=(0, 1)).max()
        near = np.linalg.norm(found[method] - journey.points[:, point], axis=1)
        assert near.max() < (0.01 if journey.settings == PCA() else 0.15) * spread
    pooled = pool(trace, ["x"])
    assert np.array_equal(placing.paths(bank, name, pooled)["PCA"], found["PCA"])


def test_other_sources_have_the_joint_map_alone(bank):
    """Only x_k's travelling t-SNE is stored."""
    assert set(placing.journeys(bank, "ours", "a1")) == {"PCA"}


def test_nearest_item_is_itself(run, bank):
    """At distance 0, up to rounding; its twin may be too, as so small a photo may hold no streak."""
    name, trace = run
    curve = placing.values(bank, name, trace)
    order, distances = placing.neighbours(bank, name, "x", 1, curve[1], count=4)
    assert P * len(RENDITIONS) + QTH in order[:2]
    assert (np.diff(distances) >= 0).all()
    assert distances[0] < 0.1 * distances[-1]


def test_a_verdict_at_every_k(run, bank):
    """Probabilities at each iteration that holds the source."""
    name, trace = run
    curve = placing.values(bank, name, trace, "prior")
    verdicts = placing.verdicts(bank, name, "prior", curve)
    assert len(verdicts) == trace.depth
    assert all(set(verdict.rendition) == set(RENDITIONS) for verdict in verdicts)
