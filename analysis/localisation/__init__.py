"""Do the masks find the degradation?

`truth` says where the degradation is, `fields` what a network offers as an answer, `scoring` how
well each answer fits the truth and its null models, `heat` what is left when selection and scoring
see different photos, `clearing` whether it matters. ``python -m analysis.localisation`` does it all.
"""

from .fields import LocalisationError as LocalisationError
from .fields import Place as Place
from .heat import heat_map as heat_map
from .scoring import Scored as Scored
from .scoring import score as score
