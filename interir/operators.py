r"""The two-sided degradation operator :math:`x \mapsto A_1 x A_2` of Eq. 3.

Per channel, vec(A1 x A2) = (A2ᵀ ⊗ A1) vec(x): a Kronecker-factored linear map whose
singular values are the products of the factors' singular values.
"""

import torch

from .shapes import ColumnOperator, Features, RowOperator


def apply(a1: RowOperator, x: Features, a2: ColumnOperator) -> Features:
    """A1 x A2, channel by channel."""
    return a1 @ x @ a2


def adjoint(a1: RowOperator, x: Features, a2: ColumnOperator) -> Features:
    """A1ᵀ x A2ᵀ: ⟨A1 u A2, v⟩ = ⟨u, A1ᵀ v A2ᵀ⟩."""
    return a1.mT @ x @ a2.mT


def gram(a1: RowOperator, x: Features, a2: ColumnOperator) -> Features:
    """A1ᵀA1 x A2A2ᵀ, the normal operator."""
    return adjoint(a1, apply(a1, x, a2), a2)


def normalize(a: RowOperator | ColumnOperator) -> RowOperator | ColumnOperator:
    """Scale each matrix to unit Frobenius norm, so that its largest singular value is at most 1.

    A matrix of zeros stays zero.
    """
    return torch.nn.functional.normalize(a.flatten(-2), dim=-1).reshape(a.shape)


def from_factors(left: Features, right: Features) -> tuple[RowOperator, ColumnOperator]:
    """norm(left rightᵀ) and norm(leftᵀ right).

    With both factors the observation itself this is the initialisation of Eq. 11.
    """
    return normalize(left @ right.mT), normalize(left.mT @ right)


def identities(y: Features) -> tuple[RowOperator, ColumnOperator]:
    """A1 = A2 = I for features of this shape, as views that take no memory of their own."""
    b, c, h, w = y.shape
    a1, a2 = (torch.eye(n, dtype=y.dtype, device=y.device).expand(b, c, n, n) for n in (h, w))
    return a1, a2
