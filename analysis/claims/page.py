"""The report as one HTML file: it prints, follows light and dark, and fetches nothing.

Built from the same plain values as the JSON. Whatever is text there is escaped here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from .style import STYLE
from .verdicts import FOREIGN, REFUTED, SUPPORTED, UNDECIDED, UNMEASURED, VERDICTS

SHAPES = {SUPPORTED: "●", REFUTED: "■", UNDECIDED: "◆", FOREIGN: "○", UNMEASURED: "◇"}
"""A verdict's mark, so that no reader depends on its colour."""

WIDTH, HEIGHT = 300, 30
"""Of a drawn interval, in units of its own."""

HOW = (
    "Bars are 95 % intervals of the mean over photos, the dot is the mean. The dashed line is the threshold"
    " that was fixed beforehand; the shaded side of it speaks for the claim. An interval wholly on the"
    " shaded side supports, one wholly on the other side refutes, one across the line decides nothing."
)

SCOPE = (
    "A verdict is about these weights on these photos. It says nothing about the authors’ own network, whose"
    " weights are not public, and the paper’s formulas had to be read from its words."
)

TERMS = (
    ("measured", "Measured"),
    ("control", "Against"),
    ("supports", "Would support"),
    ("refutes", "Would refute"),
)


def page(report: Mapping[str, Any]) -> str:
    """The whole file."""
    network = report["network"]
    title = f"Claims about {network['title']}, tested on {network['name']}"
    body = "".join(
        [_head(report, title), _contents(report["cards"]), *_cards(report["cards"]), _foot(report)]
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>{body}</main>\n</body>\n</html>\n"
    )


def _head(report: Mapping[str, Any], title: str) -> str:
    network, against = report["network"], report["against"]
    other = f", baseline {escape(against['title'])} <code>{escape(against['name'])}</code>" if against else ""
    counts = Counter(card["verdict"] for card in report["cards"])
    tally = "".join(f"<li>{badge(word)} <b>{counts[word]}</b></li>" for word in VERDICTS if counts[word])
    return (
        f'<header class="top"><p class="kicker">Claim cards</p><h1>{escape(title)}</h1>'
        f'<p class="lead">Sentences of the paper ({escape(report["paper"])}), each with the measurement that'
        " tests it. What would support and what would refute it was written down before the numbers."
        f" Weights <code>{escape(network['weights'])}</code>{other}.</p>"
        f'<ul class="tally">{tally}</ul><p class="how">{HOW} {SCOPE}</p></header>'
    )


def _contents(cards: Iterable[Mapping[str, Any]]) -> str:
    rows = (
        f'<li><a href="#{escape(card["name"])}">{escape(card["question"])}</a>{badge(card["verdict"])}</li>'
        for card in cards
    )
    return f'<nav aria-label="Claims"><ol>{"".join(rows)}</ol></nav>'


