"""The dashboard as a process of its own, as people start it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""Seconds a server may take to answer on a busy machine."""


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it answers, what it printed, and where its temporary files go."""

    url: str
    process: subprocess.Popen
    log: Path
    temporary: Path


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder, *options):
    """Start `python app/main.py` on a free port, wait until it answers, and end it afterwards."""
    port, log, temporary = free_port(), folder / "server.log", folder / "tmp"
    temporary.mkdir()
    command = [sys.executable, "app/main.py", "--port", str(port), *options]
    settings = {"TMPDIR": str(temporary), "GRADIO_TEMP_DIR": str(temporary / "gradio")}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", process, log, temporary)
            wait_for_answer(server)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for_answer(server, patience=PATIENCE):
    """Return when the page answers; raise with the server's own words when it ends or never does."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            urllib.request.urlopen(server.url, timeout=5).close()
        except OSError:
            waited = server.process
            try:
                waited.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
    raise RuntimeError(f"the dashboard did not answer:\n{server.log.read_text()[-2000:]}")
