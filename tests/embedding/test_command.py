"""The command's refusals, in a sentence and without a traceback."""

import shutil

import pytest

from analysis.embedding import __main__ as command


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["--weights", "nothing"], "nothing is neither a file nor shipped weights"),
        (["--data", "{folder}"], "holds no photo"),
        (
            ["--weights", "{folder}/ours.safetensors", "{folder}/ours.safetensors"],
            "two networks have one name",
        ),
    ],
)
def test_refusals(built, capsys, changes, said):
    """Exit status 1, and nothing is written."""
    chosen = {"--data": [built / "photos"], "--weights": [built / "ours.safetensors"]}
    chosen[changes[0]] = [each.format(folder=built) for each in changes[1:]]
    arguments = ["--out", str(built / "never.npz")]
    for flag, values in chosen.items():
        arguments += [flag, *map(str, values)]
    assert command.main(arguments) == 1
    assert said in capsys.readouterr().err
    assert not list(built.glob("never*"))


def test_parts_are_gone_when_the_bank_is_there(built):
    """Nothing but the bank and its scores stays."""
    assert {path.name for path in built.glob("bank*")} == {"bank.npz", "bank.json"}


def test_early_weights_beside_the_last(built, tmp_path):
    """They are embedded at x alone; without untrained twins where these are not wanted."""
    from analysis.embedding import bank as banks

    (tmp_path / "early").mkdir()
    for folder, name in ((tmp_path, "ours"), (tmp_path / "early", "theirs")):
        shutil.copy(built / f"{name}.safetensors", folder / "net.safetensors")
    arguments = ["--data", built / "photos", "--weights", tmp_path / "net.safetensors", "--limit", "2"]
    arguments += ["--no-untrained", "--no-scores", "--side", "16", "--thumbnail", "0"]
    arguments += ["--out", built / "early.npz", "--source", "drawn here"]
    assert command.main([str(each) for each in arguments]) == 0
    bank = banks.load(built / "early.npz")
    assert [facts["role"] for facts in bank.manifest["networks"]] == ["trained", "early"]
    assert set(bank.members["net, early"].sources) == {"x"}
    assert bank.thumbnails == ()
    assert bank.manifest["source"] == "drawn here"
    assert len(bank.photos) == 2
