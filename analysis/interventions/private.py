"""Copies of a network that may be edited while others use the original.

The dashboard serves several people with one network object, so an intervention must not touch it.
A private copy has its own module objects where something will be edited, and on the way there;
everything else, all parameters and buffers included, is the original's. It costs milliseconds
and no memory. `torch.func.functional_call` swaps tensors but not behaviour, and while it runs
the shared object is changed; a context variable read inside the network would have to be
compiled into its graph.
"""

from __future__ import annotations

import copy
from typing import TypeVar

from torch import nn

M = TypeVar("M", bound=nn.Module)


def private(network: M, kinds: tuple[type[nn.Module], ...]) -> M:
    """A copy of a network whose modules of the given types, and their parents, are its own."""
    return _private(network, kinds, {})


def _private(module: M, kinds: tuple[type[nn.Module], ...], made: dict[nn.Module, nn.Module]) -> M:
    if module in made:  # a module used in several places stays one module
        return made[module]  # type: ignore[return-value]
    children = {
        name: None if child is None else _private(child, kinds, made)
        for name, child in module._modules.items()
    }
    same = all(children[name] is child for name, child in module._modules.items())
    if not isinstance(module, kinds) and same:
        made[module] = module
        return module
    twin = copy.copy(module)  # shares the dictionaries of children and parameters: make them its own
    twin.__dict__ |= {"_modules": children, "_parameters": dict(module._parameters)}
    made[module] = twin
    return twin
