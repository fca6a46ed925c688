"""The one list of kinds of figures, in the order in which they are offered."""

from .board import BoardRecipe
from .books import LedgerRecipe
from .chart import ChartRecipe
from .convolutions import ConvolutionsRecipe
from .curves import CurvesRecipe
from .film import FilmRecipe
from .grid import GridRecipe
from .heat import HeatRecipe
from .maps import MapsRecipe
from .matrix import MatrixRecipe
from .operators import OperatorsRecipe
from .panel import PanelRecipe
from .spec import Recipe
from .strip import StripRecipe
from .tables import AblationRecipe, ResultsRecipe

_ALL: tuple[type[Recipe], ...] = (
    StripRecipe,
    GridRecipe,
    CurvesRecipe,
    OperatorsRecipe,
    ConvolutionsRecipe,
    LedgerRecipe,
    HeatRecipe,
    MapsRecipe,
    ResultsRecipe,
    AblationRecipe,
    FilmRecipe,
    PanelRecipe,
    ChartRecipe,
    MatrixRecipe,
    BoardRecipe,
)
PINNED = ("panel", "chart", "matrix")
"""Kinds of what is on one panel of a screen: they are chosen there, and composed on boards."""
KINDS: dict[str, type[Recipe]] = {recipe.kind: recipe for recipe in _ALL}
