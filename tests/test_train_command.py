"""The command that trains: interrupted by every signal it goes on bit for bit, and shared it is the same."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from PIL import Image as PILImage
from torch import distributed, multiprocessing

import interir
from interir import losses, train
from interir.training import Recipe, Share, Trainer
from tests.helpers import generator

STEPS = 40
TINY = ["--set", "width=8", "blocks=1", "--batch", "2", "--patch", "16", "--threads", "1", "--device", "cpu"]
SOON = 60
"""Seconds after which something that should have happened has failed."""


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Two small photos in a folder."""
    folder = tmp_path_factory.mktemp("photos")
    for i in range(2):
        pixels = torch.randint(256, (36, 40, 3), generator=generator(i)).to(torch.uint8).numpy()
        PILImage.fromarray(pixels).save(folder / f"{i}.png")
    return folder


def command(photos, out, *options, launcher=("-m",)):
    words = [sys.executable, *launcher, "interir.train", "--config", "interir-small", "--every", "0.2"]
    return [*words, "--data", str(photos), "--out", str(out), "--steps", str(STEPS), *TINY, *options]


def run(photos, out, *options, **settings):
    """The command to its end; its output."""
    line = command(photos, out, *options, **settings)
    return subprocess.run(line, capture_output=True, text=True, timeout=4 * SOON, check=True).stdout


@pytest.fixture(scope="module")
def whole(photos, tmp_path_factory):
    """An uninterrupted run."""
    out = tmp_path_factory.mktemp("whole")
    run(photos, out)
    return out


def steps_taken(out):
    path = out / "losses.csv"
    return len(path.read_text().splitlines()) - 1 if path.exists() else 0


def interrupted(photos, out, number, ready):
    """Start a run, send it a signal once ``ready``, and wait for its end."""
    with subprocess.Popen(command(photos, out), stdout=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + SOON
        while not ready() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        process.send_signal(number)
        output, _ = process.communicate(timeout=SOON)
    assert steps_taken(out) < STEPS, "the run was over before the signal came"
    return process.returncode, output


def same_run(ours, theirs):
    """The same losses to the last digit, and the same weights to the last bit."""
    assert (ours / "losses.csv").read_text() == (theirs / "losses.csv").read_text()
    mine, other = (interir.load(out / "weights.safetensors").state_dict() for out in (ours, theirs))
    assert all(torch.equal(mine[name], other[name]) for name in other)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_stopped_run_continues_bit_for_bit(photos, whole, tmp_path, number):
    """A signal saves and ends the run in peace; the same line takes the steps that are left."""
    code, output = interrupted(photos, tmp_path, number, lambda: steps_taken(tmp_path) >= 3)
    assert code == 0
    assert f"stopped at step {steps_taken(tmp_path)} and saved" in output
    run(photos, tmp_path)
    same_run(tmp_path, whole)


@pytest.mark.parametrize("moment", ["losses.csv", "run.pt", "run.partial"])
def test_killed_run_continues_bit_for_bit(photos, whole, tmp_path, moment):
    """kill -9 before the first checkpoint, after one, and as near as can be to the writing of one."""
    code, _ = interrupted(photos, tmp_path, signal.SIGKILL, (tmp_path / moment).exists)
    assert code == -signal.SIGKILL
    run(photos, tmp_path)
    same_run(tmp_path, whole)


def test_two_processes_share_a_run(photos, tmp_path):
    """torchrun with two processes comes to its end; the first one writes, once."""
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")
    run(photos, tmp_path, launcher=launcher)
    assert steps_taken(tmp_path) == STEPS
    header = interir.weights.read(tmp_path / "weights.safetensors").provenance
    assert (header["processes"], header["patches"]) == (2, patches_seen())


def patches_seen():
    """Batches of two for three quarters of the steps, then one patch for each of two processes."""
    return 2 * STEPS


def gradients(share=None):
    """Those of one step of InterIR, by name, from this process's share of the batch."""
    config = interir.InterIRConfig(width=8, down=4, blocks=2)
    trainer = Trainer(config, Recipe(steps=9, batch=4, patch=16), "cpu", share)
    trainer.network.double()
    train.wrap(trainer, compiled=False)
    images = [torch.randint(256, (3, 40, 36), generator=generator(s)).to(torch.uint8) for s in range(2)]
    sample = trainer.batch(images)
    image, clean = (trainer.share.of(pixels).double() for pixels in (sample.image, sample.clean))
    losses.restoration_loss(trainer.forward(image), clean).backward()
    return {name: p.grad for name, p in trainer.network.named_parameters()}


def one_of_two(rank, folder):
    """What each of the two processes does."""
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=2)
    torch.save(gradients(Share(rank, 2)), f"{folder}/{rank}.pt")
    distributed.destroy_process_group()


def test_two_processes_have_the_gradients_of_one(tmp_path, monkeypatch):
    """Half the batch each, averaged by gloo, is the whole batch."""
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    multiprocessing.spawn(one_of_two, (str(tmp_path),), nprocs=2)
    alone = gradients()
    first, second = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert any(gradient.abs().max() > 1e-3 for gradient in alone.values())
    for name, expected in alone.items():
        assert torch.equal(first[name], second[name])
        torch.testing.assert_close(first[name], expected, rtol=1e-9, atol=1e-12)
