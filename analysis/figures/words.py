"""What captions say of a run, as plain words; and plain words as matplotlib and LaTeX set them.

A page and a recipe hold the plain words; only what sets them knows its own signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from interir.tables import escape

SIGNS = str.maketrans({
    "₀": "$_0$", "₁": "$_1$", "₂": "$_2$", "₃": "$_3$", "ₖ": "$_k$", "²": "$^2$", "√": r"$\surd$",
    "λ": r"$\lambda$", "σ": r"$\sigma$", "ε": r"$\epsilon$", "τ": r"$\tau$", "α": r"$\alpha$",
    "Δ": r"$\Delta$", "‖": r"$\Vert$", "−": "$-$", "ᵀ": r"$^\top$",
})  # fmt: skip
"""Signs that a page writes plainly, as faces for papers and LaTeX have them."""

MARKS = str.maketrans({
    "“": "``", "”": "''", "‘": "`", "’": "'", "\u00a0": "~", "–": "--", "—": "---", "…": r"\ldots{}",
    "×": r"$\times$", "·": r"$\cdot$", "±": r"$\pm$", "½": r"$\frac12$", "→": r"$\to$", "←": r"$\gets$",
    "≤": r"$\le$", "≥": r"$\ge$", "≈": r"$\approx$", "⊙": r"$\odot$", "⟨": r"$\langle$", "⟩": r"$\rangle$",
    "β": r"$\beta$", "φ": r"$\phi$", "Σ": r"$\Sigma$",
})  # fmt: skip
"""More of them, which faces have and pdfLaTeX lacks."""

ACCENTED = {"\u0302": "hat", "\u0303": "tilde"}
"""Accents over a variable."""


def plain(text: str) -> str:
    """A page's words as matplotlib sets them."""
    return text.replace("$", r"\$").translate(SIGNS)


def typeset(text: str) -> str:
    r"""A page's words as LaTeX sets them.

    >>> typeset("“50 %”: 3 × σ of x̂")
    "``50 \\%'': 3 $\\times$ $\\sigma$ of $\\hat{x}$"
    """
    words = escape(unicodedata.normalize("NFC", text)).translate(SIGNS | MARKS)
    for accent, name in ACCENTED.items():
        words = re.sub(rf"(\w){accent}", rf"$\\{name}{{\1}}$", words)
    return words


def minus(text: str) -> str:
    """Printed numbers with true minus signs.

    >>> minus("-0.12 [-0.3, 0.1] of Davies-Bouldin")
    '−0.12 [−0.3, 0.1] of Davies-Bouldin'
    """
    return re.sub(r"(?<!\w)-(?=\d)", "−", text)


def photographed(name: str, credit: str, levels: Mapping[str, float], seed: int | None = None) -> str:
    """A photo: as it is where no level is above 0, else at its levels, by a seed where it is known."""
    said = ", ".join(f"{kind} {level:g}" for kind, level in levels.items() if level)
    if not said:
        return f"the photo “{name}”{credit}"
    drawn = "" if seed is None else f", seed {seed}"
    return f"“{name}”{credit} under {said} (levels of Table\u00a06{drawn})"


def credited(credit: str, licence: str) -> str:
    """What a photo's licence asks a caption to say; nothing where it asks for nothing."""
    return f" (photo: {credit}, {licence}, changed)" if licence.startswith("CC BY") else ""
