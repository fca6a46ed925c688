"""Time and peak memory of one forward pass, each configuration in a fresh process.

On CUDA the memory is ``torch.cuda.max_memory_allocated``. On a CPU it is by how much the
process's peak resident memory grows from before the network is built to after its last pass.
That peak is ``VmHWM`` on Linux, because its ``ru_maxrss`` starts at the *parent's* peak (it
outlives exec), and ``resource.getrusage``'s ``ru_maxrss`` elsewhere.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from .configs import create

STATUS = Path("/proc/self/status")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Footprint:
    """Median seconds of a pass, and peak bytes, those of the weights included."""

    seconds: float
    bytes: int


def measured(name: str, device: str = "cpu", repeat: int = 5, side: int = 256, threads: int = 0) -> Footprint:
    """Measure a named configuration in a fresh process; raises `RuntimeError` with what it said.

    0 threads are as many as torch takes by itself.
    """
    numbers = map(str, (repeat, side, threads or torch.get_num_threads()))
    command = [sys.executable, "-m", "interir.footprint", name, device, *numbers]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{name} could not be measured on {device}: {done.stderr.strip()[-400:]}")
    return Footprint(**json.loads(done.stdout.splitlines()[-1]))


@torch.inference_mode()
def measure(name: str, device: str, repeat: int, side: int) -> Footprint:
    """Measure here: memory is right only in a process that has done nothing else."""
    torch.nn.functional.conv2d(torch.rand(1, 3, 8, 8, device=device), torch.rand(3, 3, 3, 3, device=device))
    before = resident()
    network, photo = create(name).to(device).eval(), torch.rand(1, 3, side, side, device=device)
    network(photo)
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        network(photo)
        if photo.is_cuda:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    allocated = torch.cuda.max_memory_allocated() if photo.is_cuda else peak() - before
    return Footprint(statistics.median(seconds), allocated)


def method(device: str, repeat: int, threads: int = 0) -> str:
    """One paragraph on how, and on what machine."""
    cuda = torch.device(device).type == "cuda"
    count = threads or torch.get_num_threads()
    machine = torch.cuda.get_device_name() if cuda else f"CPU ({platform.machine()}, threads: {count})"
    field = "VmHWM" if STATUS.exists() else "ru_maxrss"
    memory = "torch.cuda.max_memory_allocated" if cuda else f"growth of the process's peak RSS ({field})"
    return (
        f"One photo of 3 x 256 x 256, float32, on {machine}, torch {torch.__version__}: "
        f"median of {repeat} passes after one that is not timed; memory: {memory}, weights included, "
        "in a fresh process per row. Whatever else the machine was doing is in these times."
    )


def resident() -> int:
    """Bytes that are resident now; where only the peak is known, the peak."""
    return _status("VmRSS") if STATUS.exists() else peak()


def peak() -> int:
    """The most bytes that were ever resident in this process."""
    if STATUS.exists():
        return _status("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _status(field: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[5]))
    found = measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    print(json.dumps(asdict(found)))
