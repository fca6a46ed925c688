"""What a run can be asked for: arrays over k, as the pages draw them.

Every function takes a `Run` and returns an array whose first axis is k = 0..N, or plain
values for JSON. Nothing is computed before it is asked for.
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from analysis import views
from analysis.arithmetic import weighted_sum
from analysis.digest import MaskSummary, Norms, rerun
from analysis.figures import words
from analysis.spectra import Spectrum, spectrum
from interir import ExplainableConv2d, State, degrade

from . import photos
from .photos import Example
from .runs import Run, Subject

OPERATORS = ("a1", "a2")


def change(run: Run) -> Tensor:
    """x̂_k - x̂_{k-1}, mean of R, G and B, ``(K, H, W)``; the first is x̂_0 - y."""
    return views.change(run.subject.image, run.digests)


def error(run: Run) -> Tensor:
    """x̂_k - clean, mean of R, G and B, ``(K, H, W)``; raises `LookupError` without a clean photo."""
    clean = run.subject.clean
    if clean is None:
        raise LookupError("there is no clean photo to compare with")
    return views.error(clean, run.digests)


def operator(run: Run, which: str, channel: int) -> Tensor:
    """A1 or A2 in one channel, ``(K, n, n)``."""
    return views.operator(run.digests, which, channel)


def operator_overview(run: Run, which: str) -> Tensor:
    """A1 or A2 in all channels, area-averaged to thumbnails, ``(K, c, n, n)``."""
    return views.thumbnails(run.digests, which)


def spectra(run: Run, which: str) -> dict[str, Any]:
    """Singular values and effective rank over k, as quantiles over channels and for each."""
    if not run.network.model.has_operators:
        raise LookupError("this network has no operators: A1 = A2 = I")
    found: list[Spectrum] = [spectrum(getattr(digest.state, which)[0]) for digest in run.digests]
    return {
        "reference": found[0].reference,
        "quantiles": [rounded(s.quantiles) for s in found],
        "values": [rounded(s.values) for s in found],
        "rank": [rounded(s.effective_rank) for s in found],
    }


def degraded_features(run: Run, channel: int) -> Tensor:
    """(A1 x_k A2) in one channel, ``(K, h, w)``: what the operators make of the estimate."""
    return views.degraded_features(run.digests, channel)


def state_features(run: Run, field: str, channel: int) -> Tensor:
    """x_k or the multiplier in one channel, ``(K, h, w)``."""
    return views.state_features(run.digests, field, channel)


def observed_features(run: Run, channel: int) -> Tensor:
    """y in one channel, the same at every k: ``(1, h, w)``."""
    return views.observed_features(run.observation, channel)


def modules(run: Run) -> list[str]:
    """Names of the explainable convolutions of an iteration, in the order they run."""
    return max(([c.name for c in digest.convolutions] for digest in run.digests), key=len)


def convolution(run: Run, k: int, module: int) -> MaskSummary | None:
    """A module's explainable convolution at iteration k, or None where it does not run."""
    found = run.digests[k].convolutions
    return found[module] if module < len(found) else None


def masks(run: Run, module: int, channel: int) -> NDArray[np.uint8]:
    """The mask of one channel, ``(K, h, w)``, 255 where the module does not run."""
    found = [convolution(run, k, module) for k in range(run.depth + 1)]
    size = next((c.size for c in found if c is not None), None)
    if size is None:
        raise LookupError(f"there is no module {module}")
    missing = np.full(size, 255, dtype=np.uint8)
    return np.stack([missing if c is None else c.mask(channel) for c in found])


