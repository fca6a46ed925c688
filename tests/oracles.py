"""Slow oracles, written from the paper's equations in NumPy: nothing here calls interir.

Tensors are (b, c, h, w) float64 arrays; ``p`` is a state dict of arrays, by name.
"""

from itertools import product
from math import ceil, floor

import numpy as np


def arrays(module):
    """The module's state dict as NumPy arrays."""
    return {name: value.detach().numpy() for name, value in module.state_dict().items()}


def part(p, prefix):
    """The entries of a submodule."""
    return {name.removeprefix(prefix + "."): v for name, v in p.items() if name.startswith(prefix + ".")}


def pool_cells(mask, rows, columns):
    """Eq. 17: means over r x s regions of the image, which overlap where the size does not divide."""
    b, c, height, width = mask.shape
    out = np.empty((b, c, rows, columns))
    for i, j in product(range(rows), range(columns)):
        top, bottom = floor(i * height / rows), ceil((i + 1) * height / rows)
        left, right = floor(j * width / columns), ceil((j + 1) * width / columns)
        out[:, :, i, j] = mask[:, :, top:bottom, left:right].mean(axis=(2, 3))
    return out


def modulation(x, threshold, rows, columns, literal=False):
    """Eqs. 16 to 18: threshold, occupancy of the regions, softmax over them, times r s."""
    pooled = pool_cells((x > threshold).astype(float), rows, columns)
    exponentials = np.exp(pooled)
    alpha = exponentials / exponentials.sum(axis=(2, 3), keepdims=True)
    return alpha if literal else rows * columns * alpha


def explainable_conv(x, weight, bias, threshold, padding=0, groups=1, literal=False):
    """Eqs. 19 and 20, one output number at a time; zeros outside, stride 1."""
    factor = modulation(x, threshold, *weight.shape[2:], literal)
    b, _, height, width = x.shape
    outputs, inputs, rows, columns = weight.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((b, outputs, height + 2 * padding - rows + 1, width + 2 * padding - columns + 1))
    for n, o, u, v in product(*map(range, out.shape)):
        first = o // (outputs // groups) * inputs
        for i, r, s in product(range(inputs), range(rows), range(columns)):
            tap = factor[n, first + i, r, s] * weight[o, i, r, s]
            out[n, o, u, v] += tap * padded[n, first + i, u + r, v + s]
    return out + bias.reshape(1, -1, 1, 1)


def pointwise(x, p, name):
    """A 1 x 1 convolution."""
    weight = p[f"{name}.weight"][:, :, 0, 0]
    return np.einsum("oi,bihw->bohw", weight, x) + p[f"{name}.bias"].reshape(1, -1, 1, 1)


def channel_norm(x, p, name, eps=1e-6):
    """NAFNet's LayerNorm2d: zero mean and unit variance over the channels of each place."""
    mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return p[f"{name}.weight"] * (x - mean) / np.sqrt(variance + eps) + p[f"{name}.bias"]


def gate(x):
    """SimpleGate: the first half of the channels times the second."""
    half = x.shape[1] // 2
    return x[:, :half] * x[:, half:]


def ep_block(x, p):
    """NAFNet's block, its depthwise 3 x 3 convolution an explainable one."""
    depthwise = part(p, "depthwise")
    v = pointwise(channel_norm(x, p, "norm1"), p, "expand1")
    weight, bias, threshold = (depthwise[key] for key in ("weight", "bias", "threshold"))
    v = gate(explainable_conv(v, weight, bias, threshold, padding=1, groups=v.shape[1]))
    v = v * pointwise(v.mean(axis=(2, 3), keepdims=True), p, "attend")
    x = x + p["scale1"] * pointwise(v, p, "project1")
    v = pointwise(gate(pointwise(channel_norm(x, p, "norm2"), p, "expand2")), p, "project2")
    return x + p["scale2"] * v


def gains(p, *features):
    """Gains from global means: linear, ReLU, linear; one block of c numbers per gain."""
    pooled = np.concatenate([f.mean(axis=(2, 3)) for f in features], axis=1)
    hidden = np.maximum(pooled @ p["net.0.weight"].T + p["net.0.bias"], 0)
    out = hidden @ p["net.2.weight"].T + p["net.2.bias"]
    c = features[0].shape[1]
    return [out[:, i : i + c, None, None] for i in range(0, out.shape[1], c)]


