"""A bank's scores as the Embeddings page reads them: rows over k, and what they say of Figure 6."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.embedding.build import EARLY, TRAINED, UNTRAINED
from analysis.embedding.contrast import Contrast
from analysis.embedding.scores import FEATURE_SPACE, PIXELS, Additivity, Scores
from interir import tables
from interir.bootstrap import Interval

from .atlas import Atlas

NOTES = (
    "Silhouette: above 0, items lie nearer to their own degradation than to the next; below 0, the labels"
    " do not describe the clusters.",
    "CH and DB compare the spread between degradations with that within; they have no absolute scale,"
    " so compare rows.",
    "k-NN purity: the share of the ten nearest items of other photos that have the same degradation;"
    " chance is 1/8.",
    "Probe: a linear classifier on photos that it has not seen; what it misses may still be there, bent.",
    "R² of the level, where the degradation is present: 1 reads it off, 0 is no better than its mean.",
    "Dotted rows are null models: what they reach is no merit of the training.",
    "Features are scored in their first 50 principal components. Small figures are 95 % intervals over"
    " photos; on t-SNE maps, one standard deviation over five seeds.",
)

UNSCORED = "This bank was not scored; build it without --no-scores to have the table."


def readings(atlas: Atlas, source: str) -> dict[str, Any]:
    """Rows of scores by network and null model, the additivity of shifts, and the claim's verdict."""
    scored, additive, contrasts = atlas.rows
    if not scored:
        raise LookupError(UNSCORED)
    kept = [row for row in scored if row.source in (source, PIXELS)]
    facts = {name: member.facts for name, member in atlas.bank.members.items()}
    rows = [_row(list(group), facts) for group in _grouped(kept)]
    return {
        "rows": sorted(rows, key=lambda row: row["order"]),
        "claim": " ".join(claim(each, facts) for each in contrasts if each.source == source),
        "notes": [*NOTES, *_additivity(additive, source, facts)],
    }


def claim(found: Contrast, facts: dict[str, dict[str, Any]]) -> str:
    """Whether the degradations separate better in the first network, in a sentence with its figures."""
    first, other = (facts[name]["title"] for name in (found.first, found.other))
    parts = [f"{name} {_signed(found.measures[name][-1])}" for name in found.measures]
    wins = [each[-1].low > 0 for each in found.measures.values()]
    losses = [each[-1].high < 0 for each in found.measures.values()]
    verdict = (
        "does hold for these weights" if all(wins)
        else "does not hold for these weights: it is the other way round" if all(losses)
        else "is not settled by these weights: the measures disagree, or their intervals hold zero"
    )  # fmt: skip
    since = _since(found)
    return (
        f"Figure 6 of the paper says that degradations separate better in {first} than in {other}."
        f" At the last iteration this {verdict} ({first} less {other}: {', '.join(parts)};"
        " paired 95 % intervals)."
        + (f" By the probe {first} leads from k = {since} on." if since is not None else "")
    )


def _since(found: Contrast) -> int | None:
    """The first k from which the probe's interval stays above zero to the end."""
    above = [interval.low > 0 for interval in found.measures["accuracy"]]
    if not above[-1]:
        return None
    last = max((i for i, each in enumerate(above) if not each), default=-1)
    return found.ks[last + 1]


def _grouped(rows: Sequence[Scores]) -> Iterable[list[Scores]]:
    groups: dict[tuple[str, str, bool], list[Scores]] = {}
    for row in rows:
        groups.setdefault((row.network, row.space, row.shuffled), []).append(row)
    return groups.values()


def _row(rows: list[Scores], facts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One network or null model over its iterations."""
    first = rows[0]
    about = facts.get(first.network, {})
    role = about.get("role", PIXELS)
    of = about.get("of", first.network) if about else None
    measured = list(dict.fromkeys(name for row in rows for name in row.measures))
    return {
        "label": _label(first, about, facts),
        "of": of if role in (TRAINED, UNTRAINED, EARLY) else None,
        "ks": [row.k for row in rows] if first.k is not None else None,
        "values": {name: [_triple(row.measures.get(name)) for row in rows] for name in measured},
        "null": role != TRAINED or first.shuffled,
        "order": (first.space != FEATURE_SPACE, role != TRAINED or first.shuffled, first.shuffled),
    }


def _label(row: Scores, about: dict[str, Any], facts: dict[str, dict[str, Any]]) -> str:
    if not about:
        name = "the pixels’ statistics"
    else:
        title = facts[about.get("of", row.network)]["title"]
        name = {TRAINED: title, UNTRAINED: f"{title}, untrained", EARLY: f"{title}, early"}[about["role"]]
    space = "" if row.space == FEATURE_SPACE else f", on its {row.space} map"
    return name + (", labels shuffled" if row.shuffled else "") + space


def _additivity(rows: Sequence[Additivity], source: str, facts: dict[str, dict[str, Any]]) -> list[str]:
    """How far the shift of H+R+N is the sum of its parts, at the last iteration of each network."""
    own = [row for row in rows if row.source == source and facts[row.network]["role"] == TRAINED]
    last = {row.network: row for row in own}  # later rows are later iterations
    found = []
    for name, row in last.items():
        whole = next(part for part in row.compositions if part.combination == "H+R+N")
        found.append(
            f"{facts[name]['title']}, k = {row.k}: the shift of H+R+N against the sum of its parts has cosine"
            f" {_plain(whole.cosine)} (parts of another photo: {_plain(whole.null_cosine)})"
            f" and R² {_plain(whole.r2)} ({_plain(whole.null_r2)})."
        )
    return found


def _triple(value: Interval | None) -> list[float] | None:
    return None if value is None or value.mean != value.mean else [value.mean, value.low, value.high]


def _signed(value: Interval) -> str:
    return tables.interval(value, 2).replace("-", "−")


def _plain(value: Interval) -> str:
    return f"{value.mean:.2f} [{value.low:.2f}, {value.high:.2f}]".replace("-", "−")
