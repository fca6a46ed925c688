"""The eight claims: the paper's words, what is measured, and what would support or refute them.

All of it is written before any number is known; sentences are quoted from arXiv 2511.10166.
"""

from __future__ import annotations

from dataclasses import dataclass

from .case import Measurement
from .doing import ENOUGH, Modulation, Modules
from .known import Baseline, Embeddings
from .masks import Masks
from .solving import TENTH, Addition, Operators, Residual
from .verdicts import Rule, agreed, every


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence, and its test. ``question`` is the claim in our words."""

    name: str
    question: str
    quotation: str
    section: str
    measured: str
    control: str
    supports: str
    refutes: str
    measurement: type[Measurement]
    rule: Rule = every


CLAIMS = (
    Claim(
        name="masks",
        question="Do the masks mark where the degradation is?",
        quotation="to highlight the most informative features, helping the model identify the types of"
        " multiple degradations",
        section="Section 3.4",
        measured="How well the best mask of the network tells places with rain from places without (AUROC),"
        " chosen on one half of the photos and scored on the other.",
        control="The same search for the rain of another photo; the photo’s own |gradient|, which knows"
        " edges and nothing of rain; the network before its training.",
        supports="It finds the photo’s own rain better than another’s, and better than |gradient| does.",
        refutes="It is worse than one of the two.",
        measurement=Masks,
    ),
    Claim(
        name="modules",
        question="Does each module do a job that the network needs?",
        quotation="ensuring that each module operates with clear physical interpretability",
        section="Section 1",
        measured="PSNR lost when a module’s own job is taken away at all iterations: the term of the"
        " operators (RESM), the renewal of A₁ and A₂ (DMUM), the multiplier λ (MUM).",
        control="do(nothing) is the plain run to the bit. The loss without the learned prior is the scale.",
        supports=f"Each of the three costs more than {ENOUGH:g} dB.",
        refutes=f"One of them costs less than {ENOUGH:g} dB: its physical meaning is not what restores.",
        measurement=Modules,
    ),
    Claim(
        name="addition",
        question="Does the additive form prevent that the sum vanishes?",
        quotation="the result can become zero, leading to training collapse during backpropagation",
        section="Supplement 8",
        measured="What is left of A₁ᵀA₁xA₂A₂ᵀ and A₁ᵀyA₂ᵀ when they are subtracted, and when they are added"
        " with the learned weights: the norm of the sum over the sum of the norms.",
        control="Both forms on the same states; the subtraction is the addition with W₁ = 1, W₂ = −1.",
        supports=f"The subtraction leaves under {TENTH:.0%} at its worst iteration, the addition more.",
        refutes=f"The subtraction always leaves more than {TENTH:.0%}, or the addition leaves even less.",
        measurement=Addition,
    ),
    Claim(
        name="modulation",
        question="Does the modulation adapt to the input?",
        quotation="autonomously adjust parameters for different input",
        section="Abstract",
        measured="PSNR lost when every kernel is modulated as for another photo with the same degradations,"
        " and when no kernel is modulated.",
        control="The other photo’s masks are as good as the photo’s own in all but whose they are; all masks"
        " on must equal no modulation, which the tests of this project assert.",
        supports=f"Both cost more than {ENOUGH:g} dB.",
        refutes=f"One costs less than {ENOUGH:g} dB: it hardly matters whose modulation it is, or whether.",
        measurement=Modulation,
    ),
    Claim(
        name="residual",
        question="Does a stage solve the equation that it is named after?",
        quotation="solve it iteratively using gradient descent",
        section="Section 3.3",
        measured="The share of the stages after which their own ½‖F‖², all else held fixed, is smaller than"
        " before: what a descent does at every step.",
        control="The same stages in random order, and an untrained network.",
        supports="More than half of the stages reduce it, and more than in random order.",
        refutes="Fewer than half do, or fewer than in random order.",
        measurement=Residual,
    ),
    Claim(
        name="embeddings",
        question="Are degradations better separated than in the baseline?",
        quotation="the embeddings for each task are more distinctly clustered",
        section="Section 4.3.1",
        measured="Silhouette, k-NN purity and a linear probe of the last estimate x_N, averaged over places,"
        " of the same photos clean and under the seven combinations; this network less the baseline.",
        control="Paired over photos: content and levels are the same in both. Not on a t-SNE map, whose"
        " distances depend on its seed.",
        supports="All three are higher than the baseline’s.",
        refutes="All three are lower. Where they disagree, nothing is decided.",
        measurement=Embeddings,
        rule=agreed,
    ),
    Claim(
        name="operators",
        question="Do the matrices A₁ and A₂ describe the degradation?",
        quotation="we decompose [it] into two smaller degradation matrices via a Kronecker product",
        section="Section 3.2",
        measured="How much of the variance of the degraded features y is explained by A₁ x A₂ with the last"
        " A₁ and A₂ and the features x of the clean photo; a factor and an offset are free in each channel.",
        control="The matrices of another photo under the same degradations, and no matrices at all.",
        supports="The photo’s own matrices explain more than another’s, and more than none.",
        refutes="They explain less than one of the two.",
        measurement=Operators,
    ),
    Claim(
        name="baseline",
        question="Does the network beat the baseline on every combination?",
        quotation="achieves consistently better performance across all evaluations",
        section="Section 4.2.1",
        measured="PSNR of this network less that of the baseline, on the same files, under each of the seven"
        " combinations.",
        control="Paired over photos; 8-bit files on both sides. The paper’s own figures, of other data and"
        " other weights, play no part here.",
        supports="The difference is above 0 under every combination.",
        refutes="It is below 0 under one of them.",
        measurement=Baseline,
    ),
)
