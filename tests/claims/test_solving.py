"""What is measured of a solver, on solvers whose numbers are known."""

from dataclasses import replace

import pytest
import torch

from analysis.claims import solving
from analysis.claims.solving import Addition, Operators, Residual, explained, kept
from analysis.claims.verdicts import REFUTED, SUPPORTED, UNDECIDED, ForeignError
from tests.analysis.toy import Toy, blur, linear
from tests.claims.support import case, images, look, watched
from tests.helpers import photo

ONE = torch.ones(1, 3, 1, 1, dtype=torch.float64)


class Weighted(Toy):
    """A toy that says with which weights it adds."""

    weights = (ONE, ONE)

    def step(self, k, observation, state):
        found = super().step(k, observation, state)
        return replace(found, solve=replace(found.solve, gains=self.weights))


def both(measurement, network):
    """The measurement after both photos."""
    first, second = images()
    return watched(measurement, [look(network, first), look(network, second, name="b")])


def test_what_is_kept_of_a_sum():
    """All where both are alike, nothing where they cancel, and nothing of nothing."""
    x = photo(5, 6)
    assert kept(x, x) == pytest.approx(1)
    assert kept(x, -x) == 0
    assert kept(3 * x, -x) == pytest.approx(0.5)
    assert kept(0 * x, 0 * x) == 0


def weighted(sign):
    """At k = 1 both terms are y: they cancel or add up wholly, as the weights say."""
    network = Weighted(2, lambda k, y, state: (0.3 * state.x, 0 * y))
    network.weights = (ONE, sign * ONE)
    return network


def test_a_subtraction_that_cancels_and_an_addition_that_does_not():
    """With A = I and x = y nothing is left of the one, and all of the other; so the claim holds."""
    network = weighted(1)
    found = both(Addition(case(network)), network)
    assert [test.verdict for test in found.tests] == [SUPPORTED, SUPPORTED]
    assert found.tests[0].value.mean == pytest.approx(1)
    assert found.tests[1].value.low > 0.9
    assert found.beside[1].value.mean == 0


def test_an_addition_that_learned_to_subtract():
    """It keeps no more than the subtraction, which cannot support the claim; its weights are negative."""
    network = weighted(-1)
    found = both(Addition(case(network)), network)
    assert [test.verdict for test in found.tests] == [SUPPORTED, UNDECIDED]
    assert found.beside[1].value.mean == 1


def test_what_cancels_less_than_it_should():
    """With A = 2 I the subtraction leaves much: the danger that the claim speaks of is not there."""
    network = Weighted(
        1, lambda k, y, state: (0 * y, 0 * y), operators=(2 * torch.eye(12, dtype=torch.float64),) * 2
    )
    found = both(Addition(case(network)), network)
    assert found.tests[0].value.mean == pytest.approx(1 - 12 / 20)
    assert found.tests[0].verdict == REFUTED


def test_a_network_without_weights():
    """The claim does not apply, and says so."""
    with pytest.raises(ForeignError, match="no learned weights"):
        both(Addition(case(linear())), linear())


@pytest.mark.parametrize(("size", "word", "share"), [(0.5, SUPPORTED, 1), (9.0, REFUTED, 0)])
def test_descent_and_divergence(monkeypatch, size, word, share):
    """Descent on a convex function reduces its gradient with every small step, and with no large one."""
    monkeypatch.setattr(solving, "untrained", lambda network, seed: network)
    diagonal = torch.linspace(0.8, 1, 12, dtype=torch.float64).diag()
    network = blur(diagonal, diagonal, size=size)
    found = both(Residual(case(network)), network)
    assert found.tests[0].verdict == word
    assert found.tests[0].value.mean == share
    assert found.tests[1].verdict == UNDECIDED  # its stages are alike: their order is nothing


def planted(image, clean, own, other, name="a"):
    """A photo that matrices made of a clean one, or did not; the donor has matrices of its own."""

    def nothing(k, y, state):
        return 0 * y, 0 * y

    network, donor = (Toy(1, nothing, operators=matrices) for matrices in (own, other))
    return look(network, image, clean, donor.trace(image), name=name)


def matrices(seed):
    """Two random matrices."""
    return tuple(photo(12, 12, seed=seed + i)[0, 0] - 0.5 for i in range(2))


def test_matrices_that_made_the_degradation():
    """They explain all of it, another photo's and none at all do not."""
    own, other = matrices(5), matrices(9)
    looks = [
        planted(3 * (own[0] @ clean @ own[1]) + 2, clean, own, other, name)
        for name, clean in zip("ab", images(), strict=True)
    ]
    found = watched(Operators(case(linear())), looks)
    assert found.beside[0].value.mean == pytest.approx(1)
    assert [test.verdict for test in found.tests] == [SUPPORTED, SUPPORTED]


def test_matrices_that_do_nothing():
    """The identity explains what the clean features do, for whomever: nothing is decided."""
    same = (torch.eye(12, dtype=torch.float64),) * 2
    looks = [
        planted(each + 0.1 * each.flip(-1), each, same, same, name)
        for name, each in zip("ab", images(), strict=True)
    ]
    found = watched(Operators(case(linear())), looks)
    assert [test.verdict for test in found.tests] == [UNDECIDED, UNDECIDED]
    assert found.beside[0].value == found.beside[1].value


def test_matrices_that_destroy():
    """Worse than none at all, where clean and degraded features are alike."""
    looks = [
        planted(each, each, matrices(5), matrices(5), name) for name, each in zip("ab", images(), strict=True)
    ]
    assert watched(Operators(case(linear())), looks).tests[1].verdict == REFUTED


def test_a_network_without_matrices():
    """The claim does not apply."""
    network = linear()
    network.has_operators = False
    with pytest.raises(ForeignError, match="no matrices"):
        both(Operators(case(network)), network)


def test_explained():
    """A line in each channel is free, and what is orthogonal explains nothing."""
    y = photo(8, 8)
    assert explained(-3 * y + 2, y) == pytest.approx(1)
    wave = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(4).expand(1, 3, 8, 8)
    assert explained(wave, wave.mT) == pytest.approx(0, abs=1e-12)
    assert explained(torch.ones_like(y), y) == 0
