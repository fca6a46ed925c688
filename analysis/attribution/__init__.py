"""Which pixels, which degradations and which iterations made a region of the restored photo?

`objectives` says what is asked of the region, `maps` what an answer is. `gradients`, `occlusion`
and `causal` give credit to pixels, `players` to rain, haze and noise, `stages` to iterations;
`quality` says how far a map can be trusted. ``python -m analysis.attribution`` does it all.
"""

from .maps import Attribution as Attribution
from .objectives import METRICS as METRICS
from .objectives import AttributionError as AttributionError
from .objectives import Objective as Objective
from .objectives import Region as Region
