"""Tables of scores as Markdown, LaTeX and JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import paper
from .bootstrap import Difference, Interval
from .scores import INPUT, Table, columns

ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    # In LaTeX's default encoding the bare signs print as others.
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": "$-$",
    **{c: "\\" + c for c in "&%$#_{}"},
}
MEASURES = ((0, 2), (1, 3))
"""PSNR and SSIM: place in a pair, and decimals."""


def as_text(table: Table, published: Table | None = None) -> str:
    """The table as Markdown, like the paper's Table 1; published rows below ours, marked as such."""
    heads = columns({**table, **(published or {})})
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for label, row in [*table.items(), *_marked(published)]:
        cells = [" / ".join(_plain(row[c], m) for m in MEASURES) if c in row else "–" for c in heads]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def differences_as_text(found: Sequence[Difference]) -> str:
    """Differences of one pair of methods with their intervals, as Markdown."""
    heads = _kept([d.column for d in found])
    kept = [d for d in found if d.column in heads]
    lines = [f"| {found[0].first} − {found[0].other} | " + " | ".join(heads) + " |"]
    lines.append("|---" * (len(heads) + 1) + "|")
    lines.append("| PSNR / dB | " + " | ".join(interval(d.psnr, 2) for d in kept) + " |")
    lines.append("| SSIM | " + " | ".join(interval(d.ssim, 3) for d in kept) + " |")
    return "\n".join(lines)


def interval(found: Interval, decimals: int) -> str:
    """A signed mean and the ends of its interval."""
    ends = f"[{found.low:+.{decimals}f}, {found.high:+.{decimals}f}]"
    return f"{found.mean:+.{decimals}f} {ends}"


def as_latex(
    table: Table, caption: str, found: Sequence[Sequence[Difference]] = (), published: Table | None = None
) -> str:
    """A booktabs table: in each column the best method in bold, the second underlined.

    The input and published rows stand beside the methods and are not ranked with them; values
    that are printed alike share their mark. Differences with intervals follow as rows of their own.
    """
    heads = columns({**table, **(published or {})})
    blocks = [_ranked(table, heads), _foreign(published, heads), *(_changes(d, heads) for d in found)]
    body = "\n\\midrule\n".join("\n".join(block) for block in blocks if block)
    lines = [
        "\\begin{table*}",
        "\\centering\\scriptsize\\setlength{\\tabcolsep}{3pt}",
        f"\\caption{{{escape(caption)}}}",
        "\\begin{tabular}{l" + "c" * len(heads) + "}",
        "\\toprule",
        _line(["Method", *map(escape, heads)]),
        "\\midrule",
        body,
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table*}",
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    r"""Text as LaTeX prints it.

    >>> escape("interir_small & 5 %")
    'interir\\_small \\& 5 \\%'
    >>> escape("<a|b>")
    '\\textless{}a\\textbar{}b\\textgreater{}'
    """
    return "".join(ESCAPES.get(c, c) for c in text)


def finite(value: Any) -> Any:
    """The same containers with None for infinities and NaN, which JSON lacks."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(pair: tuple[float, float], measure: tuple[int, int]) -> str:
    place, decimals = measure
    return f"{pair[place]:.{decimals}f}"


def _kept(heads: list[str]) -> list[str]:
    """A single column has no mean beside it."""
    return heads[:1] if len(heads) == 2 else heads


def _marked(published: Table | None) -> Iterable[tuple[str, dict[str, tuple[float, float]]]]:
    return ((f"{name} ({paper.MARK})", row) for name, row in (published or {}).items())


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cells(
    row: dict[str, tuple[float, float]], heads: list[str], mark: Callable[[str, str, int], str]
) -> list[str]:
    return [
        " / ".join(mark(_plain(row[c], m), c, m[0]) for m in MEASURES) if c in row else "--" for c in heads
    ]


def _ranked(table: Table, heads: list[str]) -> list[str]:
    """Our rows, the best and the second of each column marked."""
    top: dict[tuple[str, int], list[str]] = {}
    for c in heads:
        for m in MEASURES:
            pairs = [row[c] for name, row in table.items() if name != INPUT and c in row]
            printed = {_plain(pair, m) for pair in pairs if not math.isnan(pair[m[0]])}
            top[c, m[0]] = sorted(printed, key=float, reverse=True)[:2]

    def mark(text: str, c: str, place: int) -> str:
        best = top[c, place]
        if text not in best:
            return text
        return f"\\textbf{{{text}}}" if text == best[0] else f"\\underline{{{text}}}"

    return [
        _line([escape(name), *_cells(row, heads, _unmarked if name == INPUT else mark)])
        for name, row in table.items()
    ]


def _unmarked(text: str, c: str, place: int) -> str:
    return text


def _foreign(published: Table | None, heads: list[str]) -> list[str]:
    if not published:
        return []
    title = _across(paper.MARK, heads)
    rows = [_line([escape(name), *_cells(row, heads, _unmarked)]) for name, row in published.items()]
    return [title, *rows]


def _changes(found: Sequence[Difference], heads: list[str]) -> list[str]:
    """A title and two rows, PSNR and SSIM, of differences with their intervals in small print below."""
    by_column = {d.column: d for d in found}
    rows = [_across(f"{found[0].first} − {found[0].other}, with 95 % intervals", heads)]
    for name, decimals in (("psnr", 2), ("ssim", 3)):
        cells = [_stacked(getattr(by_column[c], name), decimals) if c in by_column else "--" for c in heads]
        rows.append(_line([name.upper(), *cells]))
    return rows


def _across(title: str, heads: list[str]) -> str:
    return f"\\multicolumn{{{len(heads) + 1}}}{{l}}{{\\emph{{{escape(title)}}}}} \\\\"


def _stacked(found: Interval, decimals: int) -> str:
    mean, ends = interval(found, decimals).split(" ", 1)
    return f"\\shortstack{{${mean}$ \\\\ {{\\tiny ${ends}$}}}}"
