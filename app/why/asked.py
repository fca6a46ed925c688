"""What is asked of a region of the restored photo, by which method, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.attribution import METRICS, AttributionError, Objective, Region
from analysis.attribution.causal import FIRST
from interir.shapes import Image

from ..runs import Run
from .working import UNKNOWN, here, pace, sample

BUDGET = 10.0
"""Seconds that a method may take before its page has to say so; settings start within it, where they can."""

GRADIENT = 3
"""A run with its gradient, in runs without."""

CHECKS = 4
"""Perturbations by which a map is checked, one run each."""

SHAKEN = 2
"""Perturbed photos whose slopes are compared, one run with its gradient each."""

CLEAN, BLUR = "clean", "blur"


@dataclass(frozen=True, slots=True)
class Method:
    """One method as a form offers it; a unit takes ``each`` runs, all else ``fixed``."""

    title: str
    note: str
    unit: str = ""  # "steps" of a way, or the side of "squares" in pixels; none where nothing is set
    each: float = 0
    fixed: float = 0
    baseline: bool = False  # whether it starts from one
    metric: bool = True  # whether one is chosen
    needs: str = ""  # "clean" photo, or "layers"


METHODS: dict[str, Method] = {
    "ig": Method(
        "integrated gradients",
        "slopes gathered along the straight way from the baseline to the photo: credit of every pixel",
        "steps", GRADIENT, 2 + CHECKS, baseline=True,
    ),
    "saliency": Method(
        "saliency", "the slope at the photo itself: credit per unit of light",
        fixed=GRADIENT * (1 + SHAKEN) + CHECKS, baseline=True,
    ),
    "occlusion": Method(
        "occlusion", "what is lost when one square is put back to the baseline",
        "squares", 1, CHECKS, baseline=True,
    ),
    "lam": Method(
        "local attribution map",
        "credit for detail in the region, along the way from a blurred photo (Gu & Dong, CVPR 2021); its"
        " Diffusion Index says how wide a neighbourhood was used, 0 one pixel to 100 all alike",
        "steps", GRADIENT, 2 + CHECKS, metric=False,
    ),
    "cem": Method(
        "causal effect map",
        "dB that each square gives the region: it is exchanged in the clean photo for others, and the same"
        " rain, haze and noise fall on it again (Hu et al., TPAMI 2025)",
        "squares", FIRST, 1, metric=False, needs="layers",
    ),
    "moves": Method(
        "what each iteration adds",
        "credit of x̂<sub>k</sub> − x̂<sub>k−1</sub>; sums to what all iterations did to the region",
        fixed=2,
    ),
    "conductance": Method(
        "what passes each iteration",
        "what of the change from the baseline to the photo passes x, the operators and λ of each k",
        "steps", GRADIENT, GRADIENT + 1, baseline=True,
    ),
    "shapley": Method(
        "rain, haze, noise",
        "all eight mixtures rendered; Shapley's division sums to what all three did to the region",
        fixed=8, needs="layers",
    ),
}  # fmt: skip
"""Every method by its name, in the order of a form."""

STEPS = (4, 8, 12, 16, 24)
SIDES = (16, 32, 64, 128)
"""What settings start from: as many steps, and as small squares, as the budget allows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A method, the region and the metric that it explains, its baseline, and its setting."""

    method: str
    region: Region
    metric: str
    baseline: str
    effort: int

    @classmethod
    def parse(cls, text: str) -> Asked:
        """From ``METHOD;REGION;METRIC;BASELINE;EFFORT``; raises `AttributionError`."""
        try:
            method, region, metric, baseline, effort = text.split(";")
            asked = cls(method, Region.parse(region), metric, baseline, int(effort))
        except AttributionError:
            raise
        except ValueError as error:
            raise AttributionError(f"{text!r} asks nothing: METHOD;REGION;METRIC;BASELINE;EFFORT") from error
        if method not in METHODS or baseline not in (CLEAN, BLUR):
            raise AttributionError(f"There is no method {method!r} with a baseline {baseline!r}.")
        if METHODS[method].unit and not 1 <= asked.effort <= 1024:
            raise AttributionError(f"{METHODS[method].unit} are {effort}; they must be from 1 to 1024")
        return asked

    def objective(self, run: Run) -> Objective:
        """What is explained; raises `AttributionError` where the photo has no such region or metric."""
        self.region.cut(run.subject.image)
        clean = run.subject.clean
        metric = "detail" if self.method == "lam" else "psnr" if self.method == "cem" else self.metric
        return Objective(metric, self.region, None if clean is None else here(run, clean))


def form(run: Run) -> dict[str, Any]:
    """All methods with what they cost here; those without a meaning for this photo say why."""
    known = run.subject.clean is not None
    return {
        "methods": [_entry(run, name, method) for name, method in METHODS.items()],
        "metrics": [
            {"name": name, "title": metric.title, "known": known or not metric.compared}
            for name, metric in METRICS.items()
        ],
        "baselines": [CLEAN, BLUR] if known else [BLUR],
        "seconds": pace(run),
        "budget": BUDGET,
        "region": str(Region.middle(run.subject.image)),
    }


def _entry(run: Run, name: str, method: Method) -> dict[str, Any]:
    refusal = None
    if method.needs == "layers":
        try:
            sample(run)
        except LookupError:
            refusal = UNKNOWN
    values = {field: getattr(method, field) for field in Method.__slots__}
    return {"name": name, **values, "start": start(run, method), "refusal": refusal}


def start(run: Run, method: Method) -> int:
    """The setting that a form begins with."""
    if not method.unit:
        return 0
    choices = STEPS if method.unit == "steps" else tuple(reversed(SIDES))
    cheap = [each for each in choices if runs(method, each, run.subject.image) * pace(run) <= BUDGET]
    return cheap[-1] if cheap else choices[0]


def runs(method: Method, effort: int, image: Image) -> float:
    """What a method costs, in runs of the network."""
    height, width = image.shape[-2:]
    units = {"": 0, "steps": effort, "squares": -(-height // max(effort, 1)) * -(-width // max(effort, 1))}
    return method.fixed + method.each * units[method.unit]
