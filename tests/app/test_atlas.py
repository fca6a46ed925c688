"""What the Embeddings page asks of a bank: maps as streams, one's own photo on them, scores, items."""

import json

import numpy as np
import pytest
import torch
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from analysis.embedding import maps
from analysis.embedding.layout import RENDITIONS
from app import atlas, atlas_routes, readings
from app.jobs import Desk, degraded
from app.networks import Networks
from app.photos import Photo
from app.runs import finish
from app.store import RunStore
from interir import data, weights
from tests.embedding.conftest import PHOTOS, bank, built  # noqa: F401

TSNE = {"method": "t-SNE", "perplexity": 5, "iterations": 60, "seed": 0, "random": "false"}


@pytest.fixture(scope="module")
def desk(built):  # noqa: F811
    """Where jobs are done, with the networks of the bank."""
    return Desk(
        Networks("cpu", [built / "ours.safetensors", built / "theirs.safetensors"]), RunStore(), "cpu"
    )


@pytest.fixture(scope="module")
def opened(built, desk):  # noqa: F811
    """The atlas of a small bank whose photos are at hand."""
    return atlas.Atlas(built / "bank.npz", desk, built / "photos")


@pytest.fixture(scope="module")
def run(built, desk):  # noqa: F811
    """A photo of the bank, degraded anew."""
    image = data.to_unit(data.read_photo(built / "photos" / "photo2.png"))[None]
    run = finish(desk.networks.get("ours"), degraded(Photo(image, "mine"), 60, 120, 15, 7), "cpu")
    desk.store.put(run, "ann")
    return run


@pytest.fixture(scope="module")
def client(opened):
    """A client of the routes."""
    routes = [Mount("/lens", routes=[atlas_routes.mount(opened)])]
    return TestClient(Starlette(routes=routes), raise_server_exceptions=False)


def get(client, path, status=200, **query):
    answer = client.get(f"/lens/atlas/{path}", params=query)
    assert answer.status_code == status, answer.text
    return answer


def lines(client, path, **query):
    return [json.loads(line) for line in get(client, path, **query).text.splitlines()]


def question(**more):
    return {"network": "ours", "source": "x", **more}


def test_about_says_what_there_is(client, bank):  # noqa: F811
    """Photos, renditions, levels, the trained networks with their sources, and forms of all methods."""
    about = get(client, "about.json").json()
    assert about["renditions"] == list(RENDITIONS)
    assert len(about["photos"]) == PHOTOS == sum(about["files"])
    assert [network["name"] for network in about["networks"]] == ["ours", "theirs"]
    assert about["networks"][0]["sources"]["x"]["ks"] == [0, 1, 2]
    assert "a1" not in about["networks"][1]["sources"]  # the small baseline has no operators
    np.testing.assert_allclose(about["levels"], bank.levels, rtol=1e-4)
    assert about["networks"][0]["gain"][0][0] is None  # nothing was degraded
    assert [field["name"] for field in about["methods"]["UMAP"]] == ["neighbours", "min_distance", "seed"]


def test_ready_maps_come_for_every_k(client, opened, bank):  # noqa: F811
    """PCA is exact: the stream's points are those of the joint basis."""
    head, *frames = lines(client, "journey.ndjson", **question(method="PCA"))
    assert head == {"ks": [0, 1, 2]}
    journey = opened._ready(atlas.Wanted("ours", "x", maps.PCA()))
    for k, frame in enumerate(frames):
        assert frame["k"] == k
        np.testing.assert_allclose(np.reshape(frame["points"], (-1, 2)), journey.maps[k].points, rtol=1e-4)


@pytest.mark.parametrize(("k", "ks"), [("1", [1]), ("all", [0, 1, 2])])
def test_computed_maps(client, k, ks):
    """At one k, or travelling over all of them; the same question gives the same map."""
    first, again = (lines(client, "journey.ndjson", **question(**TSNE, k=k)) for _ in range(2))
    assert first == again
    assert first[0]["ks"] == [frame["k"] for frame in first[1:]] == ks
    assert np.shape(first[1]["points"]) == (2 * PHOTOS * len(RENDITIONS),)


def test_star_of_an_item_lies_on_the_item(client, opened, desk, bank):  # noqa: F811
    """A photo of the bank, run again, is placed where the bank has it, at every k of PCA."""
    item = 3 * len(RENDITIONS) + 1
    run = opened.open(item, "ours")
    desk.store.put(run, "ann")
    _, *frames = lines(client, "journey.ndjson", **question(method="PCA"))
    star = lines(client, "star.ndjson", **question(method="PCA", run=run.id))
    spread = np.ptp(np.reshape(frames[-1]["points"], (-1, 2)), axis=0).max()
    for frame, place in zip(frames, star, strict=True):
        expected = np.reshape(frame["points"], (-1, 2))[item]
        assert np.abs(expected - place["point"]).max() < 0.02 * spread


def test_opened_item_is_the_banks(client, opened, bank):  # noqa: F811
    """The same degraded photo: its input and its restoration have the PSNR that the bank has."""
    item = 4 * len(RENDITIONS) + 2
    (info,) = get(client, "open.json", item=item, network="ours").json()
    p, q = divmod(item, len(RENDITIONS))
    assert info["title"] == f"photo4, {RENDITIONS[q]}"
    assert info["inputPsnr"] == pytest.approx(bank.psnr[p, q], abs=0.01)
    assert info["psnr"][-1] == pytest.approx(bank.members["ours"].psnr[p, q], abs=0.05)


