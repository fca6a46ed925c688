"""The named endpoints, called as people call them: by `gradio_client` over HTTP."""

import gradio_client
import numpy as np
import pytest
import torch
from PIL import Image as PILImage

import interir
from app import photos
from app.jobs import degraded

NAMES = {"/restore", "/trace", "/degrade", "/health"}
WIDTH, HEIGHT = 61, 46


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    """A client of the running dashboard."""
    folder = tmp_path_factory.mktemp("downloads")
    found = gradio_client.Client(
        server.url, verbose=False, download_files=str(folder), analytics_enabled=False
    )
    yield found
    found.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A small photo with a name that needs care, and its bytes."""
    path = tmp_path_factory.mktemp("photos") / "照片 1.png"
    values = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    PILImage.fromarray(values).save(path)
    return path


def upload(path):
    """A file to hand in."""
    return gradio_client.handle_file(str(path))


def pixels(path):
    """A picture's bytes, which must be an RGB PNG."""
    with PILImage.open(path) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        return np.asarray(picture)


def test_these_endpoints_and_no_others(client):
    """The page's own plumbing is private; what is public is named, described and typed."""
    found = client.view_api(return_format="dict", print_info=False)
    assert set(found["named_endpoints"]) == NAMES
    assert found["unnamed_endpoints"] == {}
    for name, endpoint in found["named_endpoints"].items():
        assert endpoint["description"], name
        assert all(p["parameter_name"].isidentifier() for p in endpoint["parameters"])
        assert all(not r["label"].startswith("value_") for r in endpoint["returns"])


def test_parameters(client):
    """Arguments go by the names that a reader of the paper expects."""
    found = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    names = {name: [p["parameter_name"] for p in e["parameters"]] for name, e in found.items()}
    assert names == {
        "/restore": ["image", "network"],
        "/trace": ["image", "network"],
        "/degrade": ["image", "haze", "rain", "noise", "seed"],
        "/health": [],
    }


def test_health(client):
    """Version, device and networks, InterIR first."""
    found = client.predict(api_name="/health")
    assert found["version"] == interir.__version__
    assert found["device"] in ("cpu", "cuda", "mps")
    assert found["networks"][0] == "interir-small"
    assert set(found["networks"]) == set(interir.weights.shipped())
    assert found["runs"] >= 0
    assert found["bytes"] >= 0


@pytest.mark.parametrize("network", ["interir-small", "deepsn-small"])
def test_restore(client, photo, network):
    """The network's output on the photo as it is, rounded to bytes, in the photo's size."""
    found = pixels(client.predict(image=upload(photo), network=network, api_name="/restore"))
    with torch.inference_mode():
        expected = photos.to_pil(interir.load(network)(photos.read(photo).image))
    assert found.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(found.astype(int) - np.asarray(expected)).max() <= 1


def test_restore_by_default(client, photo):
    """Without a network's name the first one is used."""
    found = client.predict(image=upload(photo), api_name="/restore")
    named = client.predict(image=upload(photo), network="interir-small", api_name="/restore")
    assert np.array_equal(pixels(found), pixels(named))


def test_trace(client, photo):
    """All states and estimates over k = 0..N, masks and modulations by name, and all norms."""
    path = client.predict(image=upload(photo), network="interir-small", api_name="/trace")
    with torch.inference_mode():
        trace = interir.load("interir-small").trace(photos.read(photo).image)
    with np.load(path) as file:
        found = dict(file)
    for name in ("x", "a1", "a2", "multiplier"):
        expected = torch.cat([getattr(iteration.state, name) for iteration in trace])
        assert np.allclose(found[name], expected, atol=1e-4), name
    assert found["estimates"].shape == (len(trace), 3, HEIGHT, WIDTH)
    assert np.array_equal(found["input"], photos.read(photo).image)
    for iteration in trace:
        for c in iteration.convolutions:
            stem = f"k{iteration.k:02d}/{c.name}"
            assert np.mean(found[f"{stem}/mask"] == c.mask[0].numpy()) > 0.999
            assert np.allclose(found[f"{stem}/modulation"], c.modulation[0], atol=1e-3)
    norms = {name: values for name, values in found.items() if name.startswith("norms/")}
    assert len(norms) == 7
    assert all(values.shape == (len(trace),) for values in norms.values())


def test_trace_of_a_network_without_convolutions(client, photo):
    """DeepSN-Net has neither masks nor modulations, and all the rest."""
    with np.load(client.predict(image=upload(photo), network="deepsn-small", api_name="/trace")) as found:
        assert {"x", "a1", "a2", "multiplier", "estimates", "input"} <= set(found.files)
        assert not [name for name in found.files if "mask" in name or "modulation" in name]


def test_degrade(client, photo):
    """The same seed gives the same picture, which is ours; another seed another one."""
    levels = {"haze": 40, "rain": 100, "noise": 10}

    def degrade(seed):
        return pixels(client.predict(image=upload(photo), **levels, seed=seed, api_name="/degrade"))

    first = degrade(3)
    assert np.array_equal(first, degrade(3))
    assert not np.array_equal(first, degrade(4))
    expected = photos.to_pil(degraded(photos.read(photo), **levels, seed=3).image)
    assert np.array_equal(first, np.asarray(expected))


def test_degrade_by_nothing(client, photo):
    """All levels are 0 by default: the photo comes back as it is."""
    found = pixels(client.predict(image=upload(photo), api_name="/degrade"))
    with PILImage.open(photo) as original:
        assert np.array_equal(found, np.asarray(original))


def refused(client, **arguments):
    """What an endpoint answers when it refuses."""
    with pytest.raises(gradio_client.exceptions.AppError) as caught:
        client.predict(**arguments)
    return str(caught.value)


@pytest.mark.parametrize(("level", "value"), [("haze", 151), ("rain", -1), ("noise", 1000)])
def test_levels_out_of_range(client, photo, level, value):
    """A level outside the ranges of Table 6 is named, with the range."""
    found = refused(client, image=upload(photo), **{level: value}, api_name="/degrade")
    assert str(value) in found
    assert "must be in [0," in found


@pytest.mark.parametrize("endpoint", ["/restore", "/trace", "/degrade"])
def test_no_photo(client, tmp_path, endpoint):
    """A file that is no photo is a readable error, with its name."""
    path = tmp_path / "words.png"
    path.write_text("just words")
    assert "words.png is not an image" in refused(client, image=upload(path), api_name=endpoint)


@pytest.mark.parametrize("endpoint", ["/restore", "/trace"])
def test_unknown_network(client, photo, endpoint):
    """So is a network that is not there, with those that are."""
    found = refused(client, image=upload(photo), network="nonsense", api_name=endpoint)
    assert "nonsense" in found
    assert "interir-small" in found


def test_endpoints_keep_no_runs(client, photo):
    """What endpoints compute is handed out, not kept on the server."""
    before = client.predict(api_name="/health")
    client.predict(image=upload(photo), api_name="/restore")
    after = client.predict(api_name="/health")
    assert (after["runs"], after["bytes"]) == (before["runs"], before["bytes"])


def test_endpoints_leave_no_files(client, photo, server):
    """Gradio copies what an endpoint returns; the file that was written for that is gone."""
    client.predict(image=upload(photo), api_name="/restore")
    client.predict(image=upload(photo), api_name="/degrade")
    assert list(server.temporary.glob("interir-*")) == []