def _cards(cards: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for number, card in enumerate(cards, 1):
        terms = "".join(f"<dt>{name}</dt><dd>{escape(card[key])}</dd>" for key, name in TERMS)
        yield (
            f'<article id="{escape(card["name"])}" class="{_slug(card["verdict"])}">'
            f'<header><p class="number">{number}</p><h2>{escape(card["question"])}</h2>'
            f"{badge(card['verdict'])}</header>"
            f"<blockquote><p>“{escape(card['quotation'])}”</p><cite>{escape(card['section'])}</cite></blockquote>"
            f'{_tests(card["tests"])}<dl class="terms">{terms}</dl>{_beside(card["beside"])}'
            f"{_notes(card)}<pre><code>{escape(card['command'])}</code></pre></article>"
        )


def badge(verdict: str) -> str:
    """The verdict as a shape and a word."""
    mark = f'<i aria-hidden="true">{SHAPES[verdict]}</i>'
    return f'<span class="badge {_slug(verdict)}">{mark}{escape(verdict)}</span>'


def _tests(tests: Iterable[Mapping[str, Any]]) -> str:
    rows = "".join(
        f'<li><p class="what">{escape(test["what"])}</p>{bar(test)}'
        f'<p class="value">{reading(test["value"], test["unit"])}'
        f"<small>must exceed {test['threshold']:g}{_unit(test['unit'])}; {test['photos']} photos:"
        f" {escape(test['verdict'])}</small></p></li>"
        for test in tests
    )
    return f'<ul class="tests">{rows}</ul>' if rows else ""


def bar(test: Mapping[str, Any]) -> str:
    """The interval on an axis, beside its threshold; nothing where it has no ends."""
    value, (low, high) = test["value"], test["scale"]
    if None in (value["low"], value["high"], low, high):
        return "<span></span>"

    def at(x: float) -> str:
        return f"{WIDTH * (x - low) / (high - low):.1f}"

    middle, edge = HEIGHT / 2, at(test["threshold"])
    said = f"interval {ends(value)}{_unit(test['unit'])}"
    ticks = "".join(
        f'<line x1="{at(value[end])}" x2="{at(value[end])}" y1="{middle - 5}" y2="{middle + 5}"/>'
        for end in ("low", "high")
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}"'
        f' class="{_slug(test["verdict"])}">'
        f'<rect class="for" x="{edge}" y="2" width="{WIDTH - float(edge):.1f}" height="{HEIGHT - 4}"/>'
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="{middle}" y2="{middle}"/>'
        f'<line class="threshold" x1="{edge}" x2="{edge}" y1="0" y2="{HEIGHT}"/><g class="interval">'
        f'<line x1="{at(value["low"])}" x2="{at(value["high"])}" y1="{middle}" y2="{middle}"/>{ticks}'
        f'<circle cx="{at(value["mean"])}" cy="{middle}" r="4.5"/></g></svg>'
    )


def _beside(rows: Iterable[Mapping[str, Any]]) -> str:
    cells = "".join(
        f"<tr><th>{escape(row['what'])}</th><td>{reading(row['value'], row['unit'], signed=False)}</td></tr>"
        for row in rows
    )
    return f'<table class="beside"><caption>Beside it, not judged</caption>{cells}</table>' if cells else ""


def _notes(card: Mapping[str, Any]) -> str:
    source = f"{card['source'][:1].upper()}{card['source'][1:]}." if card["source"] else ""
    return "".join(f'<p class="note">{escape(text)}</p>' for text in (*card["notes"], source) if text)


def reading(value: Mapping[str, Any], unit: str, *, signed: bool = True) -> str:
    """A mean with the ends of its interval."""
    if None in value.values():
        return "–"
    mean = written(value["mean"], value, signed=signed)
    return f"<b>{mean}{_unit(unit)}</b> [{ends(value, signed=signed)}]"


def ends(value: Mapping[str, Any], *, signed: bool = True) -> str:
    """Both ends of an interval."""
    return ", ".join(written(value[end], value, signed=signed) for end in ("low", "high"))


def written(number: float, value: Mapping[str, Any], *, signed: bool) -> str:
    """A number to the digits that an interval's width is worth, with a real minus."""
    width = value["high"] - value["low"] or abs(value["mean"])
    decimals = 2 if width >= 0.1 or width == 0 else 3 if width >= 0.01 else 4
    return f"{number:{'+' if signed else ''}.{decimals}f}".replace("-", "−")


def _unit(unit: str) -> str:
    return f" {escape(unit)}" if unit else ""


def _slug(verdict: str) -> str:
    return verdict.replace(" ", "-")


def _foot(report: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<li>{escape(photo['name'])} <code>{escape(photo['sha256'][:12])}</code></li>"
        for photo in report["photos"]
    )
    versions = ", ".join(f"{escape(name)} {escape(number)}" for name, number in report["versions"].items())
    return (
        f"<footer><h2>Made by</h2><pre><code>{escape(report['command'])}</code></pre>"
        f"<p>Photos of <code>{escape(report['data'])}</code>, middle {report['side']} × {report['side']} px,"
        f" under {', '.join(report['combinations'])}. Intervals: {escape(report['intervals'])}."
        f" {versions}.</p><details><summary>{len(report['photos'])} photos and their SHA-256</summary>"
        f"<ul>{rows}</ul></details></footer>"
    )
