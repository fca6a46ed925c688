"""Claim cards: sentences of the paper, each with the measurement that tests it on the weights at hand.

`verdicts` is the rule that turns an interval into a word, `case` what is measured on and the runs
that all claims share; `masks`, `doing`, `solving` and `known` measure, `catalogue` says what is
claimed, and `report` and `page` write it down. ``python -m analysis.claims`` does it all.
"""

from interir.weights import ASSETS

REPORTS = ASSETS / "claims"
"""Where the reports on shipped weights are, under the weights' names."""

FORMAT = 1
"""Of the JSON."""
