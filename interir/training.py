"""One training run: what it holds, one step of it, and how it is saved and picked up again.

Everything that decides the next step is in `Trainer.state`: weights, their average, the
optimiser's moments, both generators and the counters. A run measured in steps therefore
continues after any interruption as if it had never stopped, bit for bit on a CPU. A run
measured in minutes continues too, but its learning rate follows the clock.
"""

from __future__ import annotations

import copy
import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from . import data, degrade, losses
from .configs import Config, build, to_dict
from .degrade import Degraded
from .unfolding import UnfoldedNetwork

LATE = 0.75
"""Share of the budget after which patches are twice as large and batches four times smaller."""

ADVICE = "try a lower --rate, a smaller --clip, or full precision"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything about a run that is not the network; the budget is in steps or in minutes.

    ``rate`` is the highest learning rate, reached after the share ``warmup`` of the budget.
    """

    steps: int | None = None
    minutes: float | None = None
    source: str = ""
    batch: int = 8
    patch: int = 64
    rate: float = 2e-3
    warmup: float = 0.02
    clip: float = 0.3
    decay: float = 0.999
    seed: int = 0
    amp: bool = False

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("the budget is either steps or minutes: give exactly one of them")
        if not 0 <= self.warmup < 1:
            raise ValueError(f"the warm-up is a share of the budget in [0, 1), not {self.warmup}")


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of every batch this process takes, when several train together."""

    rank: int = 0
    world: int = 1

    def of(self, batch: Tensor) -> Tensor:
        """This process's samples; raises `ValueError` where a batch cannot be shared evenly."""
        if len(batch) % self.world:
            raise ValueError(f"a batch of {len(batch)} cannot be shared by {self.world} processes")
        return batch.chunk(self.world)[self.rank]


class Trainer:
    """A network in training, the average of its weights, and the way from one step to the next."""

    def __init__(self, config: Config, recipe: Recipe, device: str, share: Share | None = None) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.share = recipe, device, share or Share()
        self.network: UnfoldedNetwork = build(config).to(device).train()
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=recipe.rate, betas=(0.9, 0.99))
        self.forward: nn.Module = self.network  # or a wrapped or compiled form of it
        self.crops = Generator().manual_seed(recipe.seed)
        self.weather = Generator(device=device).manual_seed(recipe.seed + 1)
        self.steps = self.patches = 0
        self.seconds = self.waiting = 0.0  # in all, and of it for batches

    @property
    def progress(self) -> float:
        """Share of the budget that is spent, in [0, 1]."""
        if self.recipe.steps is not None:
            return min(1.0, self.steps / self.recipe.steps)
        assert self.recipe.minutes is not None
        return min(1.0, self.seconds / (60 * self.recipe.minutes))

    @property
    def rate(self) -> float:
        """The learning rate now: a linear warm-up, under a cosine over the budget down to 1e-6.

        Without the warm-up Adam's first steps, each of full size in every weight whatever its
        gradient, have driven a network to NaN.
        """
        risen = min(1.0, self.progress / self.recipe.warmup) if self.recipe.warmup else 1.0
        return 1e-6 + self.recipe.rate * risen * (0.5 + 0.5 * math.cos(math.pi * self.progress))

    def batch(self, photos: list[Tensor]) -> Degraded:
        """The next batch of all processes: random patches, each under a random combination."""
        late = self.progress >= LATE
        world = self.share.world
        count = max(world, self.recipe.batch // 4 // world * world) if late else self.recipe.batch
        size = self.recipe.patch * (2 if late else 1)
        clean = data.random_patches(photos, count, size, self.crops).to(self.device, non_blocking=True)
        return degrade.random_combinations(clean, generator=self.weather)

    def step(self, sample: Degraded) -> float:
        """One update from this process's share of a batch; the loss of that share.

        Raises `FloatingPointError` before any weight is touched when the loss or a gradient
        is not finite.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.zero_grad(set_to_none=True)
        image, clean = self.share.of(sample.image), self.share.of(sample.clean)
        with torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=self.recipe.amp):
            restored = self.forward(image)
        loss = losses.restoration_loss(restored.float(), clean)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            raise FloatingPointError(
                f"loss {loss.item()}, gradient {norm.item()} at step {self.steps}; {ADVICE}"
            )
        self.optimizer.step()
        self.steps += 1
        self.patches += len(sample.image)
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
            "recipe": asdict(self.recipe),
            "config": to_dict(self.network.config),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "crops": self.crops.get_state(),
            "weather": self.weather.get_state(),
            "counters": [self.steps, self.patches, self.seconds, self.waiting],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where the run that made ``state`` stopped.

        Raises `ValueError` when that run had another recipe or network: the rest would be a mixture.
        """
        mine, theirs = (
            {**asdict(self.recipe), **to_dict(self.network.config)},
            {**state["recipe"], **state["config"]},
        )
        differing = [name for name in mine if theirs.get(name) != mine[name]]
        if differing:
            raise ValueError(f"the run in this folder was started with another {', '.join(differing)}")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.crops.set_state(state["crops"].cpu())
        self.weather.set_state(state["weather"].cpu())
        self.steps, self.patches, self.seconds, self.waiting = state["counters"]
