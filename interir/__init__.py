"""InterIR and DeepSN-Net: unfolded restoration networks whose every iteration can be looked at.

>>> import interir, torch
>>> model = interir.create("interir-small", blocks=2)
>>> trace = model.trace(torch.rand(1, 3, 32, 48))
>>> [iteration.k for iteration in trace]
[0, 1, 2, 3]
>>> tuple(trace[1].state.a1.shape), len(trace[1].convolutions)
((1, 64, 8, 8), 5)
"""

from . import degrade
from .configs import NAMED, DeepSNConfig, InterIRConfig, create, register
from .deepsn import DeepSNNet
from .explainable import ExplainableConv2d, explain
from .network import InterIR
from .records import Convolution, Iteration, Observation, Solve, State, Trace
from .unfolding import UnfoldedNetwork
from .weights import CheckpointError, load, save

__all__ = [
    "NAMED",
    "CheckpointError",
    "Convolution",
    "DeepSNConfig",
    "DeepSNNet",
    "ExplainableConv2d",
    "InterIR",
    "InterIRConfig",
    "Iteration",
    "Observation",
    "Solve",
    "State",
    "Trace",
    "UnfoldedNetwork",
    "create",
    "degrade",
    "explain",
    "load",
    "register",
    "save",
]
__version__ = "0.1.0"
