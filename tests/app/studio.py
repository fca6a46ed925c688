"""A studio over tiny networks of files, and runs to make figures of."""

import torch

import interir
from app.figures import Studio
from app.jobs import Desk, degraded
from app.networks import Networks
from app.photos import Photo
from app.runs import Subject, finish
from app.store import RunStore
from tests.app.conftest import TINY
from tests.helpers import photo, randomise

LEVELS = {"haze": 30, "rain": 60, "noise": 10, "seed": 4}
HARD = "50% & more_$x$ 雨天"


def save_networks(folder):
    """Weights of two tiny networks as files of one's own."""
    made = []
    for name, key in (("ours", "interir"), ("theirs", "deepsn-small")):
        configuration, overrides = TINY[key]
        with torch.random.fork_rng():
            network = randomise(interir.create(configuration, **overrides).eval(), seed=1)
        made.append(folder / f"{name}.safetensors")
        interir.save(network, made[-1])
    return made


def make_desk(files):
    """A desk where these networks can be chosen, and the shipped ones."""
    return Desk(Networks("cpu", list(files)), RunStore(), "cpu")


def make_studio(desk):
    """A studio that was given no files."""
    return Studio(desk, {})


def own_photo(height=37, width=50, title=HARD):
    """A photo of somebody's own, of 8 bits."""
    image = (photo(height, width, dtype=torch.float32) * 255).round() / 255
    return Photo(image, title)


def kept(desk, subject, network="ours"):
    """A run of a subject, in the store."""
    run = finish(desk.networks.get(network), subject, "cpu")
    desk.store.put(run, "ann")
    return run


def kept_degraded(desk, given=None, network="ours"):
    """A run of a photo degraded as the form does it."""
    return kept(desk, degraded(given or own_photo(), **LEVELS), network)


def kept_as_is(desk, given=None):
    """A run of a photo that came degraded."""
    given = given or own_photo()
    return kept(desk, Subject(given.image, None, given.title))
