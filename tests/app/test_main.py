"""The command line: safe defaults, sentences for what cannot be, and a quick start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import interir
from app import main
from interir import weights
from tests.app.server import ROOT


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)


def refused(capsys, *argv):
    """What is said when the command line is refused."""
    with pytest.raises(SystemExit) as caught:
        main.arguments(list(argv))
    assert caught.value.code == 2
    return capsys.readouterr().err


def test_defaults():
    """Only this machine, Gradio's port, whatever device is fastest, no files."""
    options = main.arguments([])
    assert (options.host, options.port) == ("127.0.0.1", 7860)
    assert (options.device, options.weights, options.auth, options.public) == (None, [], None, False)


def test_the_environment_sets_host_and_port(monkeypatch):
    """Gradio's own variables count, and options override them."""
    monkeypatch.setenv("GRADIO_SERVER_NAME", "::1")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "8000")
    options = main.arguments([])
    assert (options.host, options.port) == ("::1", 8000)
    options = main.arguments(["--host", "localhost", "--port", "9"])
    assert (options.host, options.port) == ("localhost", 9)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org"])
def test_other_machines_are_kept_out(capsys, monkeypatch, host):
    """Listening to others needs a password or a plain wish, also when the environment says so."""
    assert "--public" in refused(capsys, "--host", host)
    monkeypatch.setenv("GRADIO_SERVER_NAME", host)
    assert host in refused(capsys)
    assert main.arguments(["--public"]).host == host
    assert main.arguments(["--auth", "ann:secret"]).host == host


@pytest.mark.parametrize("auth", ["ann", ":", "ann:", ":secret"])
def test_auth_needs_a_name_and_a_password(capsys, auth):
    """Half a login lets nobody in, or everybody: it is refused."""
    assert "USER:PASSWORD" in refused(capsys, "--auth", auth)


def test_a_password_may_hold_colons():
    """Only the first colon parts name and password."""
    assert main.arguments(["--auth", "ann:a:b"]).auth == "ann:a:b"


def test_what_is_no_number_or_option(capsys):
    """Other mistakes are argparse's to tell."""
    assert "--port" in refused(capsys, "--port", "high")
    assert "--share" in refused(capsys, "--share")


def test_weights_that_fit(tmp_path):
    """Files that hold a network pass without a word."""
    path = tmp_path / "own.safetensors"
    weights.save(interir.create("interir-small", width=8, blocks=1), path, {})
    main.check([path, path])
    main.check([])


def misfit(path):
    """A checkpoint that lacks a weight and has one of a wrong shape; returns that one's name."""
    network = interir.create("interir-small", width=8, blocks=1)
    tensors = network.state_dict()
    first, second = list(tensors)[:2]
    tensors[first] = torch.zeros(7)
    del tensors[second]
    network.state_dict = lambda: tensors
    weights.save(network, path, {})
    return first


def test_weights_that_do_not_fit(tmp_path):
    """The program ends before the page opens, with file and first key that does not fit."""
    path = tmp_path / "own.safetensors"
    key = misfit(path)
    with pytest.raises(SystemExit) as caught:
        main.check([path])
    assert str(path) in str(caught.value.code)
    assert key in str(caught.value.code)


@pytest.mark.parametrize("content", [None, b"", b"words"], ids=["gone", "empty", "text"])
@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_files_that_hold_no_weights(tmp_path, content, suffix):
    """So it does for a file that is not there, or is no checkpoint."""
    path = tmp_path / f"own{suffix}"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit, match=r"own") as caught:
        main.check([Path(path)])
    assert isinstance(caught.value.code, str)


def test_nothing_heavy_is_imported_to_read_the_command_line():
    """`--help` answers at once: gradio and torch are loaded only to open the page."""
    code = "import app.main, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "app.main" in loaded
    assert loaded & {"gradio", "torch", "numpy", "PIL", "plotly", "matplotlib"} == set()


def test_a_misfit_ends_the_program_with_a_sentence(tmp_path):
    """As people see it: one line on standard error, status 1, no traceback, no page."""
    path = tmp_path / "own.safetensors"
    key = misfit(path)
    command = [sys.executable, "app/main.py", "--weights", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert key in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
