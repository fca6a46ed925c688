"""The ablation of Table 4 at any scale: the baseline, parts of InterIR in it one by one, and InterIR.

    python -m interir.ablation --data PHOTOS --val OTHERS --out RUNS --steps 600

Every network is trained by the same recipe on the same patches, the two ends with several
seeds, and scored on the same degraded photos. Finished parts are not done again, so the same
line continues after an interruption; --only shares the work among processes, each of which
prints the table of all that is there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev

import torch

from . import data, evaluate, paper
from .bootstrap import differences
from .complexity import count
from .configs import Config, DeepSNConfig, HybridConfig, InterIRConfig
from .monitor import Folder, Probe
from .scores import INPUT, MEAN, Score, means
from .tables import interval
from .train import PROBES, refuse, train
from .training import Recipe, Trainer

SMALL = DeepSNConfig(ratio_spatial=1, ratio_freq=1, depth=3, coefficient=1)
"""A baseline that can be trained many times, with the operators that the published small one lacks."""

VARIANTS: dict[str, Config] = {
    "deepsn": SMALL,
    "deepsn+explain": HybridConfig(**asdict(SMALL), explain=True),
    "deepsn+resm": HybridConfig(**asdict(SMALL), resm=True),
    "deepsn+dmum+mum": HybridConfig(**asdict(SMALL), updates=True),
    "interir": InterIRConfig(width=48, down=4, blocks=2),
}
"""The rows of Table 4, in its order, all with three iterations of features 48 wide."""

ENDS = ("deepsn", "interir")
"""What is trained with several seeds."""

BASELINE = "deepsn"


@dataclass(frozen=True, slots=True)
class Run:
    """One network of the ablation, trained from one seed."""

    variant: str
    seed: int
    path: Path

    @property
    def results(self) -> Path:
        """The scores of the finished run."""
        return self.path / "scores.json"


def runs(out: Path, seeds: int) -> Iterator[Run]:
    """All runs, the first seed of every network before the other seeds of the ends."""
    for seed in range(seeds):
        for variant in VARIANTS if seed == 0 else ENDS:
            yield Run(variant, seed, out / f"{variant}-{seed}")


def perform(run: Run, options: argparse.Namespace, photos: list[torch.Tensor]) -> None:
    """Train what is left to train, then score it; raises `InterruptedError` when stopped."""
    recipe = Recipe(steps=options.steps, batch=options.batch, patch=options.patch, seed=run.seed)
    trainer, folder = Trainer(VARIANTS[run.variant], recipe, options.device), Folder(run.path)
    refuse(trainer, photos)
    folder.load(trainer)
    kept = [data.read_photo(path) for path in data.photo_paths(options.val)[:PROBES]]
    train(trainer, photos, folder, Probe(kept, run.seed, options.device))
    if trainer.progress < 1:
        raise InterruptedError(f"{run.variant}, seed {run.seed}, is unfinished; the same line continues")
    networks = {run.variant: trainer.average}
    scores = [*evaluate.evaluate(networks, options.val, limit=options.limit, device=options.device)]
    partial = run.results.with_suffix(".partial")
    partial.write_text(json.dumps([asdict(score) for score in scores]))
    partial.replace(run.results)


def averaged(scored: Iterable[Sequence[Score]]) -> list[Score]:
    """One score per method, combination and photo: the mean over seeds, of which photos know nothing."""
    groups: dict[tuple[str, str, str], list[Score]] = {}
    for score in (score for scores in scored for score in scores):
        groups.setdefault((score.method, score.combination, score.photo), []).append(score)
    return [Score(*key, fmean(s.psnr for s in g), fmean(s.ssim for s in g)) for key, g in groups.items()]


def table(finished: Sequence[Run]) -> str:
    """What is known so far as Markdown, the paper's gains beside ours."""
    scored = {run: [Score(**row) for row in json.loads(run.results.read_text())] for run in finished}
    scores = averaged(scored.values())
    heads = ["", "parameters / M", "MACs / G", "seeds", "PSNR / dB", "gain, 95 % over photos", "Table 4"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    lines.append(f"| input | – | – | – | {means(scores)[INPUT][MEAN][0]:.2f} | – | – |")
    for (variant, config), published in zip(VARIANTS.items(), paper.rows(4), strict=True):
        alone = [means(s)[variant][MEAN][0] for run, s in scored.items() if run.variant == variant]
        if alone:
            size = count(config)
            cells = [variant, f"{size.parameters / 1e6:.2f}", f"{size.macs / 1e9:.2f}", f"{len(alone)}"]
            cells += [_spread(alone), _gain(scores, variant), published["PSNR gain"] or "–"]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", f"Table 4: {paper.MARK}."])


def _spread(values: Sequence[float]) -> str:
    """The mean over seeds, and how far seeds scatter."""
    return f"{fmean(values):.2f}" + (f" ± {stdev(values):.2f}" if len(values) > 1 else "")


def _gain(scores: Sequence[Score], variant: str) -> str:
    """The difference to the baseline, once there is one."""
    methods = {score.method for score in scores}
    if variant == BASELINE or BASELINE not in methods or len({score.photo for score in scores}) < 2:
        return "–"
    found = next(d for d in differences(scores, variant, BASELINE) if d.column == MEAN)
    return interval(found.psnr, 2)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=kind)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="clean photos to train on")
    add("--val", type=Path, required=True, help="clean photos to score on")
    add("--out", type=Path, required=True, help="a folder for all runs")
    add("--steps", type=int, required=True, help="of each run")
    add("--seeds", type=int, default=3, help="for each of the two ends")
    add("--only", nargs="+", choices=list(VARIANTS), default=list(VARIANTS), help="do these runs only")
    add("--limit", type=int, help="score on the first photos only")
    add("--batch", type=int, default=8)
    add("--patch", type=int, default=64)
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, default=torch.get_num_threads())
    return parser.parse_args()


def main() -> None:
    """The command line."""
    options = arguments()
    torch.set_num_threads(options.threads)
    planned = list(runs(options.out, options.seeds))
    try:
        photos = [data.read_photo(path) for path in data.photo_paths(options.data)]
        for run in planned:
            if run.variant in options.only and not run.results.exists():
                print(f"{run.variant}, seed {run.seed}", flush=True)
                perform(run, options, photos)
    except (ValueError, FloatingPointError, InterruptedError, OSError) as error:
        sys.exit(f"interir.ablation: {error}")
    print(table([run for run in planned if run.results.exists()]))


if __name__ == "__main__":
    main()
