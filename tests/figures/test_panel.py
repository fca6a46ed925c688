"""Panels: what is drawn is what the run has, at the k, channel, colours and zoom asked for."""

import io

import numpy as np
import pytest
import torch
from pypdf import PdfReader

from analysis import bound, lens, views
from analysis.digest import follow
from analysis.figures.errors import FigureError
from analysis.figures.export import export
from analysis.figures.inputs import Inputs
from analysis.figures.manifest import order, read
from analysis.figures.panel import PanelRecipe
from analysis.figures.presets import PRESETS
from analysis.figures.shown import VIEWS
from analysis.ledger import ledger
from interir import testsets
from interir.data import to_bytes
from interir.degrade import degrade, uniform_levels

LEVELS = {"haze": 60.0, "rain": 90.0, "noise": 10.0, "seed": 3}
ON = {"photo": "photo0.png", "weights": "ours.safetensors", **LEVELS}
PAGE = PRESETS["cvpr-column"]


@pytest.fixture(scope="module")
def inputs(folder):
    return Inputs([folder])


@pytest.fixture(scope="module", autouse=True)
def tuned(inputs, tmp_path_factory):
    """A lens of the network as if it came with it: another map at every k."""
    folder, subject = tmp_path_factory.mktemp("why"), inputs.network("ours.safetensors")
    width, depth = 8, subject.model.depth
    steps = torch.arange(1, depth + 1)[:, None] / 64
    made = lens.TunedLens(steps[..., None] * torch.eye(width), steps.expand(depth, width))
    lens.save(made, folder / "lens-ours.safetensors", {"weights": subject.digest})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound, "SHIPPED", folder)
        yield


@pytest.fixture(scope="module")
def run(inputs, folder):
    """The degraded photo, the clean one, the network, and what is kept of its run."""
    clean = testsets.read(folder / "photo0.png")
    levels = uniform_levels(clean, haze=60, rain=90, noise=10)
    image = testsets.eight_bits(degrade(clean, levels, generator=torch.Generator().manual_seed(3)).image)
    network = inputs.network("ours.safetensors").model
    with torch.inference_mode():
        digests = [digest for _, digest in follow(network, image)]
    return image, clean, network, digests


def module_of(run):
    """A module that runs at k = 1."""
    return run[3][1].convolutions[0].name


def gathered(inputs, run, what, **more):
    """A panel at k = 1 of channel 2."""
    extra = {"module": module_of(run), "do": "skip@1", **more}
    return PanelRecipe(**{**ON, "k": 1, "channel": 2, "what": what, **extra}).gather(inputs)


def pixels_of(image):
    return to_bytes(image[0]).permute(1, 2, 0).numpy()


@torch.inference_mode()
def test_values_are_the_runs(inputs, run):
    """Every picture, map and matrix, entry by entry."""
    image, clean, network, digests = run
    one = digests[1]
    books = ledger(network, image)
    translated = network.decode(one.state.x * (1 + 2 / 64) + 2 / 64, network.init(image)[0])
    expected = {
        "input": pixels_of(image),
        "clean": pixels_of(clean),
        "estimate": pixels_of(one.estimate),
        "tuned": pixels_of(translated),
        "lens-gap": (translated - one.estimate).mean(dim=1)[0],
        "change": (one.estimate - digests[0].estimate).mean(dim=1)[0],
        "error": (one.estimate - clean).mean(dim=1)[0],
        "a1": one.state.a1[0, 2],
        "a2": one.state.a2[0, 2],
        "degraded": one.state.a1[0, 2] @ one.state.x[0, 2] @ one.state.a2[0, 2],
        "x": one.state.x[0, 2],
        "multiplier": one.state.multiplier[0, 2],
        "observed": network.init(image)[0].features[0, 2],
        "operator-term": books.contributions[1].image.mean(dim=1)[0],
        "prior-term": books.contributions[2].image.mean(dim=1)[0],
    }
    for what, wanted in expected.items():
        found = gathered(inputs, run, what).arrays()["values"]
        np.testing.assert_allclose(found, np.asarray(wanted), atol=1e-5, err_msg=what)
    mask = gathered(inputs, run, "mask").arrays()
    assert np.array_equal(mask["mask"], one.convolutions[0].mask(2))
    done = {name: gathered(inputs, run, name).arrays()["values"] for name in ("do-image", "do-difference")}
    assert done["do-image"].shape == (*image.shape[-2:], 3)
    assert np.abs(done["do-difference"]).max() > 1e-4
    assert set(VIEWS) == {*expected, "mask", *done, "overview-a1", "overview-a2"}


def test_overview_has_every_channel_in_its_place(inputs, run):
    """Thumbnail i is in row i // columns, column i % columns; the frame is around the channel."""
    state, side = run[3][1].state, views.THUMBNAIL
    panel = gathered(inputs, run, "overview-a1")
    values, frame = panel.found.values, panel.found.frame
    columns = values.shape[1] // (side + 1)
    thumbnails = torch.nn.functional.adaptive_avg_pool2d(state.a1, side)[0]
    for i, thumbnail in enumerate(thumbnails):
        top, left = ((side + 1) * place for place in divmod(i, columns))
        assert np.array_equal(values[top : top + side, left : left + side], thumbnail)
    assert np.array_equal(frame.of(values), thumbnails[2])
    assert columns == int(np.ceil(len(thumbnails) ** 0.5))


