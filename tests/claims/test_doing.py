"""What interventions cost, on networks where it is known what they change."""

import pytest
import torch

import interir
from analysis.claims.doing import ENOUGH, Modulation, Modules
from analysis.claims.verdicts import REFUTED, SUPPORTED, ForeignError
from tests.analysis.toy import Toy
from tests.claims.support import case, everything, images, look, watched
from tests.helpers import photo, randomise


def modules(operator, prior):
    """A toy at ε = 0.5 after all looks; its plain output is what it restores."""
    network = Toy(1, lambda k, y, state: (operator * state.x, prior * state.x))
    pair = images()
    return watched(
        Modules(case(network)),
        everything(lambda i, c: look(network, pair[i], plain=network(pair[i]), name=str(i), combination=c)),
    )


def test_a_term_that_restores_and_modules_that_do_nothing():
    """Only the operators' term brings x to zero and the output to the input; λ and the renewal are idle."""
    term, renewal, multiplier = modules(operator=2.0, prior=0.0).tests
    assert (term.verdict, renewal.verdict, multiplier.verdict) == (SUPPORTED, REFUTED, REFUTED)
    assert term.value.low > 10
    for idle in (renewal, multiplier):
        assert (idle.value.mean, idle.value.low, idle.value.high) == (0, 0, 0)


def test_operators_that_do_nothing():
    """What the prior does is beside the claim."""
    found = modules(operator=0.0, prior=2.0)
    assert {test.verdict for test in found.tests} == {REFUTED}
    assert found.beside[0].value.low > 10


def test_uniform_modulation():
    """Thresholds that nothing reaches make all taps alike, of whomever: nothing is lost, the claim fails."""
    network = randomise(interir.create("interir-small", width=8, blocks=1, down=4).eval()).requires_grad_(
        False
    )
    for name, parameter in network.named_parameters():
        if name.endswith("threshold"):
            parameter.fill_(torch.inf)
    pair = [photo(24, 24, seed=seed, dtype=torch.float32) for seed in (1, 2)]
    with torch.inference_mode():
        traces, plain = [network.trace(each) for each in pair], [network(each) for each in pair]
    found = watched(
        Modulation(case(network)),
        everything(
            lambda i, c: look(
                network, pair[i], donor=traces[1 - i], plain=plain[i], name=str(i), combination=c
            )
        ),
    )
    assert [test.verdict for test in found.tests] == [REFUTED, REFUTED]
    assert max(abs(test.value.mean) for test in found.tests) < 1e-3 < ENOUGH
    assert found.beside[0].value.mean == pytest.approx(0, abs=1e-6)


def test_a_network_without_explainable_convolutions():
    """The claim does not apply, and the reason is a sentence."""
    with pytest.raises(ForeignError, match=r"^Toy has no explainable convolution\.$"):
        Modulation(case(Toy(1, lambda k, y, state: (0 * y, 0 * y)))).finding()
