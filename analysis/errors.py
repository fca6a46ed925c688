"""The kind of error that every analysis raises for people."""


class AnalysisError(ValueError):
    """What an analysis cannot do here; its text is a sentence for people."""