def test_start_of_the_ledger(inputs, run):
    """At k = 0 both terms show the start, x̂_0 - y."""
    image, _, _, digests = run
    wanted = (digests[0].estimate - image).mean(dim=1)[0]
    for what in ("operator-term", "prior-term", "change"):
        found = gathered(inputs, run, what, k=0).arrays()["values"]
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_lenses_agree_at_the_end(inputs, run):
    """At k = N the tuned lens is the raw one; what it was is an input of the figure."""
    gap = gathered(inputs, run, "lens-gap", k=-1).arrays()["values"]
    assert not gap.any()
    assert "lens-ours.safetensors" in inputs.hashes()


def test_a_lens_of_other_weights_is_refused(inputs, run, tmp_path, monkeypatch):
    """A sentence, and not a photo that means nothing."""
    made, _ = lens.load(bound.SHIPPED / "lens-ours.safetensors", inputs.network("ours.safetensors").digest)
    lens.save(made, tmp_path / "lens-ours.safetensors", {"weights": "others"})
    monkeypatch.setattr(bound, "SHIPPED", tmp_path)
    with pytest.raises(FigureError, match="was made on weights others"):
        gathered(inputs, run, "tuned")


def images(panel, preset=PAGE):
    page = PdfReader(io.BytesIO(panel.files(preset, ("pdf",))["pdf"])).pages[0]
    return page, [np.array(image.image.convert("RGB"))[::-1] for image in page.images]


def test_photos_in_the_pdf_are_the_runs_pixels(inputs, run):
    """Whole, and the part that is zoomed in on: as they are, unscaled."""
    wanted = pixels_of(run[3][1].estimate)
    page, (whole,) = images(gathered(inputs, run, "estimate"))
    assert np.array_equal(whole, wanted)
    assert float(page.mediabox.width) == pytest.approx(72 * PAGE.width, abs=0.01)
    panel = gathered(inputs, run, "estimate", zoom=2.0, x=0.9, y=0.5)
    _, (part,) = images(panel)
    height, width = wanted.shape[:2]
    x, y, across, down = panel.arrays()["window"]
    assert (x + across, across, y, down) == (width, width // 2, height // 4, height // 2)
    assert np.array_equal(part, wanted[y : y + down, x : x + across])


def test_colours_are_those_on_screen(inputs, run):
    """Limits as asked for; else the scale's own, symmetric, with a hundredth of the values beyond."""
    panel = gathered(inputs, run, "change", low=-0.125, high=0.125)
    shown = panel.figure(PAGE).axes[0].images[0]
    assert shown.get_clim() == (-0.125, 0.125)
    assert panel.arrays()["limits"].tolist() == [-0.125, 0.125]
    low, high = gathered(inputs, run, "change").limits
    values = gathered(inputs, run, "change").found.values
    assert low == -high
    assert 0 < (np.abs(values) > high).mean() <= 0.0101


def test_captions_say_what_and_of_what(inputs, run):
    """The equation, where, when; the network's hash and the photo's levels."""
    caption = gathered(inputs, run, "a1", zoom=4.0).caption()
    digest = inputs.weights["ours.safetensors"]
    for words in ("$A_1$", "channel 2 of", "at $k = 1$", "magnified 4 times", digest, "haze 60, rain 90"):
        assert words in caption
    plain = gathered(inputs, run, "input").caption()
    assert plain.startswith("The input $y$: ``photo0''")
    assert digest not in plain


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"what": "soul"}, "'soul' is nothing to show"),
        ({"what": "estimate", "k": 99}, "iteration 99"),
        ({"what": "a1", "channel": 999}, "channel 999"),
        ({"what": "mask", "module": "nose"}, "no explainable convolution 'nose'"),
        ({"what": "a1", "weights": "theirs.safetensors"}, "has no operators"),
        ({"what": "error", "haze": 0.0, "rain": 0.0, "noise": 0.0}, "no clean photo"),
        ({"what": "do-image", "do": "pie"}, "pie"),
        ({"what": "tuned", "weights": "theirs.safetensors"}, "no tuned lens comes with theirs"),
        ({"what": "change", "low": 1.0, "high": -1.0}, "from low to high"),
    ],
)
def test_refusals(inputs, more, words):
    """Sentences for what cannot be shown."""
    with pytest.raises(FigureError, match=words):
        PanelRecipe(**{**ON, "k": 1, **more}).gather(inputs)


def test_manifests_make_the_same_bytes(folder, tmp_path):
    """Written, read back and carried out again."""
    shown = {"what": "change", "k": 1, "zoom": 3, "low": -0.1, "high": 0.1}
    parameters = {**ON, "photo": str(folder / "photo0.png"), **shown}
    first = export(order("panel", parameters, "eccv", ("pdf", "svg", "png")), Inputs([folder]))
    (name,) = [name for name in first if name.endswith(".json")]
    assert name.startswith("panel-change-k01-photo0")
    (tmp_path / name).write_bytes(first[name])
    assert export(read(tmp_path / name)[0], Inputs([folder])) == first
