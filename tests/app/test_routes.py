"""The addresses the browser fetches: types and shapes, lossless PNGs, and sentences for what is not."""

import io

import numpy as np
import pytest
from PIL import Image as PILImage
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import products, routes
from app.store import RunStore
from interir.data import to_bytes

NPY, PNG, JSON = "application/octet-stream", "image/png", "application/json"


@pytest.fixture(scope="module")
def client(tiny_runs):
    """A client of the routes over a store that holds the tiny runs."""
    store = RunStore()
    for run in tiny_runs.values():
        store.put(run, "ann")
    return TestClient(Starlette(routes=[routes.mount(store)]), raise_server_exceptions=False)


@pytest.fixture
def run(tiny_runs):
    """The run that has operators and explainable convolutions."""
    return tiny_runs["interir"]


def fetch(client, path, media, status=200):
    """An answer, after a look at its status and media type."""
    answer = client.get(f"/lens/{path}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].partition(";")[0] == media
    return answer


def array(client, run, name):
    """A run's array."""
    return np.load(io.BytesIO(fetch(client, f"runs/{run.id}/{name}", NPY).content))


ARRAYS = {
    "change.npy": ("<f2", (4, 37, 50)),
    "error.npy": ("<f2", (4, 37, 50)),
    "operator/a1/0.npy": ("<f4", (4, 10, 10)),
    "operator/a2/7.npy": ("<f4", (4, 13, 13)),
    "operator/a1/overview.npy": ("<f4", (4, 8, 24, 24)),
    "features/observed/7.npy": ("<f4", (1, 10, 13)),
    "features/degraded/7.npy": ("<f4", (4, 10, 13)),
    "features/x/0.npy": ("<f4", (4, 10, 13)),
    "features/multiplier/0.npy": ("<f4", (4, 10, 13)),
    "masks/4/15.npy": ("|u1", (4, 10, 13)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(client, run, name):
    """Every array comes in C order, in a type that the browser reads, and in its shape."""
    found = array(client, run, name)
    assert (found.dtype.str, found.shape) == ARRAYS[name]
    assert found.flags.c_contiguous
    assert np.isfinite(found).all()


def test_arrays_are_the_products(client, run):
    """What travels is what was computed: exactly, or rounded to half precision."""
    assert np.array_equal(array(client, run, "operator/a2/3.npy"), products.operator(run, "a2", 3))
    assert np.array_equal(array(client, run, "masks/0/3.npy"), products.masks(run, 0, 3))
    for name in ("change", "error"):
        exact = getattr(products, name)(run).numpy()
        assert np.array_equal(array(client, run, f"{name}.npy"), exact.astype(np.float16))


def test_json(client, run):
    """Spectra, convolutions and sums are the products', number by number."""
    stem = f"runs/{run.id}"
    assert fetch(client, f"{stem}/operator/a1/spectra.json", JSON).json() == products.spectra(run, "a1")
    assert fetch(client, f"{stem}/convolutions.json", JSON).json() == products.convolutions(run)
    found = fetch(client, f"{stem}/sum/2/1/3/5/6.json", JSON).json()
    assert found == products.arithmetic(run, 2, 1, 3, 5, 6)


def decoded(answer):
    """A PNG's bytes."""
    with PILImage.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        return np.asarray(picture)


@pytest.mark.parametrize("key", ["interir", "deepsn", "deepsn-small"])
def test_pictures_are_lossless(client, tiny_runs, key):
    """Decoded, a picture is the estimate rounded to bytes, nothing more is lost."""
    run = tiny_runs[key]
    pictures = {f"estimate/{k}.png": digest.estimate for k, digest in enumerate(run.digests)}
    pictures |= {"input.png": run.subject.image, "clean.png": run.subject.clean}
    for name, image in pictures.items():
        found = decoded(fetch(client, f"runs/{run.id}/{name}", PNG))
        assert np.array_equal(found, to_bytes(image[0]).permute(1, 2, 0))


MISSING = [
    "estimate/4.png",
    "estimate/99999999999999999999.png",
    "operator/a3/0.npy",
    "operator/a1/8.npy",
    "operator/a1/99999999999999999999.npy",
    "operator/a3/overview.npy",
    "operator/x/spectra.json",
    "features/y/0.npy",
    "features/a1/0.npy",
    "features/x/8.npy",
    "features/observed/8.npy",
    "features/degraded/8.npy",
    "masks/5/0.npy",
    "masks/0/16.npy",
    "sum/0/0/0/0/0.json",
    "sum/3/4/0/0/0.json",
    "sum/9/0/0/0/0.json",
    "sum/1/9/0/0/0.json",
    "sum/1/0/16/0/0.json",
    "sum/1/0/0/10/0.json",
    "sum/1/0/0/0/13.json",
    "sum/1/0/99999999999999999999/0/0.json",
]


@pytest.mark.parametrize("name", MISSING)
def test_what_a_run_does_not_have(client, run, name):
    """Another operator, channel, k or place is 404 with a sentence, never a server error."""
    answer = fetch(client, f"runs/{run.id}/{name}", "text/plain", 404)
    assert len(answer.text.split()) > 2
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", ["operator/a1/spectra.json", "masks/0/0.npy", "sum/1/0/0/0/0.json"])
def test_what_a_network_does_not_have(client, tiny_runs, name):
    """A network without operators and explainable convolutions says so."""
    answer = fetch(client, f"runs/{tiny_runs['deepsn-small'].id}/{name}", "text/plain", 404)
    assert len(answer.text.split()) > 2


@pytest.mark.parametrize(
    "name", ["nothing.npy", "estimate/-1.png", "operator/a1/-1.npy", "masks/0/x.npy", ""]
)
def test_addresses_that_are_not(client, run, name):
    """Other addresses of a run are not found."""
    assert client.get(f"/lens/runs/{run.id}/{name}").status_code == 404


@pytest.mark.parametrize("id", ["unknown", "..", "%2e%2e", "a" * 3000])
def test_unknown_runs(client, id):
    """A run that is not kept says what to do."""
    answer = client.get(f"/lens/runs/{id}/input.png")
    assert answer.status_code == 404
    assert id.startswith((".", "%")) or "press Run" in answer.text


def test_runs_cannot_be_listed(client):
    """No address lists what there is."""
    for path in ("", "runs", "runs/", "static/", "static"):
        assert client.get(f"/lens/{path}").status_code in (404, 405)


@pytest.mark.parametrize(
    "path", ["../main.py", "%2e%2e/main.py", "..%2fmain.py", "//etc/passwd", "%2fetc/passwd", "./../store.py"]
)
def test_nothing_outside_static_is_served(client, path):
    """No way leads out of the folder of scripts."""
    answer = client.get(f"/lens/static/{path}")
    assert answer.status_code in (404, 405)
    assert "import" not in answer.text


def test_scripts_and_style(client):
    """Every static file is there, in a type that a browser runs."""
    for path in routes.STATIC.iterdir():
        media = "text/css" if path.suffix == ".css" else "text/javascript"
        assert fetch(client, f"static/{path.name}", media).content == path.read_bytes()
    assert len(fetch(client, "plotly.js", "text/javascript").content) > 1_000_000


def test_palettes(client):
    """Every role has 256 RGB triples; grey is grey, and the middle of the diverging one is pale."""
    found = fetch(client, "palettes.json", JSON).json()
    assert set(found) == {"sequential", "diverging", "grey"}
    for colours in found.values():
        values = np.array(colours)
        assert values.shape == (256, 3)
        assert values.dtype.kind == "i"
        assert 0 <= values.min() <= values.max() <= 255
    assert found["grey"] == [[i, i, i] for i in range(256)]
    assert min(found["diverging"][128]) > 235


def test_without_a_clean_photo(tiny_networks, tiny_subject):
    """There is neither a clean picture nor an error map to fetch."""
    from app.runs import Subject, finish

    run, store = (
        finish(tiny_networks["interir"], Subject(tiny_subject.image, None, "real"), "cpu"),
        RunStore(),
    )
    store.put(run, "ann")
    client = TestClient(Starlette(routes=[routes.mount(store)]), raise_server_exceptions=False)
    for name in ("clean.png", "error.npy"):
        answer = fetch(client, f"runs/{run.id}/{name}", "text/plain", 404)
        assert "no clean photo" in answer.text
