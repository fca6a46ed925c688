"""PSNR and SSIM of networks and of other methods, in tables like the paper's Tables 1 to 3.

    python -m interir.evaluate --weights interir-small deepsn-small --data PHOTOS
    python -m interir.evaluate --weights interir-small --y-channel --pairs Rain100L/rain Rain100L/norain
    python -m interir.evaluate --data PHOTOS --export DEGRADED
    python -m interir.evaluate --weights interir-small --data PHOTOS --restored Restormer=THEIRS

--data degrades each clean photo by the seven combinations: photo i under combination j with the
seed 1000 i + j, at levels uniform over Table 6. --pairs (again for each benchmark) matches
degraded and clean files by the rule in `interir.pairs`. Photos keep their size.

Every row is scored as 8-bit files are: inputs are rounded before a network sees them, and so is
what it returns. The files of another method, made from the PNGs that --export writes and called
like them, therefore stand in the same table on the same terms.

Equal photos count as 100 dB, and no PSNR as more: one infinite value would swallow a mean.

The first method is compared with each other one: the mean difference, and its 95 % interval by
a paired bootstrap over photos (2000 resamples).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from functools import partial
from pathlib import Path

import torch

from . import metrics, testsets
from .bootstrap import differences
from .scores import CEILING, Table
from .scores import INPUT as INPUT
from .scores import Score as Score
from .scores import means as means
from .shapes import Image
from .tables import as_text as as_text
from .testsets import Case
from .testsets import degraded_photos as degraded_photos
from .unfolding import UnfoldedNetwork

Method = Callable[[Case, Image], Image]
"""What restores a case's degraded photo; a network looks at the photo, files are found by the case."""


def evaluate(
    networks: Mapping[str, UnfoldedNetwork], folder: Path, *, limit: int | None = None, device: str = "cpu"
) -> Iterator[Score]:
    """Score the input and every network on every photo and combination, as they come."""
    methods = {name: by_network(network) for name, network in networks.items()}
    for case in testsets.synthetic(folder, limit):
        yield from score(methods, case, device=device)


@torch.inference_mode()
def score(
    methods: Mapping[str, Method], case: Case, *, y_channel: bool = False, device: str = "cpu"
) -> list[Score]:
    """Score the input and every method on one case, on RGB or on Y."""
    image, clean = (pixels.to(device) for pixels in case.load())
    seen = metrics.luma if y_channel else _as_it_is
    target, found = seen(clean), []
    for name, method in {INPUT: _input, **methods}.items():
        estimate = seen(testsets.eight_bits(method(case, image)))
        psnr, ssim = metrics.psnr(estimate, target), metrics.ssim(estimate, target)
        pair = min(psnr.item(), CEILING), ssim.item()
        found.append(Score(name, case.column, case.photo, *pair, case.stem))
    return found


def by_network(network: UnfoldedNetwork) -> Method:
    """A network as a method."""
    return lambda case, image: network(image)


def by_files(folder: Path, cases: Sequence[Case]) -> Method:
    """The files of another method; raises `testsets.CaseError` that names those missing."""
    return partial(_from_file, testsets.restored(folder, cases))


def record(table: Table, method: str, folder: Path, scores: Sequence[Score]) -> dict[str, object]:
    """What the header of weights says about their scores, and on what they were measured.

    dB and SSIM by combination; the gain in PSNR over the input with its 95 % interval.
    """
    rounded = {
        row: {name: [round(value, 3) for value in pair] for name, pair in table[row].items()}
        for row in (INPUT, method)
    }
    photos = len({score.photo for score in scores})
    gains = differences(scores, method, INPUT) if photos > 1 else []
    return {
        "photos": photos,
        "folder": folder.name,
        "input": rounded[INPUT],
        "network": rounded[method],
        "gain": {d.column: [round(value, 3) for value in astuple(d.psnr)] for d in gains},
    }


def _input(case: Case, image: Image) -> Image:
    return image


def _as_it_is(image: Image) -> Image:
    return image


def _from_file(files: Mapping[tuple[str, str], Path], case: Case, image: Image) -> Image:
    path = files[case.column, case.stem]
    estimate = testsets.read(path).to(image)
    if estimate.shape != image.shape:
        (h, w), (height, width) = estimate.shape[-2:], image.shape[-2:]
        raise testsets.CaseError(f"{path} has {w} x {h} px; the degraded photo has {width} x {height} px")
    return estimate


if __name__ == "__main__":
    from .commands import main

    sys.exit(main())
