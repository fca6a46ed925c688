"""Which pixels, iterations and degradations made a region of the photo on screen; line by line."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from analysis.attribution import causal, gradients, occlusion, paths, players, quality, stages
from analysis.attribution.maps import Attribution
from analysis.attribution.objectives import Function, Objective
from analysis.attribution.report import borrowed
from interir.degrade import Degraded, Layers
from interir.shapes import Image

from .. import photos
from ..answers import Line, written
from ..products import finite
from ..runs import Run
from .asked import BLUR, CHECKS, SHAKEN, Asked
from .working import followed, here, sample

PREVIEW = 128
"""Longest side of a map that is not complete yet, in places."""


def explained(run: Run, text: str) -> Iterator[Line]:
    """What a text asks (`Asked.parse`), as it grows; its last line has the numbers to judge it by."""
    asked = Asked.parse(text)
    return followed(run, f"attribution {asked}", lambda: _explained(run, asked))


def _explained(run: Run, asked: Asked) -> Iterator[Line]:
    objective = asked.objective(run)
    ways = {"cem": _causal, "moves": _moves, "conductance": _conductance, "shapley": _shapley}
    return ways.get(asked.method, _credited)(run, asked, objective)


def _credited(run: Run, asked: Asked, objective: Objective) -> Iterator[Line]:
    """The methods that give credit to pixels, and two checks of the map."""
    image, function = here(run, run.subject.image), objective.of(run.network.model)
    baseline = _baseline(run, asked)
    checks = CHECKS + (SHAKEN if asked.method == "saliency" else 0)
    for found in _grown(function, image, baseline, asked):
        yield _line(found.done, found.steps + checks, map=_packed(_small(found.signed)))
    numbers = _numbers(found)
    for done, checked in enumerate(_checked(function, image, baseline, found), found.done + 1):
        numbers |= checked
        yield _line(done, found.steps + checks)
    yield _line(1, 1, map=_packed(found.signed[None]), numbers=numbers)


def _grown(function: Function, image: Image, baseline: Image, asked: Asked) -> Iterator[Attribution]:
    if asked.method == "saliency":
        return iter([gradients.saliency(function, image)])
    if asked.method == "occlusion":
        return occlusion.occlusion(function, image, baseline, asked.effort)
    way = paths.focusing if asked.method == "lam" else None
    path = way(image, asked.effort) if way else paths.straight(baseline, image, asked.effort)
    return gradients.along(function, path, asked.method)


def _baseline(run: Run, asked: Asked) -> Image:
    image, clean = here(run, run.subject.image), run.subject.clean
    if asked.method == "lam" or asked.baseline == BLUR or clean is None:
        return paths.blurred(image)
    return here(run, clean)


def _numbers(found: Attribution) -> dict[str, float | None]:
    numbers = {"change": found.change, "completeness gap": found.gap}
    if found.method == "lam":
        numbers["Diffusion Index"] = found.diffusion
    return {name: finite(value) for name, value in numbers.items()}


def _checked(
    function: Function, image: Image, baseline: Image, found: Attribution
) -> Iterator[dict[str, float | None]]:
    """Infidelity of every map, and the sensitivity of a slope, whose explanation is one run."""
    for judged in quality.infidelity(function, image, baseline, found, samples=CHECKS):
        yield {"infidelity": finite(judged.value)}
    if found.slope:

        def again(moved: Image) -> Image:
            return gradients.saliency(function, moved).values

        for judged in quality.sensitivity(again, image, found.values, samples=SHAKEN):
            yield {"sensitivity": finite(judged.value)}


def _causal(run: Run, asked: Asked, objective: Objective) -> Iterator[Line]:
    """dB that each square gives the region."""
    others = [photo.path for photo in photos.examples() if photo.title != run.subject.title]
    squares = here(run, borrowed(others, causal.FIRST, asked.effort))
    drawn = _there(run, sample(run))
    steps = causal.causal_effects(run.network.model, drawn, asked.region, squares, block=asked.effort)
    for done, found in enumerate(steps, 1):
        yield _line(done, found.values.numel(), map=_packed(found.values.nan_to_num(0)[None]))
    helps, harms, neither = found.counts
    numbers = {"PSNR of the region / dB": found.psnr, "help": helps, "harm": harms, "do neither": neither}
    grown = found.values.repeat_interleave(asked.effort, 0).repeat_interleave(asked.effort, 1)
    height, width = run.subject.image.shape[-2:]
    yield _line(1, 1, map=_packed(grown[None, :height, :width]), numbers=numbers)


def _moves(run: Run, asked: Asked, objective: Objective) -> Iterator[Line]:
    """What each iteration added."""
    found = stages.moves(run.network.model, here(run, run.subject.image), objective)
    numbers = {"at k = 0": found.first, "at k = N": found.last, "completeness gap": finite(found.gap)}
    curves = {"added": found.totals.tolist()}
    yield _line(1, 1, map=_packed(_from_one(found.values)), first=1, curves=curves, numbers=numbers)


def _conductance(run: Run, asked: Asked, objective: Objective) -> Iterator[Line]:
    """What passed the states of each iteration on the way from the baseline."""
    path = paths.straight(_baseline(run, asked), here(run, run.subject.image), asked.effort)
    for found in stages.conductance(run.network.model, path, objective):
        curves = {name: amounts.tolist() for name, amounts in found.values.items()}
        curves["past the state, through y"] = found.by.tolist()
        yield _line(found.done, found.steps, curves=curves)
    yield _line(1, 1, map=_packed(found.maps), curves=curves, numbers={"change": found.change})


def _shapley(run: Run, asked: Asked, objective: Objective) -> Iterator[Line]:
    """What rain, haze and noise each cost, by all their mixtures."""
    drawn, found = _there(run, sample(run)), []
    for mixture in players.mixtures(objective.of(run.network.model), drawn):
        found.append(mixture)
        yield _line(len(found), 2 ** len(players.KINDS))
    shares = players.shares(found)
    rows = [[name, shares.shapley[name], shares.ablation[name]] for name in shares.shapley]
    numbers = {mixture.name or "clean": mixture.value for mixture in found}
    yield _line(1, 1, rows=rows, numbers=numbers)


def _there(run: Run, drawn: Degraded) -> Degraded:
    """A degraded photo with all its layers where the network is."""
    layers = Layers(*(here(run, getattr(drawn.layers, name)) for name in Layers.__slots__))
    return Degraded(here(run, drawn.image), here(run, drawn.clean), layers, drawn.levels)


def _line(done: int, of: int, **found: Any) -> Line:
    return {"done": done, "of": of, **found}


def _small(values: Tensor) -> Tensor:
    """A map that travels while it grows, pooled to `PREVIEW` places."""
    factor = -(-max(values.shape) // PREVIEW)
    return F.avg_pool2d(values[None], factor, ceil_mode=True) if factor > 1 else values[None]


def _from_one(values: Tensor) -> Tensor:
    """Maps of k = 1..N with nothing at k = 0."""
    return torch.cat((torch.zeros_like(values[:1]), values))


def _packed(values: Tensor) -> str:
    """A .npy file as text: a map inside a line of JSON."""
    return base64.b64encode(written(values.detach().float().cpu())).decode()
