"""Train a network on random degradations of clean photos.

    python -m interir.train --config interir-small --data PHOTOS --out RUN --steps 100000
    torchrun --nproc-per-node 4 -m interir.train ...            (the batch is shared out)

Random patches, each under one of the seven combinations at uniform levels (Table 6), the loss
of Eq. 2, Adam with cosine annealing over the budget, clipped gradients, and an exponential
moving average of the weights, which is what is saved. The last quarter of the budget sees
patches of twice the side: global pooling and the operators then meet statistics closer to a
photo's.

Ctrl-C and SIGTERM save and stop; the same line continues, exactly where the budget is in
steps. A killed run continues from its last checkpoint.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import torch
from torch import Tensor, distributed, nn

from . import configs, data
from .configs import NAMED, DeepSNConfig
from .monitor import Folder, Probe, held_out
from .training import Recipe, Share, Trainer

PROBES = 7
"""Photos kept from training to measure progress on, unless --val names a folder."""


class Stop:
    """Within its context the first Ctrl-C or SIGTERM is a request; a second one acts as usual."""

    asked = False

    def __enter__(self) -> Stop:
        self._before = {n: signal.signal(n, self._ask) for n in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def agreed(self, trainer: Trainer) -> bool:
        """Whether to stop now: all processes must leave after the same step, or they wait forever."""
        if trainer.share.world == 1:
            return self.asked
        both = torch.tensor([float(self.asked), trainer.seconds], device=trainer.device)
        distributed.all_reduce(both, distributed.ReduceOp.MAX)
        trainer.seconds = both[1].item()  # one clock, or their schedules would drift apart
        return bool(both[0].item())

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        signal.signal(number, self._before[signal.Signals(number)])


def train(trainer: Trainer, photos: list[Tensor], folder: Folder, probe: Probe, every: float = 60.0) -> None:
    """Spend the rest of the budget; report and save every ``every`` seconds, when stopped, and at the end."""
    saved, leads, stopping = time.monotonic(), trainer.share.rank == 0, False
    recent: list[float] = []
    with Stop() as stop:
        while trainer.progress < 1 and not stopping:
            loss = timed_step(trainer, photos)
            stopping = stop.agreed(trainer)
            if not leads:
                continue
            recent.append(loss)
            folder.log_loss(trainer.steps, recent[-1])
            folder.save_early(trainer)
            if time.monotonic() - saved > every or trainer.progress >= 1 or stopping:
                report(trainer, recent, folder, probe)
                folder.save(trainer)
                saved, recent = time.monotonic(), []
    if stopping and leads:
        print(f"stopped at step {trainer.steps} and saved; the same line continues", flush=True)


def timed_step(trainer: Trainer, photos: list[Tensor]) -> float:
    """One step, its time added to the run's: that of waiting for the batch, and all of it."""
    start = time.monotonic()
    sample = trainer.batch(photos)
    trainer.waiting += time.monotonic() - start
    loss = trainer.step(sample)
    trainer.seconds += time.monotonic() - start
    return loss


def report(trainer: Trainer, recent: list[float], folder: Folder, probe: Probe) -> None:
    """A line on the screen, a row in ``scores.csv``, and a sheet of restored patches."""
    psnr, restored = probe.measure(trainer)
    probe.sheet(restored, folder.path / "sheet.png")
    loss, rate = sum(recent) / len(recent), trainer.patches / trainer.seconds
    left = trainer.seconds * (1 - trainer.progress) / max(trainer.progress, 1e-9)
    waiting = trainer.waiting / trainer.seconds
    print(
        f"step {trainer.steps}  loss {loss:.4f}  probe {psnr:.2f} dB  {rate:.1f} patches/s"
        f"  waiting {waiting:.0%}  {left / 60:.1f} min left",
        flush=True,
    )
    row = {
        "step": trainer.steps,
        "seconds": trainer.seconds,
        "loss": loss,
        "psnr": psnr,
        "rate": trainer.rate,
    }
    folder.log_scores(row)
    tensorboard(folder.path, row)


