"""One small composition of every kind that is drawn, made of numbers alone."""

from dataclasses import asdict

import numpy as np

from analysis.embedding import bank as banks
from analysis.embedding import scores
from analysis.embedding.bank import Bank, Basis, Embedded, Member, rounded
from analysis.embedding.build import TRAINED
from analysis.embedding.layout import PRESENT
from analysis.embedding.maps import TSNE
from analysis.figures.board import Board
from analysis.figures.books import Books
from analysis.figures.chart import ChartRecipe
from analysis.figures.convolutions import Convolutions, Row
from analysis.figures.curves import Curves
from analysis.figures.grid import Case, Grid
from analysis.figures.heat import Heat
from analysis.figures.maps import Map, Maps
from analysis.figures.operators import Operators
from analysis.figures.panel import Shown
from analysis.figures.pictures import Crop
from analysis.figures.shown import VIEWS, Found
from analysis.figures.strip import Panel, Strip
from analysis.interventions.effects import Cell
from interir.bootstrap import Interval
from interir.degrade import COMBINATIONS
from tests.embedding.support import Q, planted

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 48, 72
CROP = Crop(10, 20, 18, 12)


def pixels():
    """A photo with more than 256 colours: fewer, and a PDF stores a palette."""
    return RNG.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def strip(stages=16):
    labels = ["input $y$", *(f"$k = {k}$" for k in range(stages + 1)), "clean"]
    panels = tuple(
        Panel(label, pixels(), None if label == "clean" else 20 + i) for i, label in enumerate(labels)
    )
    return Strip(panels, (CROP,), 4.0, stages, "a network")


def grid(across=False):
    methods = ("input $y$", "DeepSN-Net", "InterIR", "clean")
    cases = tuple(
        Case(name, photo, tuple(Panel("", pixels(), 20.0) for _ in methods), (CROP,), f"{photo} under {name}")
        for photo in ("50% & more_", "雨")
        for name in ("H+R+N", "R")
    )
    return Grid(methods, cases, across, 4.0, "two networks")


def operators():
    ks = (0, 4, 8, 12, 16)
    matrices = tuple(tuple(RNG.normal(size=(n, n)) / n for _ in ks) for n in (12, 18))
    values = tuple(tuple(np.linspace(1, 1e-3, n) for _ in ks) for n in (12, 18))
    return Operators(ks, matrices, values, RNG.uniform(1, 12, (2, 17, 3)).cumsum(axis=2), "a network")


def convolutions():
    rows = tuple(
        Row(
            k,
            RNG.random((12, 18)) > 0.5,
            RNG.random((3, 3)),
            1 + RNG.normal(size=(3, 3)) / 10,
            RNG.normal(size=(3, 3)),
        )
        for k in (1, 8, 16)
    )
    return Convolutions(pixels(), (HEIGHT, WIDTH), rows, "a module")


def books():
    ks = np.array([0, *np.repeat(np.arange(1, 17), 2)])
    terms = ("start", *["operator", "prior"] * 16)
    removed = {name: RNG.normal(size=33) / 9 for name in ("rain", "haze", "noise")}
    return Books(ks, terms, RNG.normal(size=33), removed, "a network")


def curves():
    gains = {name: [RNG.normal(size=(5, n)) for n in (17, 7)] for name in ("H+R+N", "H", "R", "N")}
    return Curves(("InterIR", "DeepSN-Net"), gains, 5, 128, "two networks")


def heat():
    def cell(label, name, i):
        mean = float(RNG.normal() * 10.0 ** (i % 3 - 1))
        return Cell(label, name, 12, Interval(mean, mean - 0.2, mean + 0.2), float("nan"))

    labels = ["uniform", "identity-operators", "gain=W2:-1.0", *(f"skip@{k}" for k in range(1, 17))]
    return Heat(
        tuple(cell(label, name, i) for label in labels for i, name in enumerate([*COMBINATIONS, "mean"])),
        "12 photos",
    )


