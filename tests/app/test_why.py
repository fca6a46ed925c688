"""What the Why page asks of a run: books that balance, and interventions that do what they say."""

import pytest
import torch

from analysis.interventions import CATALOGUE, InterventionError
from app import jobs
from app.photos import Photo
from app.runs import Subject, finish
from app.why import interventions, ledger, localisation
from interir import data
from tests.helpers import photo


@pytest.fixture(scope="module")
def degraded_run(tiny_networks):
    """The tiny InterIR on a photo that was degraded here, so that its layers are known."""
    clean = photo(37, 50, dtype=torch.float32)
    return finish(tiny_networks["interir"], jobs.degraded(Photo(clean, "noise"), 60, 120, 15, 7), "cpu")


def test_books_balance(tiny_run):
    """Both terms over all k, the start counted once, are the restored photo less the input."""
    found = ledger.books(tiny_run)
    assert found.maps["operator"].shape == (tiny_run.depth + 1, *tiny_run.subject.image.shape[-2:])
    torch.testing.assert_close(found.maps["operator"][0], found.maps["prior"][0])
    total = found.maps["operator"].sum(dim=0) + found.maps["prior"][1:].sum(dim=0)
    change = (tiny_run.digests[-1].estimate - tiny_run.subject.image).mean(dim=1)[0]
    torch.testing.assert_close(total, change, atol=1e-5, rtol=1e-4)
    assert found.error < 1e-5 * max(1, change.abs().max())
    assert sum(row["share"] for row in found.rows) == pytest.approx(1, abs=1e-4)


def test_layers_are_those_that_were_added(degraded_run):
    """Drawn again from the seed: clean photo and layers are the degraded photo, but for its 8 bits."""
    layers = ledger.known_layers(degraded_run)
    assert list(layers) == ["rain", "haze", "noise"]
    added = degraded_run.subject.image - degraded_run.subject.clean
    torch.testing.assert_close(sum(layers.values()), added, atol=0.501 / 255, rtol=0)
    assert set(ledger.account(degraded_run)["rows"][1]["removed"]) == set(layers)


def test_layers_of_a_real_photo_are_unknown(degraded_run, tiny_networks):
    """Without a clean photo, or a seed, there is nothing to project on."""
    image = degraded_run.subject.image
    for subject in (Subject(image, None, "real"), Subject(image, image, "opened", levels={"haze": 1.0})):
        run = finish(tiny_networks["interir"], subject, "cpu")
        assert ledger.known_layers(run) == {}
        assert ledger.account(run)["rows"][1]["removed"] == {}


def test_doing_nothing_changes_nothing(tiny_run):
    """Bit for bit, and by 0 dB."""
    found = interventions.outcome(tiny_run, "nothing")
    assert torch.equal(found.image, tiny_run.digests[-1].estimate)
    assert interventions.effect(tiny_run, "nothing")["moved"] == 0
    assert interventions.effect(tiny_run, "nothing")["change"] == 0


def test_effect_of_an_intervention(degraded_run):
    """dPSNR is that of the pictures; the same words are computed once."""
    text = "zero-multiplier + step=0.5@1-2"
    effect, found = interventions.effect(degraded_run, text), interventions.outcome(degraded_run, text)
    assert interventions.outcome(degraded_run, text) is found
    assert effect["text"] == "zero-multiplier + step=0.5@1,2"
    assert effect["change"] == pytest.approx(found.psnr - found.plain_psnr)
    assert effect["moved"] == pytest.approx(found.difference.square().mean().sqrt().item())
    assert not torch.equal(data.to_bytes(found.image), data.to_bytes(found.plain))


def test_masks_cleared_in_the_streaks(degraded_run):
    """All stages, then each, inside the streaks and outside; asked again it comes at once."""
    *_, answer = localisation.clearings(degraded_run)
    stages = [effect["k"] for effect in answer["effects"] if effect["where"] == "inside"]
    assert stages == list(range(degraded_run.depth + 1))
    assert answer["done"] == answer["of"] == len(stages)
    assert all(e["beyond"]["low"] <= e["beyond"]["mean"] <= e["beyond"]["high"] for e in answer["effects"])
    assert any(effect["there"]["mean"] != effect["elsewhere"]["mean"] for effect in answer["effects"])
    assert list(localisation.clearings(degraded_run)) == [answer]


def test_no_streaks_to_clear(degraded_run, tiny_networks):
    """A dry photo, and one whose layers nobody knows, are refused in a sentence."""
    clean = degraded_run.subject.clean
    dry = finish(tiny_networks["interir"], jobs.degraded(Photo(clean, "noise"), 60, 0, 15, 7), "cpu")
    for subject, said in ((dry.subject, "no streaks"), (Subject(clean, None, "real"), "not known")):
        run = finish(tiny_networks["interir"], subject, "cpu")
        with pytest.raises(LookupError, match=said):
            list(localisation.clearings(run))


def test_catalogue_says_what_has_no_meaning(tiny_runs):
    """Every kind once; modulation is refused where there is none, operators where these are I."""
    reasons = {
        key: {e["name"]: e["refusal"] for e in interventions.catalogue(run)} for key, run in tiny_runs.items()
    }
    assert all(list(found) == list(CATALOGUE) for found in reasons.values())
    assert reasons["interir"]["uniform"] is None
    assert "no explainable convolution" in reasons["deepsn"]["uniform"]
    assert reasons["deepsn"]["identity-operators"] is None
    assert reasons["deepsn-small"]["identity-operators"]
    assert all("another photo" in found["foreign-masks"] for found in reasons.values())


def test_total_effects(tiny_run):
    """The effect of the last stage has nothing downstream: total is direct; before it they differ."""
    *_, answer = ledger.totals(tiny_run)
    direct = {
        t: [r["share"] for r in ledger.account(tiny_run)["rows"] if r["term"] == t] for t in ledger.TERMS
    }
    assert answer["done"] == answer["of"] == 2 * tiny_run.depth
    for term in ledger.TERMS:
        assert len(answer["shares"][term]) == tiny_run.depth
        assert answer["shares"][term][-1] == pytest.approx(direct[term][-1], abs=1e-4)
    first = [(answer["shares"][term][0], direct[term][0]) for term in ledger.TERMS]
    assert any(total != pytest.approx(alone, abs=1e-4) for total, alone in first)
    assert list(ledger.totals(tiny_run)) == [answer]


@pytest.mark.parametrize("text", ["foreign-masks", "dance", "rank=many", "skip@9"])
def test_what_cannot_be_done_is_refused(tiny_runs, text):
    """A sentence; `routes` answers with it."""
    with pytest.raises(InterventionError):
        interventions.outcome(tiny_runs["interir"], text)
