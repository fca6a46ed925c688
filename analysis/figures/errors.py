"""What cannot be drawn."""

from ..errors import AnalysisError


class FigureError(AnalysisError):
    """A figure that cannot be made from what was given; its text is a sentence for people."""
