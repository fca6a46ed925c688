r"""Rain, haze and noise on clean photos, with every layer returned as ground truth.

.. math::
    y = \mathrm{clip}\big(t \odot \mathrm{clip}(x + s) + a\,(1 - t) + n\big), \qquad
    t = e^{-\beta d}, \quad \beta = \mathrm{level}_H / 100, \quad \sigma_n = \mathrm{level}_N / 255

in this order: streaks s, then haze with transmission t and airlight a (the scattering model
and ranges of RESIDE), then Gaussian noise n. Levels are those of the paper's Table 6. The
paper does not publish its synthesis; this one is ours.

Random numbers are drawn on the *generator's* device, and all layers are drawn whatever the
levels are: the same seed gives the same streaks, the same depth and the same noise at every
level and in every combination, and the same picture on every device.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Generator, Tensor
from torch.nn import functional as F

from .shapes import Colour, Image, Layer, Level

COMBINATIONS: tuple[str, ...] = ("H+R+N", "H+R", "H+N", "R+N", "H", "R", "N")
"""The seven combinations of Table 6."""

MAXIMUM = {"H": 150.0, "R": 300.0, "N": 50.0}
"""The highest level of haze, rain and noise (Table 6)."""

NAMES = {"H": "haze", "R": "rain", "N": "noise"}

SEEDS_PER_PIXEL = 0.008
"""Share of pixels from which a streak starts at the highest rain level."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """How strong each degradation is, per sample, in the units of Table 6."""

    haze: Level
    rain: Level
    noise: Level


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """What was put over the photo."""

    streaks: Layer  # light added by rain, before clipping
    transmission: Layer  # 1 where there is no haze
    airlight: Colour  # b 1 1 1, the colour of the haze
    noise: Image  # added last


@dataclass(frozen=True, slots=True, eq=False)
class Degraded:
    """A degraded batch, the clean one, and all that lies between."""

    image: Image
    clean: Image
    layers: Layers
    levels: Levels


def combination(clean: Image, name: str, *, generator: Generator, levels: Levels | None = None) -> Degraded:
    """Degrade a batch of photos by one of `COMBINATIONS`, or by "" for none.

    Levels are drawn uniformly from Table 6 for each sample unless given; those of
    degradations that the combination lacks are set to 0. Raises `ValueError` for a
    name that is no combination.
    """
    parts = set(filter(None, name.split("+")))
    if name and name not in COMBINATIONS:
        raise ValueError(f"{name!r} is no combination; there are {', '.join(COMBINATIONS)}")
    drawn = levels or random_levels(clean, generator)
    chosen = Levels(
        haze=drawn.haze * ("H" in parts),
        rain=drawn.rain * ("R" in parts),
        noise=drawn.noise * ("N" in parts),
    )
    return degrade(clean, chosen, generator=generator)


def random_combinations(clean: Image, *, generator: Generator) -> Degraded:
    """Degrade each photo of a batch by a combination of its own, uniformly drawn, at uniform levels."""
    drawn = random_levels(clean, generator)
    table = torch.tensor([[kind in name for kind in "HRN"] for name in COMBINATIONS]).to(clean)
    picks = torch.randint(len(COMBINATIONS), (len(clean),), generator=generator, device=generator.device)
    haze, rain, noise = table[picks.to(clean.device)].unbind(dim=1)
    levels = Levels(drawn.haze * haze, drawn.rain * rain, drawn.noise * noise)
    return degrade(clean, levels, generator=generator)


def degrade(clean: Image, levels: Levels, *, generator: Generator) -> Degraded:
    """Put rain, haze and noise of the given levels over a batch of photos in [0, 1]."""
    layers = Layers(
        streaks=rain_streaks(clean, levels.rain, generator),
        transmission=transmission(clean, levels.haze, generator),
        airlight=0.7 + 0.3 * _uniform(clean, (len(clean), 1, 1, 1), generator),
        noise=_per_sample(levels.noise / 255) * _normal(clean, generator),
    )
    return Degraded(compose(clean, layers), clean, layers, levels)


def compose(clean: Image, layers: Layers) -> Image:
    """Rain, haze, noise, in that order, as layers over a photo."""
    t = layers.transmission
    rainy = (clean + layers.streaks).clamp(0, 1)
    hazy = rainy * t + layers.airlight * (1 - t)
    return (hazy + layers.noise).clamp(0, 1)


def random_levels(clean: Image, generator: Generator) -> Levels:
    """Uniform levels between 0 and those of Table 6, one of each kind per sample."""
    haze, rain, noise = (MAXIMUM[kind] * _uniform(clean, (len(clean),), generator) for kind in "HRN")
    return Levels(haze, rain, noise)


def uniform_levels(clean: Image, *, haze: float = 0, rain: float = 0, noise: float = 0) -> Levels:
    """The same levels for all samples; raises `ValueError` outside the ranges of Table 6."""
    for kind, level in zip("HRN", (haze, rain, noise), strict=True):
        if not 0 <= level <= MAXIMUM[kind]:
            raise ValueError(f"level of {NAMES[kind]} is {level:g}; it must be in [0, {MAXIMUM[kind]:g}]")
    return Levels(*(clean.new_full((len(clean),), level) for level in (haze, rain, noise)))


def transmission(clean: Image, level: Level, generator: Generator) -> Layer:
    """exp(-β d) of a smooth depth d in [0, 1], far at the top with random relief."""
    beta = _per_sample(level / 100)
    return torch.exp(-beta * depth_map(clean, generator))


def depth_map(clean: Image, generator: Generator) -> Layer:
    """A plausible outdoor depth: a ground plane that recedes upwards, and low-frequency relief."""
    b, _, height, width = clean.shape
    coarse = _uniform(clean, (b, 1, 5, 5), generator)
    relief = F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    plane = torch.linspace(1, 0, height, device=clean.device, dtype=clean.dtype)
    return (0.65 * plane[:, None] + 0.7 * (relief - 0.5) + 0.25).clamp(0, 1)


def rain_streaks(clean: Image, level: Level, generator: Generator) -> Layer:
    """Light of motion-blurred drops: near ones long and wide, far ones short and dense.

    Seeds whose uniform number lies under the level's density start a streak, so a higher
    level adds streaks and takes none away.
    """
    b, _, height, width = clean.shape
    lean = _uniform(clean, (b,), generator) * 0.9 - 0.45  # radians from the vertical
    total = torch.zeros_like(clean[:, :1])
    for length, breadth, share, light in ((26, 0.75, 0.25, 0.65), (14, 0.55, 0.75, 0.45)):
        density = share * SEEDS_PER_PIXEL * level / MAXIMUM["R"]
        seeds = _uniform(clean, (b, 1, height, width), generator)
        strength = 0.5 + 0.5 * _uniform(clean, (b, 1, height, width), generator)
        jitter = _uniform(clean, (b, 2), generator)
        lit = (seeds < _per_sample(density)) * strength
        pixels = length * (0.7 + 0.6 * jitter[:, 0])
        kernels = line_kernels(pixels, lean + 0.12 * (jitter[:, 1] - 0.5), breadth)
        total = total + light * _convolve_each(lit, kernels)
    return total


def line_kernels(length: Tensor, lean: Tensor, breadth: float) -> Tensor:
    """Anti-aliased strokes with soft ends, ``(b, 1, n, n)``, of peak 1.

    ``length`` is in pixels, ``lean`` in radians from the vertical, ``breadth`` the standard
    deviation across, in pixels.
    """
    half = int(length.max().item() / 2) + 3
    axis = torch.arange(-half, half + 1, device=length.device, dtype=length.dtype)
    rows, columns = torch.meshgrid(axis, axis, indexing="ij")
    sine, cosine = (rearrange(f(lean), "b -> b 1 1") for f in (torch.sin, torch.cos))
    along, across = rows * cosine + columns * sine, columns * cosine - rows * sine
    reach = rearrange(length, "b -> b 1 1") / 2
    ends = torch.sigmoid((reach - along.abs()) / 1.2)
    return (ends * torch.exp(-0.5 * (across / breadth) ** 2)).unsqueeze(1)


def _convolve_each(images: Layer, kernels: Tensor) -> Layer:
    """Convolve sample i with kernel i, zeros outside."""
    b = len(images)
    out = F.conv2d(rearrange(images, "b 1 h w -> 1 b h w"), kernels, padding="same", groups=b)
    return rearrange(out, "1 b h w -> b 1 h w")


def _per_sample(values: Level) -> Tensor:
    return rearrange(values, "b -> b 1 1 1")


def _uniform(like: Tensor, shape: tuple[int, ...], generator: Generator) -> Tensor:
    drawn = torch.rand(shape, generator=generator, device=generator.device)
    return drawn.to(like)


def _normal(like: Tensor, generator: Generator) -> Tensor:
    drawn = torch.randn(like.shape, generator=generator, device=generator.device)
    return drawn.to(like)