def convolutions(run: Run) -> dict[str, Any]:
    """Occupancy and strength of modulation of every module at every k, and in every channel."""
    stages = range(run.depth + 1)
    table = [[convolution(run, k, m) for k in stages] for m in range(len(modules(run)))]
    return {
        "modules": modules(run),
        "channels": [max((len(c.occupancy) for c in row if c), default=0) for row in table],
        "occupancy": [[c and rounded(c.occupancy) for c in row] for row in table],
        "strength": [[c and rounded(strength(c)) for c in row] for row in table],
        "pooled": [[c and rounded(c.pooled) for c in row] for row in table],
        "modulation": [[c and rounded(c.modulation) for c in row] for row in table],
        "kernel": [[c and rounded(c.kernel[:, 0]) for c in row] for row in table],
    }


def manifest(run: Run) -> dict[str, Any]:
    """What the browser is told of a run; everything larger it fetches when it is looked at."""
    x, subject = run.digests[0].state.x, run.subject
    scores: dict[str, Any] = {key: [finite(v) for v in values] for key, values in run.scores.items()}
    scores |= {f"input{key.title()}": finite(value) for key, value in run.input_scores.items()}
    every = [digest.norms for digest in run.digests]
    return {
        "id": run.id,
        "family": run.network.model.title,
        "name": run.network.name,
        "weights": run.network.digest,
        "title": subject.title,
        "photo": photographed(subject),
        "depth": run.depth,
        "size": list(subject.image.shape[-2:]),
        "channels": x.shape[1],
        "clean": subject.clean is not None,
        "operators": run.network.model.has_operators,
        "modules": modules(run),
        "symbols": {field.name: field.metadata["symbol"] for field in fields(State)},
        "norms": {name: [getattr(norms, name) for norms in every] for name in Norms.__slots__},
        **scores,
    }


def photographed(subject: Subject) -> str:
    """The photo in a caption: its name, its credit where its licence asks for one, levels and seed."""
    example, levels = origin(subject), subject.levels
    credit = "" if example is None else words.credited(example.credit, example.licence)
    strengths = {name: levels[name] for name in degrade.NAMES.values() if name in levels}
    seed = int(levels["seed"]) if "seed" in levels else None
    return words.photographed(subject.title, credit, strengths, seed)


def origin(subject: Subject) -> Example | None:
    """The bundled photo that is restored or was degraded, where it is one."""
    photo = subject.image if subject.clean is None else subject.clean
    alike = (example for example in photos.examples() if example.path.stem == subject.title)
    return next((e for e in alike if torch.equal(photos.read(e.path).image, photo)), None)


def finite(value: float) -> float | None:
    """The value, or None where there is none to show: SSIM of tiny photos, PSNR of equal ones."""
    return value if math.isfinite(value) else None


def strength(summary: MaskSummary) -> NDArray[np.float32]:
    """How far the modulation is from uniform: the largest of abs(k²α - 1), per channel."""
    factors = summary.modulation
    uniform = factors.mean(axis=(-2, -1), keepdims=True)
    peak: NDArray[np.float32] = np.abs(factors / uniform - 1).max(axis=(-2, -1))
    return peak


def arithmetic(run: Run, k: int, module: int, channel: int, row: int, column: int) -> dict[str, Any]:
    """The weighted sum behind one output, as numbers; iteration k is run again for it."""
    if not 1 <= k <= run.depth or convolution(run, k, module) is None:
        raise LookupError(f"this module does not run at k = {k}")
    iteration = rerun(run.network.model, run.observation, run.digests[k - 1].state, k)
    record = iteration.convolutions[module]
    convs = (m for m in run.network.model.modules() if isinstance(m, ExplainableConv2d))
    conv = next(m for m in convs if m.weight is record.kernel)
    found = weighted_sum(conv, record, channel, row, column)
    parts = ("patch", "kernel", "modulation", "modulated")
    grids = {name: rounded(getattr(found, name)) for name in parts}
    numbers = {name: getattr(found, name) for name in ("bias", "threshold", "output", "total")}
    return grids | numbers


def rounded(values: Tensor | NDArray[np.float32], digits: int = 5) -> Any:
    """Nested lists with as many digits as are shown."""
    array = values.detach().cpu().numpy() if isinstance(values, Tensor) else values
    return np.round(array.astype(np.float64), digits).tolist()
