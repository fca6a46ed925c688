"""Addresses of the Why page, below those of a run."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import JSONResponse, Response

from ..answers import half, kept, lines, png
from ..runs import Run
from . import asked, assets, attribution, convergence, interventions, ledger, lens, localisation


def of_a_run() -> dict[str, Callable[..., Response]]:
    """What can be asked of a run, by address."""
    return {
        "ledger.json": lambda run: kept(ledger.account(run)),
        "ledger/total.ndjson": lambda run: lines(ledger.totals(run)),
        "ledger/{term}.npy": _term,
        "lens.json": lambda run: JSONResponse(lens.readings(run)),
        "lens/{k:int}.png": lambda run, k: png(lens.tuned(run).estimates[k]),
        "lens/gap.npy": lambda run: half(lens.gap(run)),
        "interventions.json": lambda run: kept(interventions.catalogue(run)),
        "oddity.json": lambda run: JSONResponse(interventions.untouched(run)),
        "do/{text}/effect.json": lambda run, text: JSONResponse(interventions.effect(run, text)),
        "do/{text}/image.png": lambda run, text: png(interventions.outcome(run, text).image.cpu()),
        "do/{text}/difference.npy": _difference,
        "set/{kind}.json": _over_photos,
        "attribution.json": lambda run: kept(asked.form(run)),
        "attribution/{text}.ndjson": lambda run, text: lines(attribution.explained(run, text)),
        "localisation.ndjson": lambda run: lines(localisation.cells(run)),
        "clearings.ndjson": lambda run: lines(localisation.clearings(run)),
        "convergence.ndjson": lambda run: lines(convergence.curves(run)),
    }


def _term(run: Run, term: str) -> Response:
    if term not in ledger.TERMS:
        raise LookupError(f"there is no term called {term!r}")
    return half(ledger.books(run).maps[term])


def _difference(run: Run, text: str) -> Response:
    return half(interventions.outcome(run, text).difference.mean(dim=1).cpu())


def _over_photos(run: Run, kind: str) -> Response:
    if kind not in assets.PARTS:
        raise LookupError(f"there is no analysis of sets called {kind!r}")
    return JSONResponse(assets.over_photos(run, kind))