def tensorboard(path: Path, row: dict[str, float]) -> None:
    """The same row for TensorBoard, where it is installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter  # type: ignore[attr-defined]
    except ImportError:
        return
    with SummaryWriter(str(path / "tensorboard")) as writer:
        for name in ("loss", "psnr", "rate"):
            writer.add_scalar(name, row[name], int(row["step"]))


@contextmanager
def processes(device: str) -> Iterator[tuple[Share, str]]:
    """This process's share of the batch and its device, under torchrun or alone."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Share(), device
        return
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    local = f"cuda:{os.environ['LOCAL_RANK']}" if device.startswith("cuda") else device
    try:
        yield Share(distributed.get_rank(), world), local
    finally:
        distributed.destroy_process_group()


def wrap(trainer: Trainer, compiled: bool) -> None:
    """Average gradients over processes, and compile, where asked for."""
    forward: nn.Module = trainer.network
    if trainer.share.world > 1:
        # DeepSN-Net's published forward leaves some of its weights unused.
        unused = isinstance(trainer.network.config, DeepSNConfig)
        forward = nn.parallel.DistributedDataParallel(forward, find_unused_parameters=unused)
    trainer.forward = torch.compile(forward) if compiled else forward  # type: ignore[assignment]


def refuse(trainer: Trainer, photos: list[Tensor]) -> None:
    """Raise `ValueError` for what would fail only when most of the budget is spent."""
    side, smallest = 2 * trainer.recipe.patch, min(min(photo.shape[-2:]) for photo in photos)
    if smallest < side:
        raise ValueError(f"a photo has a side of {smallest} px; late patches have {side} px: lower --patch")
    if trainer.recipe.batch % trainer.share.world:
        raise ValueError(
            f"a batch of {trainer.recipe.batch} cannot be shared by {trainer.share.world} processes"
        )


def arguments() -> argparse.Namespace:
    """What the command line says."""
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=kind)
    add = parser.add_argument
    add("--config", choices=list(NAMED), required=True)
    add("--data", type=Path, required=True, help="a folder of clean photos")
    add("--val", type=Path, help="photos to measure progress on; else a few are kept from --data")
    add("--out", type=Path, required=True, help="the run's folder; continued if it exists")
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--steps", type=int)
    budget.add_argument("--minutes", type=float, help="of training time")
    add("--source", default="", help="what the photos are, for the weights' header")
    add("--batch", type=int, default=8, help="of all processes together")
    add("--patch", type=int, default=64, help="side of the patches in pixels")
    add("--rate", type=float, default=2e-3, help="highest learning rate")
    add("--warmup", type=float, default=0.02, help="share of the budget in which the rate rises")
    add("--clip", type=float, default=0.3, help="largest norm of a gradient")
    add("--seed", type=int, default=0)
    add("--amp", action="store_true", help="bfloat16 where it is safe")
    add("--compile", action="store_true")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, default=torch.get_num_threads())
    add("--every", type=float, default=60.0, help="seconds between reports, each with a checkpoint")
    add("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="fields of the configuration")
    return parser.parse_args()


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe that the command line asks for."""
    names = ("steps", "minutes", "source", "batch", "patch", "rate", "warmup", "clip", "seed", "amp")
    return Recipe(**{name: getattr(options, name) for name in names})


def config_of(options: argparse.Namespace) -> configs.Config:
    """The named configuration with the fields that ``--set`` changes."""
    config = NAMED[options.config]
    pairs = dict(pair.split("=", 1) for pair in options.set)
    typed = {name: type(getattr(config, name))(int(value)) for name, value in pairs.items()}
    return replace(config, **typed)


def main() -> None:
    """The command line."""
    options = arguments()
    torch.set_num_threads(options.threads)
    folder = Folder(options.out)
    with processes(options.device) as (share, device):
        trainer = Trainer(config_of(options), recipe_of(options), device, share)
        wrap(trainer, options.compile)
        paths, probes = held_out(data.photo_paths(options.data), 0 if options.val else PROBES)
        if options.val:
            probes = data.photo_paths(options.val)[:PROBES]
        photos, kept = ([data.read_photo(path) for path in some] for some in (paths, probes))
        try:
            refuse(trainer, photos)
            folder.load(trainer)
            train(trainer, photos, folder, Probe(kept, options.seed, device), options.every)
        except (ValueError, FloatingPointError) as error:
            sys.exit(f"{error}. The last good checkpoint is {folder.checkpoint}.")


if __name__ == "__main__":
    main()