def maps():
    score = Interval(0.5, 0.4, 0.6)
    found = {"silhouette": score, "purity": score}
    shown = tuple(
        Map(title, k, RNG.normal(size=(40, 2)), found) for title, k in (("InterIR", 16), ("DeepSN-Net", 6))
    )
    over = {
        "interir-small": 17,
        "deepsn-small": 7,
        "interir-small, untrained": 17,
        "deepsn-small, untrained": 7,
    }
    lines = {name: (list(range(n)), [score] * n) for name, n in over.items()}
    return Maps(shown, {"pixels": ([], [score]), **lines}, "purity", "t-SNE", "five photos")


CHART = {
    "name": "PSNR and SSIM, 50%",
    "lines": [
        {"name": "PSNR", "values": [20.0, 24.0, 25.0], "best": 2},
        {"name": "SSIM", "values": [0.5, None, 0.7], "right": True},
        {"name": "interval", "values": [21.0, 22.0], "upto": [23.0, 24.0], "first": 1},
        {"name": "A₁ of x_k", "values": [22.0, 23.0], "first": 1, "marked": False},
        {"name": "", "values": [20.0, 20.0, 20.0], "guide": True},
    ],
    "y": "PSNR / dB",
    "y2": "SSIM",
    "mark": 2,
    "about": "InterIR on _a, λ",
}


def panel(what="change"):
    photo = not VIEWS[what].labels
    values = pixels() if photo else RNG.normal(size=(HEIGHT, WIDTH)) / 30
    found = Found(values, metric="24.53 dB" if photo else "−1.25 dB")
    return Shown(VIEWS[what], found, 16, (-0.05, 0.05), Crop(0, 0, WIDTH, HEIGHT), 1.0, "a network", True)


def chart():
    return ChartRecipe(**{**CHART, "lines": tuple(CHART["lines"])}).gather(None)


def board(columns=2):
    return Board((panel("estimate"), panel(), chart(), panel("a1")), columns)


_ALL = (strip, grid, operators, convolutions, books, curves, heat, maps, panel, chart, board)
DRAWINGS = {make.__name__: make for make in _ALL}


def save_bank(folder):
    """A bank of four photos in one network over k = 0..2, and its scores; the points of its maps."""
    ks, photos, depth = range(3), 4, 2
    grids = np.stack([planted(photos, apart=float(1 + 5 * k), seed=k) for k in ks])
    basis = Basis(np.zeros(grids.shape[-1], np.float32), np.eye(grids.shape[-1], dtype=np.float32), 1.0)
    facts = {
        "name": "ours",
        "title": "InterIR",
        "role": TRAINED,
        "digest": "abc",
        "depth": depth,
        "sources": {"x": 0},
    }
    points = rounded(RNG.normal(size=(len(ks), photos * Q, 2)))
    psnr, levels = np.full((photos, Q), 20.0), RNG.uniform(0, 50, (photos, Q, 3)) * PRESENT
    member = Member(facts, psnr, {"x": Embedded.of(basis, grids, 0)}, points)
    manifest = {
        "data": "some_photos",
        "source": "",
        "seed": 0,
        "networks": [facts],
        "tsne": asdict(TSNE(perplexity=5)),
    }
    bank = Bank(manifest, tuple("abcd"), levels, psnr, grids[0], {"ours": member})
    banks.save(bank, folder / "bank.npz")
    rows = [
        scores.Scores(
            name, source, k, scores.FEATURE_SPACE, shuffled, scores.measure(grid, levels, resamples=2)
        )
        for name, source, k, shuffled, grid in (
            ("pixels", "pixels", None, False, grids[0]),
            *(("ours", "x", k, False, grids[k]) for k in ks),
            ("ours", "x", 2, True, scores.shuffled(grids[2])),
        )
    ]
    scores.save(rows, folder / "bank.json", {})
    return points, rows
