"""Tensor aliases and the one glossary of letters.

========  =======================================================================
letter    meaning
========  =======================================================================
``b``     sample in the batch
``c``     channel of the feature space in which the solver works
``h w``   rows and columns of the features (the photo's, divided by ``down``)
``H W``   rows and columns of the photo, in pixels
``r s``   rows and columns of a convolution kernel (``k x k`` in the paper)
``o i``   output channels, and input channels per group, of a convolution
========  =======================================================================

Photos are RGB, float, in [0, 1]. The iteration index is always ``k``, from 0 (the
initial state) to ``depth`` (the state that is decoded into the output).
"""

from jaxtyping import Bool, Float
from torch import Tensor

Image = Float[Tensor, "b 3 H W"]
Features = Float[Tensor, "b c h w"]
RowOperator = Float[Tensor, "b c h h"]
ColumnOperator = Float[Tensor, "b c w w"]
Gain = Float[Tensor, "b c 1 1"]
Scalar = Float[Tensor, ""]
Convolved = Float[Tensor, "b outputs rows columns"]
Padded = Float[Tensor, "b 3 rows columns"]
Threshold = Float[Tensor, "1 c 1 1"]
Colour = Float[Tensor, "b 1 1 1"]

Kernel = Float[Tensor, "o i r s"]
Modulation = Float[Tensor, "b c r s"]
Mask = Bool[Tensor, "b c h w"]
Layer = Float[Tensor, "b 1 H W"]
Level = Float[Tensor, " b"]
