"""What several tests need: random parameters, random photos, all tensors of a record."""

import signal
from contextlib import contextmanager
from dataclasses import fields, is_dataclass

import torch


def generator(seed=0):
    """A seeded generator on the CPU."""
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0, dtype=torch.float64):
    """Seeded Gaussian numbers."""
    return torch.randn(*shape, generator=generator(seed), dtype=dtype)


def photo(height, width, *, batch=1, seed=7, dtype=torch.float64):
    """A seeded random photo in [0, 1]."""
    return torch.rand(batch, 3, height, width, generator=generator(seed), dtype=dtype)


@torch.no_grad()
def randomise(module, seed=0):
    """Draw every parameter and buffer anew, so that no branch is switched off by its start."""
    drawn = generator(seed)
    for name, value in [*module.named_parameters(), *module.named_buffers()]:
        if value.is_floating_point():
            centre, scale = _centre_and_scale(name, value)
            noise = torch.randn(value.shape, generator=drawn, dtype=torch.float64)
            value.copy_(centre + scale * noise)
            if name.endswith("running_var"):
                value.abs_().add_(0.5)
    return module


def _centre_and_scale(name, value):
    leaf = name.rpartition(".")[2]
    known = {
        "scale1": (0, 0.5),
        "scale2": (0, 0.5),
        "threshold": (0, 0.3),
        "size": (0.5, 0.1),
        "eta": (0.2, 0.05),
        "w1": (0, (2 * value.shape[1]) ** -0.5 if value.ndim == 3 else 1),
        "w2": (0, (2 * value.shape[1]) ** -0.5 if value.ndim == 3 else 1),
    }
    if leaf in known:
        return known[leaf]
    if "norm" in name and leaf == "weight":
        return 1, 0.1
    return (0, value[0].numel() ** -0.5) if value.ndim > 1 else (0, 0.3)


def tensors(record):
    """All tensors of a record, of its records and of its tuples, by path."""
    if isinstance(record, torch.Tensor):
        return {"": record}
    if isinstance(record, tuple):
        inner = {str(i): item for i, item in enumerate(record)}
    elif is_dataclass(record):
        inner = {field.name: getattr(record, field.name) for field in fields(record)}
    else:
        return {}
    return {f"{key}.{path}": t for key, item in inner.items() for path, t in tensors(item).items()}


def assert_same_bits(left, right):
    """Two records hold the same tensors, bit for bit."""
    left, right = tensors(left), tensors(right)
    assert left
    assert left.keys() == right.keys()
    for path in left:
        assert torch.equal(left[path], right[path]), path


@contextmanager
def time_limit(seconds):
    """Raise `TimeoutError` in what would go on for ever; only in the main thread."""

    def expire(*_):
        raise TimeoutError(f"not done after {seconds} s")

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