def test_verdict(client, run):
    """Probabilities over all renditions, and the nearest items, the nearest first."""
    found = get(client, "verdict.json", **question(k=2, run=run.id)).json()
    assert sum(found["rendition"].values()) == pytest.approx(1)
    assert found["name"] in RENDITIONS
    distances = [near["distance"] for near in found["neighbours"]]
    assert distances == sorted(distances)
    assert all(0 <= near["item"] < PHOTOS * len(RENDITIONS) for near in found["neighbours"])


def test_scores_by_source(client):
    """Rows for both networks over k, their null models, and a sentence on Figure 6 with its figures."""
    found = get(client, "scores.json", source="x").json()
    labels = [row["label"] for row in found["rows"]]
    assert labels[:2] == ["InterIR", "DeepSN-Net"]
    assert {"the pixels’ statistics", "InterIR, untrained", "InterIR, labels shuffled"} <= set(labels)
    assert [row["null"] for row in found["rows"][:3]] == [False, False, True]
    assert found["rows"][0]["ks"] == [0, 1, 2]
    assert "Figure 6" in found["claim"]
    assert "InterIR less DeepSN-Net: silhouette" in found["claim"]


def test_claim_follows_the_figures(opened):
    """Above zero in all measures it holds, below zero it is the other way round, else it is open."""
    facts = {name: member.facts for name, member in opened.bank.members.items()}
    above, below, open_ = ([0.2, 0.1, 0.3], [-0.2, -0.3, -0.1], [0.1, -0.1, 0.3])
    for values, words in ((above, "does hold"), (below, "other way round"), (open_, "is not settled")):
        interval = readings.Interval(*values)
        measures = {name: [interval, interval] for name in ("silhouette", "purity", "accuracy")}
        text = readings.claim(readings.Contrast("ours", "theirs", "x", [0, 1], measures), facts)
        assert words in text
        assert ("leads from k = 0 on" in text) == (values is above)


def test_items_as_csv(client):
    """The chosen items on both maps, one row each."""
    asked = {
        "maps": [question(method="PCA"), question(method="PCA", network="theirs")],
        "k": 2,
        "items": [0, 9],
    }
    answer = client.post("/lens/atlas/items.csv", json=asked)
    rows = answer.text.splitlines()
    assert answer.status_code == 200
    assert rows[0].startswith("network,photo,rendition,haze")
    assert [row.split(",")[:3] for row in rows[1:]] == [
        ["ours", "photo0", "clean"], ["ours", "photo1", RENDITIONS[1]],
        ["theirs", "photo0", "clean"], ["theirs", "photo1", RENDITIONS[1]],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "query", "sentence"),
    [
        ("journey.ndjson", question(method="MDS"), "no method is called 'MDS'"),
        (
            "journey.ndjson",
            question(method="t-SNE", perplexity="many"),
            "perplexity is 'many'; it must be a number",
        ),
        ("star.ndjson", question(method="PCA", run="gone"), "no longer kept"),
        ("verdict.json", {"network": "nobody", "source": "x", "k": 0}, "the bank has no network 'nobody'"),
        ("picture/99.webp", {}, ""),
    ],
)
def test_mistakes_are_sentences(client, run, path, query, sentence):
    """404 and a sentence, not a trace."""
    assert sentence in get(client, path, 404, **{"run": run.id, **query}).text


def test_problem_on_the_way_ends_the_stream(client):
    """What only computing shows comes as the last line."""
    *_, last = lines(client, "journey.ndjson", **question(method="t-SNE", perplexity=90))
    assert "perplexity is 90" in last["problem"]


def test_without_a_bank(tmp_path):
    """Every address says how to make one."""
    client = TestClient(Starlette(routes=[Mount("/lens", routes=[atlas_routes.mount(None)])]))
    answer = client.get("/lens/atlas/about.json")
    assert (answer.status_code, "python -m analysis.embedding" in answer.text) == (404, True)


def test_photos_that_are_elsewhere(built, desk):  # noqa: F811
    """Without the photos' folder there is no picture and nothing to open, and it is said."""
    alone = atlas.Atlas(built / "bank.npz", desk)
    assert not any(alone.about()["files"])
    with pytest.raises(LookupError, match="name its folder with --photos"):
        alone.open(0, "ours")


def test_weights_that_are_elsewhere(built, run):  # noqa: F811
    """A photo cannot be placed by a network that is not loaded; the digest says which."""
    other = Desk(Networks("cpu", []), RunStore(), "cpu")
    alone = atlas.Atlas(built / "bank.npz", other)
    digest = weights.digest(built / "theirs.safetensors")
    with pytest.raises(atlas.BankError, match=digest):
        alone.verdict("theirs", "x", 0, run)


@pytest.mark.parametrize(
    ("size", "expected"), [((300, 400), (256, 256)), ((100, 300), (100, 256)), ((7, 9), (7, 9))]
)
def test_middle_square(size, expected):
    """The middle 256 x 256 pixels, or what there is of them."""
    image = torch.arange(size[0] * size[1]).reshape(1, 1, *size)
    found = atlas.middle(image, 256)
    assert found.shape[-2:] == expected
    top, left = ((n - m) // 2 for n, m in zip(size, expected, strict=True))
    assert found[0, 0, 0, 0] == image[0, 0, top, left]
