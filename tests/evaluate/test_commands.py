"""The command line, its mistakes, and its progress."""

import json

import pytest

from interir import (
    commands,
    evaluate,
    progress,
    weights,
)
from interir.degrade import COMBINATIONS
from tests.evaluate.support import save
from tests.helpers import photo


def test_command_line(clean, nets, tmp_path, capsys):
    """Two photos, two networks: the table, the intervals, JSON, LaTeX, and headers that the card reads."""
    out, tex = tmp_path / "scores.json", tmp_path / "table.tex"
    files = ["--json", str(out), "--latex", str(tex), "--export", str(tmp_path / "out")]
    status = commands.main(
        ["--weights", *map(str, nets), "--data", str(clean), "--record", "--paper", *files]
    )
    printed = capsys.readouterr()
    assert status == 0
    rows = [line.split(" | ")[0] for line in printed.out.splitlines() if line.startswith("| ")]
    assert rows[:4] == ["|", "| input", "| net_a", "| net_b"]
    assert "| net_a − net_b" in rows
    assert f"net_a {weights.digest(nets[0])}" in printed.out
    assert "14 of 14 degraded photos" in printed.err
    found = json.loads(out.read_text())
    assert len(found["scores"]) == 3 * 14
    assert [d["column"] for d in found["differences"]] == [*COMBINATIONS, "mean"]
    assert found["about"]["photos"] == 2
    assert r"net\_a" in tex.read_text()
    facts = weights.read(nets[1]).provenance
    assert facts["seed"] == 1
    assert {k: facts["scores"][k] for k in ("photos", "folder")} == {"photos": 2, "folder": "clean"}
    for row, method in (("input", "input"), ("network", "net_b")):
        assert set(facts["scores"][row]) == {*COMBINATIONS, "mean"}
        assert facts["scores"][row]["H"] == pytest.approx(found["table"][method]["H"], abs=5e-4)
    mean, low, high = facts["scores"]["gain"]["mean"]
    table = found["table"]
    assert mean == pytest.approx(table["net_b"]["mean"][0] - table["input"]["mean"][0], abs=2e-3)
    assert low <= mean <= high


def test_command_line_on_benchmarks(tmp_path, nets, capsys):
    """Two benchmarks in one table, on Y, with Table 3 beside them."""
    for name in ("Rain100L", "Rain100H"):
        for i in range(2):
            save(tmp_path / name / "rain" / f"rain-00{i}.png", photo(15, 12, seed=i))
            save(tmp_path / name / "norain" / f"norain-00{i}.png", photo(15, 12, seed=i + 5))
    folders = [str(tmp_path / "Rain100L" / part) for part in ("rain", "norain")]
    others = [f"hard={tmp_path / 'Rain100H' / 'rain'}", str(tmp_path / "Rain100H" / "norain")]
    options = [
        "--weights",
        *map(str, nets),
        "--pairs",
        *folders,
        "--pairs",
        *others,
        "--y-channel",
        "--paper",
    ]
    assert commands.main(options) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("| | Rain100L | hard | Test100 | Test1200 | Rain100H | mean |")
    assert "4 photos of Rain100L, hard, PSNR / dB and SSIM on Y channel, 8 bits" in printed
    assert commands.main(["--pairs", *folders, "--pairs", *folders]) == 2
    assert "two benchmarks are called Rain100L; say --pairs NAME=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--weights", "no-such-weights"], "no-such-weights is neither a file nor shipped weights"),
        (["--weights", "a=NET", "a=NET"], "'a' cannot name two rows"),
        (["--weights", "a=NET", "--restored", "a=DIR"], "two methods are called a"),
        (["--weights", "NET", "--y-channel", "--record"], "--record is for the seven combinations on RGB"),
        (["--restored", "x=nowhere"], "nowhere"),
        (["--limit", "0"], "--limit is 0"),
    ],
)
def test_mistakes_are_said_in_a_sentence(options, sentence, clean, nets, capsys):
    """Before an hour of work, without a stack trace."""
    options = [option.replace("NET", str(nets[0])).replace("DIR", str(clean)) for option in options]
    assert commands.main(["--data", str(clean), *options]) == 2
    assert sentence in capsys.readouterr().err


def test_interrupted(clean, nets, capsys, monkeypatch):
    """Ctrl-C prints what there is, writes no header, and says so by the exit status."""
    real, calls = evaluate.score, []

    def once_too_often(*args, **kwargs):
        calls.append(args)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(evaluate, "score", once_too_often)
    status = commands.main(["--weights", *map(str, nets), "--data", str(clean), "--record"])
    printed = capsys.readouterr()
    assert status == 130
    assert "Interrupted after 9 of 14 degraded photos." in printed.err
    assert "| net_b | " in printed.out
    assert "| net_a − net_b | " in printed.out
    assert "scores" not in weights.read(nets[0]).provenance


def test_progress_is_short(capsys):
    """At most twenty lines where nobody watches, and the items untouched."""
    assert list(progress.reported(range(1000), 1000, "things")) == list(range(1000))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 20
    assert lines[-1].startswith("1000 of 1000 things, ")
