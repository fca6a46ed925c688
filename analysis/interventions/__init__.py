"""do(): runs of a network in which something was changed, and what that changed."""

from .base import Intervention as Intervention
from .base import InterventionError as InterventionError
from .bench import refuse as refuse
from .bench import restore as restore
from .bench import trace as trace
from .bench import unfold as unfold
from .text import CATALOGUE as CATALOGUE
from .text import combination as combination
from .text import described as described
from .text import in_words as in_words
from .text import settings as settings
