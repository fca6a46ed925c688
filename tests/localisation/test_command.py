"""The command: heat map beside its null models, and the causal counterpart."""

import json

import interir
from analysis.localisation.__main__ import main
from tests.helpers import randomise


def options(folder, tmp_path, network, provenance):
    interir.save(network, tmp_path / "w.safetensors", provenance)
    out = tmp_path / "o.json"
    given = ["--weights", str(tmp_path / "w.safetensors"), "--data", str(folder), "--side", "24"]
    return [*given, "--limit", "2", "--kinds", "R", "--out", str(out)], out


def test_everything(folder, tmp_path):
    """Cells of the network and of the one it was before, and what clearing its masks did."""
    network = randomise(interir.create("interir-small", width=8, blocks=1, down=4).eval())
    given, out = options(folder, tmp_path, network, {"recipe": {"seed": 1}})
    assert main(given) == 0
    found = json.loads(out.read_text())
    assert found["photos"] == 2
    assert {cell["network"] for cell in found["cells"]} == {"trained", "untrained"}
    assert {(cell["k"], cell["module"]) for cell in found["cells"] if cell["k"]} == {
        *((k, module) for k in (1, 2) for module in ("RESM.G", "RESM.Gᵀ", "RESM.P")),
        (1, "DMUM"),
        (1, "MUM"),
    }
    assert {effect["k"] for effect in found["cleared"]["effects"]} == {0, 1, 2}
    assert main([*given, "--brief"]) == 0
    kept = [cell for cell in json.loads(out.read_text())["cells"] if cell["k"]]
    assert {(cell["network"], cell["truth"], cell["measure"]) for cell in kept} == {
        ("trained", "truth", "AUROC")
    }
    assert kept == [cell for cell in found["cells"] if cell in kept]


def test_without(folder, tmp_path, capsys):
    """No known seed: no untrained network. No masks: a sentence."""
    network = randomise(interir.create("interir-small", width=8, blocks=1, down=4).eval())
    given, out = options(folder, tmp_path, network, {})
    assert main(given) == 0
    assert "No untrained network beside it" in capsys.readouterr().err
    assert {cell["network"] for cell in json.loads(out.read_text())["cells"]} == {"trained"}
    given, _ = options(folder, tmp_path, interir.create("deepsn-small", depth=2), {})
    assert main(given) == 2
    assert "DeepSN-Net has no explainable convolution" in capsys.readouterr().err
