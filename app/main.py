"""Open the dashboard: `python app/main.py`, then http://127.0.0.1:7860."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs from a checkout, uninstalled

# Before gradio is imported: it reads these then, and would look for hosts outside.
os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")

if TYPE_CHECKING:
    from app.jobs import Desk

LOCAL = ("127.0.0.1", "localhost", "::1")


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """What the command line says; stops with a sentence where it cannot be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("GRADIO_SERVER_PORT", "7860")))
    parser.add_argument("--device", help="cpu, cuda, cuda:1, mps ..; the fastest there is by default")
    parser.add_argument(
        "--weights", type=Path, nargs="+", default=[], help="checkpoints of your own, shown first"
    )
    parser.add_argument("--auth", help="USER:PASSWORD that visitors must give")
    parser.add_argument("--public", action="store_true", help="allow other machines in without --auth")
    options = parser.parse_args(argv)
    if options.auth is not None and not all(options.auth.partition(":")):
        parser.error("--auth takes USER:PASSWORD, neither of them empty")
    space = "SPACE_ID" in os.environ  # Hugging Face puts its own door in front
    if options.host not in LOCAL and not (options.auth or options.public or space):
        parser.error(f"{options.host} lets other machines in: give --auth USER:PASSWORD, or --public")
    return options


class Opening:
    """The sample on screen when a page opens, restored in the background while the server starts."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._runs: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._restore, daemon=True)
        self._thread.start()

    def __call__(self) -> list[dict[str, Any]]:
        """Wait for the sample, and describe it."""
        self._thread.join()
        return self._runs

    def _restore(self) -> None:
        from app import products

        run = self.desk.sample()
        self.desk.store.put(run, owner=None)
        self._runs = [products.manifest(run)]


def launch(options: argparse.Namespace, *, block: bool = True) -> Any:
    """Start the server and say where; returns the Gradio app when it does not block."""
    from app.jobs import Desk
    from app.networks import Networks
    from app.store import RunStore

    device = options.device or fastest()
    check(options.weights)
    desk = Desk(Networks(device, options.weights), RunStore(), device)
    opening = Opening(desk)

    from app.layout import build

    demo = build(desk, opening)
    demo.queue(max_size=16, default_concurrency_limit=4)
    demo.launch(**settings(options, desk))
    print(f"InterIR dashboard on http://{options.host}:{options.port}  (device: {device})", flush=True)
    if block:
        demo.block_thread()
    return demo


def settings(options: argparse.Namespace, desk: Desk) -> dict[str, Any]:
    """How Gradio is launched: local, private, with our own routes before its own."""
    from app.routes import mount
    from app.theme import HEAD, STYLE, theme

    return {
        "server_name": options.host,
        "server_port": options.port,
        "share": False,
        "auth": tuple(options.auth.split(":", 1)) if options.auth else None,
        "max_file_size": "50mb",
        "footer_links": ["api", "settings"],
        "run_history": False,
        "state_session_capacity": 64,
        "theme": theme(),
        "css_paths": [STYLE],
        "head": HEAD,
        "app_kwargs": {"routes": [mount(desk.store)]},
        "prevent_thread_lock": True,
        "quiet": True,
    }


def fastest() -> str:
    """The device to run on when none is named."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def check(files: list[Path]) -> None:
    """Stop with a sentence before the page opens when a checkpoint cannot be used."""
    from interir import CheckpointError, weights

    for file in files:
        try:
            weights.load(file)
        except CheckpointError as error:
            sys.exit(f"{file}: {error}")


if __name__ == "__main__":
    launch(arguments())
