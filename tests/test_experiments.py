"""The table of trials: its commands make the same configuration again, its rows are measured."""

import csv
import sys

import pytest
import torch
from PIL import Image as PILImage

import interir
from interir import experiments, train, weights
from interir.experiments import command
from tests.helpers import generator

RECIPES = {
    "steps": {"steps": 600},
    "minutes": {"minutes": 1.5, "rate": 0.001, "seed": 3},
    "flags": {"steps": 1_000_000, "amp": True, "batch": 4, "warmup": 0.05, "source": "a b", "decay": 0.999},
}
CONFIGS = {
    "named": interir.configs.NAMED["deepsn-small"],
    "fields": interir.InterIRConfig(width=48, down=4, blocks=5, literal=True),
    "operators": interir.DeepSNConfig(ratio_spatial=1, ratio_freq=1, depth=6, coefficient=4),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_command_says_the_run(config, recipe, monkeypatch):
    """Read by the trainer itself, the command is the run's configuration and recipe again."""
    words = command(config, recipe).split()
    assert words[:3] == ["python", "-m", "interir.train"]
    monkeypatch.setattr(sys, "argv", [*words[2:], "--data", "x", "--out", "y"])
    options = train.arguments()
    assert train.config_of(options) == config
    again = train.recipe_of(options)
    assert all(getattr(again, name) == value for name, value in recipe.items() if name != "source")
    assert again.warmup == recipe.get("warmup", 0)  # a header without the field is older than it


@pytest.fixture
def trial(tmp_path):
    """A run's folder and two photos."""
    (tmp_path / "photos").mkdir()
    for i in range(2):
        pixels = torch.randint(256, (24, 20, 3), generator=generator(i)).to(torch.uint8).numpy()
        PILImage.fromarray(pixels).save(tmp_path / "photos" / f"{i}.png")
    (tmp_path / "first").mkdir()
    facts = {"recipe": {"steps": 7}, "steps": 7, "patches": 56, "seconds": 90, "device": "cpu"}
    network = interir.create("interir-small", width=8, blocks=1)
    weights.save(network, tmp_path / "first" / "weights.safetensors", facts)
    return tmp_path


def test_rows_are_measured_and_replaced(trial, monkeypatch):
    """The second call of the same trial replaces its row; other rows stay where they are."""
    table = trial / "trials.csv"
    table.write_text(
        ",".join(experiments.COLUMNS) + "\n" + "older" + "," * (len(experiments.COLUMNS) - 1) + "\n"
    )
    line = ["experiments", trial / "first", "--val", trial / "photos", "--csv", table, "--device", "cpu"]
    monkeypatch.setattr(sys, "argv", [str(word) for word in line])
    for _ in range(2):
        experiments.main()
    older, row = csv.DictReader(table.open())
    assert older["name"] == "older"
    assert (row["name"], row["photos"], row["patches"], row["minutes"]) == ("first", "2", "56", "1.5")
    assert float(row["gain / dB"]) == pytest.approx(
        float(row["PSNR / dB"]) - float(row["input / dB"]), abs=2e-3
    )
    assert float(row["low"]) <= float(row["gain / dB"]) <= float(row["high"])


def test_folder_without_weights(trial, monkeypatch):
    """Said in a sentence."""
    line = ["experiments", trial / "photos", "--val", trial / "photos", "--csv", trial / "x.csv"]
    monkeypatch.setattr(sys, "argv", [str(word) for word in line])
    with pytest.raises(SystemExit, match="is neither a file nor shipped"):
        experiments.main()
