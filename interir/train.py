"""Train a network on random degradations of clean photos.

    python -m interir.train --config interir-small --data PHOTOS --out RUN --minutes 60

Patches of the seven combinations in turn, uniform levels (Table 6), the loss of Eq. 2, Adam
with cosine annealing over the budget, clipped gradients, and an exponential moving average
of the weights, which is what is saved. The last quarter of the budget sees patches of twice
the side: global pooling and the operators then meet statistics closer to a photo's.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from . import configs, data, degrade, losses, weights
from .shapes import Image

LATE = 0.75
"""Share of the budget after which patches are twice as large and batches four times smaller."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything about a run that is not the network."""

    minutes: float
    source: str = ""
    batch: int = 8
    patch: int = 64
    rate: float = 2e-3
    clip: float = 0.3
    decay: float = 0.999
    seed: int = 0


class Run:
    """A training run that can be saved and picked up again."""

    def __init__(self, config: str, recipe: Recipe, device: str) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.network = configs.create(config).to(device).train()
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=recipe.rate, betas=(0.9, 0.99))
        self.generator = Generator().manual_seed(recipe.seed)
        self.device = device
        self.steps = self.patches = 0
        self.seconds = 0.0

    @property
    def progress(self) -> float:
        """Share of the budget that is spent, in [0, 1]."""
        return min(1.0, self.seconds / (60 * self.recipe.minutes))

    def batch(self, photos: list[Tensor]) -> degrade.Degraded:
        """The next batch: one combination, in turn, with levels of its own per sample."""
        late = self.progress >= LATE
        count = max(1, self.recipe.batch // 4) if late else self.recipe.batch
        size = self.recipe.patch * (2 if late else 1)
        clean = data.random_patches(photos, count, size, self.generator)
        name = degrade.COMBINATIONS[self.steps % len(degrade.COMBINATIONS)]
        return degrade.combination(clean.to(self.device), name, generator=self.generator)

    def step(self, image: Image, clean: Image) -> float:
        """One update of the weights and of their average; the loss."""
        recipe = self.recipe
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.rate * (0.5 + 0.5 * math.cos(math.pi * self.progress)) + 1e-6
        self.optimizer.zero_grad(set_to_none=True)
        loss = losses.restoration_loss(self.network(image), clean)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss.item()} at step {self.steps}; try a lower --rate")
        self.optimizer.step()
        self.steps += 1
        self.patches += len(image)
        self._follow()
        return loss.item()

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average towards the weights; a young average forgets faster."""
        decay = min(self.recipe.decay, (1 + self.steps) / (10 + self.steps))
        tracked = self.network.state_dict()
        for name, mean in self.average.state_dict().items():
            if mean.is_floating_point():
                mean.lerp_(tracked[name], 1 - decay)
            else:
                mean.copy_(tracked[name])

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, as plain containers of tensors."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "counters": [self.steps, self.patches, self.seconds],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where the run that made ``state`` stopped."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        self.steps, self.patches, self.seconds = state["counters"]


def train(run: Run, photos: list[Tensor], out: Path, every: float = 60.0) -> None:
    """Spend the rest of the budget; report and save every ``every`` seconds, and at the end."""
    saved, recent = time.monotonic(), []
    while run.progress < 1:
        start = time.monotonic()
        sample = run.batch(photos)
        recent.append(run.step(sample.image, sample.clean))
        now = time.monotonic()
        run.seconds += now - start
        if now - saved > every or run.progress >= 1:
            report(run, recent, out)
            save(run, out)
            saved, recent = now, []


def report(run: Run, losses_seen: list[float], out: Path) -> None:
    """A line on the screen and in ``log.csv``."""
    loss = sum(losses_seen) / len(losses_seen)
    rate = run.patches / run.seconds
    left = 60 * run.recipe.minutes - run.seconds
    print(f"step {run.steps}  loss {loss:.4f}  {rate:.1f} patches/s  {left / 60:.1f} min left", flush=True)
    log = out / "log.csv"
    header = "" if log.exists() else "step,patches,seconds,loss\n"
    with log.open("a") as file:
        file.write(f"{header}{run.steps},{run.patches},{run.seconds:.1f},{loss:.6f}\n")


def save(run: Run, out: Path) -> None:
    """Write the run, to continue it, and its averaged weights, to use them; both atomically."""
    partial = out / "run.partial"
    torch.save(run.state(), partial)
    partial.replace(out / "run.pt")
    weights.save(run.average, out / "weights.safetensors", provenance(run))


def provenance(run: Run) -> dict[str, Any]:
    """What the header of the weights says about where they come from."""
    return {
        "recipe": asdict(run.recipe),
        "steps": run.steps,
        "patches": run.patches,
        "seconds": round(run.seconds, 1),
        "device": run.device,
        "version": interir_version(),
        "torch": str(torch.__version__),
    }


def interir_version() -> str:
    """The version of this package."""
    from . import __version__

    return __version__


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", choices=list(configs.NAMED), required=True)
    parser.add_argument("--data", type=Path, required=True, help="a folder of clean photos")
    parser.add_argument("--out", type=Path, required=True, help="the run's folder; continued if it exists")
    parser.add_argument("--minutes", type=float, required=True, help="the budget, of training time")
    parser.add_argument("--source", default="", help="what the photos are, for the weights' header")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--patch", type=int, default=64, help="side of the patches in pixels")
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser.parse_args()


def main() -> None:
    """The command line."""
    options = arguments()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(
        minutes=options.minutes,
        source=options.source,
        batch=options.batch,
        patch=options.patch,
        rate=options.rate,
        seed=options.seed,
    )
    run = Run(options.config, recipe, options.device)
    if (options.out / "run.pt").exists():
        run.restore(torch.load(options.out / "run.pt", map_location=options.device, weights_only=True))
    photos = [data.read_photo(path) for path in data.photo_paths(options.data)]
    train(run, photos, options.out)


if __name__ == "__main__":
    main()
