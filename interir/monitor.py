"""What a training run leaves in its folder: losses, scores, sheets, checkpoints, weights."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from PIL import Image as PILImage
from torch import Generator, Tensor

from . import data, degrade, weights
from .training import Trainer

EARLY = 0.05
"""Share of the budget after which early weights are kept: the analyses use them as a null model."""

PROBE_SIDE = 128
"""Side in pixels of the fixed patches on which progress is measured."""


class Folder:
    """The files of one run. Whatever is replaced is replaced atomically; the last one survives a crash."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path

    @property
    def checkpoint(self) -> Path:
        """Everything needed to continue."""
        return self.path / "run.pt"

    def save(self, trainer: Trainer) -> None:
        """Write the run and its averaged weights; keep the checkpoint before this one as ``run.last.pt``."""
        partial = self.path / "run.partial"
        with partial.open("wb") as file:
            torch.save(trainer.state(), file)
            os.fsync(file.fileno())
        if self.checkpoint.exists():
            self.checkpoint.replace(self.path / "run.last.pt")
        partial.replace(self.checkpoint)
        weights.save(trainer.average, self.path / "weights.safetensors", provenance(trainer))

    def save_early(self, trainer: Trainer) -> None:
        """Keep the averaged weights of this moment, once."""
        path = self.path / "early.safetensors"
        if trainer.progress >= EARLY and not path.exists():
            weights.save(trainer.average, path, provenance(trainer))

    def load(self, trainer: Trainer) -> bool:
        """Continue the run that is here, if one is; from the checkpoint before, if the newest is torn."""
        for path in (self.checkpoint, self.path / "run.last.pt"):
            if not path.exists():
                continue
            try:
                state = torch.load(path, map_location=trainer.device, weights_only=True)
            except (RuntimeError, EOFError, OSError, UnpicklingError) as error:
                print(f"{path.name} cannot be read ({error}); trying the one before")
                continue
            trainer.restore(state)
            self._forget_after(trainer.steps)
            return True
        self._forget_after(0)
        return False

    def log_loss(self, step: int, loss: float) -> None:
        """Append one row to ``losses.csv``."""
        path = self.path / "losses.csv"
        fresh = not path.exists()
        with path.open("a") as file:
            file.write(("step,loss\n" if fresh else "") + f"{step},{loss!r}\n")

    def log_scores(self, row: dict[str, float]) -> None:
        """Append one row to ``scores.csv``."""
        path = self.path / "scores.csv"
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, row)
            if fresh:
                writer.writeheader()
            writer.writerow(row)

    def _forget_after(self, step: int) -> None:
        """Drop rows of steps that will be taken again."""
        for path in (self.path / "losses.csv", self.path / "scores.csv"):
            if path.exists():
                head, *rows = path.read_text().splitlines()
                kept = [row for row in rows if int(row.split(",")[0]) <= step]
                path.write_text("\n".join([head, *kept]) + "\n")


class Probe:
    """A fixed batch, one patch per combination, on which every report measures the averaged weights."""

    def __init__(self, photos: Sequence[Tensor], seed: int, device: str) -> None:
        generator = Generator().manual_seed(seed)
        side = min(PROBE_SIDE, *(min(photo.shape[-2:]) for photo in photos))
        clean = data.random_patches(photos, len(degrade.COMBINATIONS), side, generator)
        parts = [
            degrade.combination(patch[None], name, generator=generator)
            for patch, name in zip(clean, degrade.COMBINATIONS, strict=True)
        ]
        self.image = torch.cat([part.image for part in parts]).to(device)
        self.clean = clean.to(device)

    @torch.inference_mode()
    def measure(self, trainer: Trainer) -> tuple[float, Tensor]:
        """Mean PSNR in dB, and the restored patches."""
        from . import metrics

        restored = torch.cat([trainer.average(image[None]) for image in self.image])
        return metrics.psnr(restored, self.clean).mean().item(), restored

    def sheet(self, restored: Tensor, path: Path) -> None:
        """Degraded, restored and clean patches as three rows of a picture."""
        rows = [torch.cat([*batch], dim=-1) for batch in (self.image, restored, self.clean)]
        picture = data.to_bytes(torch.cat(rows, dim=-2)).permute(1, 2, 0).cpu().numpy()
        PILImage.fromarray(picture).save(path)


def provenance(trainer: Trainer) -> dict[str, Any]:
    """What the header of the weights says about where they come from."""
    from . import __version__

    return {
        "recipe": asdict(trainer.recipe),
        "steps": trainer.steps,
        "patches": trainer.patches,
        "seconds": round(trainer.seconds, 1),
        "device": device_name(trainer.device),
        "processes": trainer.share.world,
        "threads": torch.get_num_threads(),
        "version": __version__,
        "torch": str(torch.__version__),
    }


def device_name(device: str) -> str:
    """The device as people know it."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device


def held_out(paths: Sequence[Path], count: int) -> tuple[list[Path], list[Path]]:
    """Split photos into those to train on and ``count`` evenly spaced ones to measure progress on.

    Where there are no more than that, both are all of them; for a count of 0 none is kept.
    """
    if count == 0:
        return list(paths), []
    if len(paths) <= count:
        return list(paths), list(paths)
    spaced = {round(i * (len(paths) - 1) / max(1, count - 1)) for i in range(count)}
    return [p for i, p in enumerate(paths) if i not in spaced], [paths[i] for i in sorted(spaced)]