def normal_operator(a1, x, a2):
    """A1ᵀ A1 x A2 A2ᵀ, by indices."""
    return np.einsum("bcji,bcjk,bckl,bclm,bcnm->bcin", a1, a1, x, a2, a2, optimize=True)


def adjoint(a1, y, a2):
    """A1ᵀ y A2ᵀ, by indices."""
    return np.einsum("bcji,bcjk,bclk->bcil", a1, y, a2)


def unit(a):
    """Each matrix divided by its Frobenius norm."""
    return a / np.sqrt((a**2).sum(axis=(2, 3), keepdims=True))


def resm(p, y, x, a1, a2, multiplier):
    """Eq. 12: F, V and its two terms, and the next x."""
    normal, back = normal_operator(a1, x, a2), adjoint(a1, y, a2)
    w1, w2 = gains(part(p, "gains_residual"), normal, back)
    lifted = ep_block(x, part(p, "features")) + multiplier
    residual = w1 * normal + w2 * back + ep_block(lifted, part(p, "adjoint"))
    (w3,) = gains(part(p, "gains_direction"), residual)
    operator_term = w3 * normal_operator(a1, residual, a2)
    mixed = pointwise(np.maximum(pointwise(residual, p, "convs.0"), 0), p, "convs.2")
    prior_term = ep_block(mixed, part(p, "prior"))
    following = x - p["size"] * (operator_term + prior_term)
    return {"x": following, "residual": residual, "operator_term": operator_term, "prior_term": prior_term}


def dmum(p, y, x, a1, a2):
    """Eq. 13: both operators from two factors."""
    right, left = np.einsum("bchv,bcvw->bchw", x, a2), np.einsum("bchv,bcvw->bchw", a1, x)
    w4, w5, w6 = gains(part(p, "gains"), right, left, y)
    factors = pointwise(ep_block(w4 * right + w5 * left + w6 * y, part(p, "block")), p, "factors")
    m1, m2 = np.split(factors, 2, axis=1)
    return unit(np.einsum("bchv,bcwv->bchw", m1, m2)), unit(np.einsum("bcvh,bcvw->bchw", m1, m2))


def mum(p, x, multiplier):
    """Eq. 14: λ + EP(v) - v at v = x + λ."""
    v = x + multiplier
    return multiplier + ep_block(v, part(p, "block")) - v


def unshuffle(image, factor):
    """Space to depth: channel c f² + i f + j of the result is pixel (i, j) of each tile of channel c."""
    tiles = [image[:, c, i::factor, j::factor] for c, i, j in product(range(3), *[range(factor)] * 2)]
    return np.stack(tiles, axis=1)


def shuffle(features, factor):
    """The inverse of `unshuffle`."""
    b, _, h, w = features.shape
    image = np.empty((b, 3, h * factor, w * factor))
    for n, (c, i, j) in enumerate(product(range(3), *[range(factor)] * 2)):
        image[:, c, i::factor, j::factor] = features[:, n]
    return image


def conv3x3(x, p, name):
    """An ordinary 3 x 3 convolution with zeros outside, as a sum of nine shifted images."""
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    weight, out = p[f"{name}.weight"], p[f"{name}.bias"].reshape(1, -1, 1, 1)
    for r, s in product(range(3), range(3)):
        window = padded[:, :, r : r + height, s : s + width]
        out = out + np.einsum("oi,bihw->bohw", weight[:, :, r, s], window)
    return out


def interir(p, image, down, blocks):
    """Eqs. 11 to 14 and the last step: the restored photo; sides are multiples of ``down``."""
    y = conv3x3(unshuffle(image, down), p, "encoder.1")
    a1, a2 = unit(np.einsum("bchv,bcwv->bchw", y, y)), unit(np.einsum("bcvh,bcvw->bchw", y, y))
    x, multiplier = y, pointwise(y, p, "multiplier") + y
    for k in range(blocks):
        block = part(p, f"blocks.{k}")
        x = resm(part(block, "resm"), y, x, a1, a2, multiplier)["x"]
        a1, a2 = dmum(part(block, "dmum"), y, x, a1, a2)
        multiplier = mum(part(block, "mum"), x, multiplier)
    x = resm(part(p, "last"), y, x, a1, a2, multiplier)["x"]
    return image + shuffle(conv3x3(x, p, "decoder.0"), down)
