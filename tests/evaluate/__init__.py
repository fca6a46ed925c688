"""Evaluation: what is scored, how it is compared, and how it is shown."""
