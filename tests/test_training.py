"""Training runs, stops where it must, and continues as if it had never been interrupted."""

import math
import signal

import pytest
import torch

import interir
from interir import losses, monitor, train
from interir.training import Recipe, Share, Trainer
from tests.helpers import assert_same_bits, generator

TINY = {
    "interir": interir.InterIRConfig(width=8, down=4, blocks=1),
    "deepsn": interir.DeepSNConfig(ratio_spatial=1, ratio_freq=1, depth=2, coefficient=1),
}
SIGNALS = (signal.SIGINT, signal.SIGTERM)
PHOTOS = [torch.randint(256, (3, 40, 36), generator=generator(s)).to(torch.uint8) for s in range(2)]


def start(name="interir", share=None, **recipe):
    budget = {} if "minutes" in recipe else {"steps": 8}
    return Trainer(TINY[name], Recipe(**{"batch": 2, "patch": 16, **budget, **recipe}), "cpu", share)


def advance(trainer, steps):
    """The losses of some steps."""
    return [trainer.step(trainer.batch(PHOTOS)) for _ in range(steps)]


def copied(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def same(ours, theirs):
    """Two states of a network are equal, bit for bit."""
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert torch.equal(ours[name], theirs[name]), name


@pytest.mark.parametrize("name", TINY)
def test_three_steps(name):
    """Steps are counted, losses finite, weights and their average move; only the average is frozen."""
    trainer = start(name)
    before = copied(trainer.network)
    assert all(map(math.isfinite, advance(trainer, 3)))
    assert (trainer.steps, trainer.patches) == (3, 6)
    weight = "conv_init.weight" if name == "deepsn" else "multiplier.weight"
    for model in (trainer.network, trainer.average):
        assert not torch.equal(model.state_dict()[weight], before[weight])
    assert trainer.network.training
    assert not trainer.average.training
    assert not any(p.requires_grad for p in trainer.average.parameters())


def test_loss_falls():
    """Many steps on one and the same batch lower its loss."""
    trainer = start(steps=1000)
    sample = trainer.batch(PHOTOS)
    seen = [trainer.step(sample) for _ in range(30)]
    assert min(seen[-5:]) < 0.9 * seen[0]


@pytest.mark.parametrize("name", TINY)
def test_interrupted_run_continues_bit_for_bit(tmp_path, name):
    """3 steps, saved, loaded by a new process, 4 more == 7 steps; larger late patches included."""
    whole, first, second = start(name), start(name), start(name)
    expected, seen = advance(whole, 7), advance(first, 3)
    folder = monitor.Folder(tmp_path)
    folder.save(first)
    advance(second, 1)  # whatever a new trainer has done is forgotten
    torch.manual_seed(99)
    assert folder.load(second)
    assert seen + advance(second, 4) == expected
    same(second.network.state_dict(), whole.network.state_dict())
    same(second.average.state_dict(), whole.average.state_dict())
    for ours, theirs in ((second.crops, whole.crops), (second.weather, whole.weather)):
        assert torch.equal(ours.get_state(), theirs.get_state())
    assert (second.steps, second.patches) == (7, whole.patches)


def test_same_seed_same_run():
    """The seed fixes the start, the batches and so the losses."""
    assert advance(start(seed=1), 2) == advance(start(seed=1), 2)
    assert advance(start(seed=1), 1) != advance(start(seed=2), 1)


def test_batches_of_equal_seeds_are_equal():
    """What a run sees depends on its seed alone, not on its network."""
    assert_same_bits(start("interir").batch(PHOTOS), start("deepsn").batch(PHOTOS))


def test_another_recipe_is_refused(tmp_path):
    """A run goes on under its own recipe only; what differs is named."""
    folder = monitor.Folder(tmp_path)
    assert not folder.load(start())
    folder.save(start())
    with pytest.raises(ValueError, match="another rate, seed"):
        folder.load(start(seed=1, rate=1.0))


def test_torn_checkpoint_falls_back(tmp_path, capsys):
    """Where the newest checkpoint was cut off, the one before it is loaded."""
    trainer, folder = start(), monitor.Folder(tmp_path)
    for _ in range(2):
        advance(trainer, 1)
        folder.save(trainer)
    content = folder.checkpoint.read_bytes()
    folder.checkpoint.write_bytes(content[: len(content) // 2])
    again = start()
    assert folder.load(again)
    assert again.steps == 1
    assert "run.pt cannot be read" in capsys.readouterr().out


@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_loss_that_is_not_finite_stops_the_run(poison):
    """A NaN or infinite loss is a `FloatingPointError` that names the step; weights stay as they were."""
    trainer = start()
    advance(trainer, 1)
    sample, before = trainer.batch(PHOTOS), copied(trainer.network)
    sample.clean.mul_(poison)
    with pytest.raises(FloatingPointError, match=r"at step 1; try a lower --rate"):
        trainer.step(sample)
    same(trainer.network.state_dict(), before)
    assert trainer.steps == 1


@pytest.mark.parametrize("budget", [{}, {"steps": 3, "minutes": 1}], ids=str)
def test_budget_is_steps_or_minutes(budget):
    """Neither or both is a `ValueError`."""
    with pytest.raises(ValueError, match="exactly one"):
        Recipe(**budget)


def test_late_patches_are_larger_and_fewer():
    """From three quarters of the budget on: twice the side, a quarter of the batch."""
    trainer = start(batch=4)
    assert trainer.batch(PHOTOS).image.shape == (4, 3, 16, 16)
    trainer.steps = 6
    assert trainer.progress == 0.75
    assert trainer.batch(PHOTOS).image.shape == (1, 3, 32, 32)


@pytest.mark.parametrize("budget", [{"steps": 60}, {"minutes": 1}], ids=str)
@pytest.mark.parametrize(("spent", "rate"), [(0, 2e-3), (20, 1.5e-3), (30, 1e-3), (60, 0), (90, 0)])
def test_learning_rate_is_a_cosine_of_progress(budget, spent, rate):
    """Highest at the start, half in the middle, 1e-6 at the end of the budget and after it."""
    trainer = start(**budget, rate=2e-3, warmup=0)
    trainer.steps = trainer.seconds = spent
    trainer.step(trainer.batch(PHOTOS))
    assert trainer.optimizer.param_groups[0]["lr"] == pytest.approx(rate + 1e-6)


@pytest.mark.parametrize("budget", [{"steps": 60}, {"minutes": 1}], ids=str)
@pytest.mark.parametrize(("spent", "risen"), [(0, 0), (10, 0.5), (20, 1), (30, 1)])
def test_learning_rate_rises_linearly_over_its_warm_up(budget, spent, risen):
    """From 1e-6 at the first step to the cosine's value at the end of the warm-up, and on it after that."""
    warming, warm = start(**budget, warmup=1 / 3), start(**budget, warmup=0)
    for trainer in (warming, warm):
        trainer.steps = trainer.seconds = spent
    assert warming.rate - 1e-6 == pytest.approx(risen * (warm.rate - 1e-6))


@pytest.mark.parametrize("warmup", [-0.1, 1.0])
def test_warm_up_is_a_share(warmup):
    """A warm-up as long as the budget would never reach its rate."""
    with pytest.raises(ValueError, match="share of the budget"):
        Recipe(steps=1, warmup=warmup)


def test_shares_make_up_the_batch():
    """Every sample is some process's and no sample is two processes'; odd batches are refused."""
    batch = torch.arange(6)
    assert torch.cat([Share(rank, 3).of(batch) for rank in range(3)]).tolist() == batch.tolist()
    with pytest.raises(ValueError, match="batch of 6 cannot be shared by 4"):
        Share(0, 4).of(batch)


def test_one_step_is_adam_on_equation_2():
    """The first step is that of Adam on Eq. 2 with the gradient clipped, written out here."""
    trainer = start(rate=2e-3, warmup=0)
    sample, parameters = trainer.batch(PHOTOS), dict(trainer.network.named_parameters())
    loss = losses.restoration_loss(trainer.network(sample.image), sample.clean)
    gradients = dict(zip(parameters, torch.autograd.grad(loss, [*parameters.values()]), strict=True))
    norm = sum(g.square().sum() for g in gradients.values()).sqrt()
    factor = min(1, trainer.recipe.clip / norm.item())
    before = {name: p.detach().clone() for name, p in parameters.items()}
    assert trainer.step(sample) == loss.item()
    for name, p in parameters.items():
        g = factor * gradients[name]
        expected = before[name] - 2.001e-3 * g / (g.abs() + 1e-8)
        torch.testing.assert_close(p.detach(), expected, rtol=1e-4, atol=2e-6)


def test_average_follows_the_weights():
    """After step n: d · average + (1 - d) · weights, d = min(0.999, (1 + n) / (10 + n))."""
    trainer, name = start(steps=200_000), "multiplier.weight"
    mean = trainer.average.state_dict()[name].clone()
    for n in (1, 2, 3, 100_001):
        trainer.steps = n - 1
        advance(trainer, 1)
        decay = min(0.999, (1 + n) / (10 + n))
        mean = decay * mean + (1 - decay) * trainer.network.state_dict()[name]
        torch.testing.assert_close(trainer.average.state_dict()[name], mean)


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """A run of four steps to its end, and its folder."""
    monkeypatch.setattr(train, "tensorboard", lambda *_: None)
    trainer, folder = start(steps=4), monitor.Folder(tmp_path / "run")
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        train.train(trainer, PHOTOS, folder, monitor.Probe(PHOTOS, 0, "cpu"))
        left = {number: signal.getsignal(number) for number in SIGNALS}
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return trainer, folder, left == handlers


def test_budget_is_spent_and_reported(finished):
    """`train` takes all its steps, logs each loss, and leaves a sheet and a run to continue."""
    trainer, folder, _ = finished
    assert trainer.steps == 4
    rows = (folder.path / "losses.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["step", "1", "2", "3", "4"]
    assert (folder.path / "scores.csv").read_text().splitlines()[-1].startswith("4,")
    assert interir.data.read_photo(folder.path / "sheet.png").shape == (3, 3 * 36, 7 * 36)
    again = start(steps=4)
    assert folder.load(again)
    assert again.progress == 1


def test_finished_run_leaves_usable_weights(finished):
    """The averaged weights load, as they were, and say how they came about; nothing partial is left."""
    trainer, folder, _ = finished
    same(interir.load(folder.path / "weights.safetensors").state_dict(), trainer.average.state_dict())
    header = interir.weights.read(folder.path / "weights.safetensors").provenance
    assert (header["recipe"]["seed"], header["steps"], header["version"]) == (0, 4, interir.__version__)
    assert interir.load(folder.path / "early.safetensors").config == TINY["interir"]
    assert not list(folder.path.glob("*.partial"))


def test_signals_are_given_back(finished):
    """After a run Ctrl-C and SIGTERM do what they did before it."""
    assert finished[-1]
