"""Open the dashboard: `python app/main.py`, then http://127.0.0.1:7860."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs from a checkout, uninstalled

# Before gradio is imported: it reads these then, and would look for hosts outside.
os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")

if TYPE_CHECKING:
    from app.atlas import Atlas
    from app.figures import Studio
    from app.jobs import Desk
    from app.links import Place

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
    parser.add_argument(
        "--modules", nargs="+", default=[], help="Python modules that `interir.register` networks"
    )
    parser.add_argument("--bank", type=Path, help="embeddings of your own, by `python -m analysis.embedding`")
    parser.add_argument("--photos", type=Path, help="folder of the bank's photos, to see and open them")
    parser.add_argument(
        "--open", type=Path, metavar="MANIFEST", help="open in the state of a figure, by its manifest"
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


def launch(options: argparse.Namespace, *, block: bool = True) -> Any:
    """Start the server and say where; returns the Gradio app when it does not block.

    The networks and Gradio take seconds each to import: they do so side by side, and the
    sample that is on screen when the page opens is restored meanwhile.
    """
    worker = ThreadPoolExecutor(1)
    desk_to_be = worker.submit(open_desk, options)
    place_to_be = worker.submit(lambda: place(options, desk_to_be.result()))
    sample_to_be = worker.submit(lambda: show_sample(desk_to_be.result(), place_to_be.result()))

    from app.layout import build

    desk, start = desk_to_be.result(), place_to_be.result()
    demo = build(desk, sample_to_be.result, start)
    demo.queue(max_size=16, default_concurrency_limit=4)
    demo.launch(**settings(options, desk, start))
    print(f"InterIR dashboard on http://{options.host}:{options.port}  (device: {desk.device})", flush=True)
    if block:
        demo.block_thread()
    return demo


def open_desk(options: argparse.Namespace) -> Desk:
    """The networks and the store; stops with a sentence where a checkpoint cannot be used."""
    from app.jobs import Desk
    from app.networks import Networks
    from app.store import RunStore

    for module in options.modules:
        importlib.import_module(module)
    check(options.weights)
    device = options.device or fastest()
    return Desk(Networks(device, options.weights), RunStore(), device)


def place(options: argparse.Namespace, desk: Desk) -> Place | None:
    """Where --open starts; stops with a sentence where that cannot be opened here."""
    from app import links
    from app.jobs import FormError
    from app.photos import PhotoError

    if options.open is None:
        return None
    try:
        found = links.opened(options.open, desk.blank(), desk.networks)
        desk.subject(found.form)
    except (links.LinkError, FormError, PhotoError) as error:
        sys.exit(str(error))
    return found


def show_sample(desk: Desk, start: Place | None) -> list[dict[str, Any]]:
    """Restore the bundled sample, or what --open names, keep it for everybody, and describe it."""
    from app import products

    runs = desk.finished(start.form if start else desk.blank())
    for run in runs:
        desk.store.put(run, owner=None)
    return [products.manifest(run) for run in runs]


def settings(options: argparse.Namespace, desk: Desk, start: Place | None) -> dict[str, Any]:
    """How Gradio is launched: local, private, with our own routes before its own."""
    from app import atlas_routes, figure_routes
    from app.photos import PHOTOS
    from app.routes import mount
    from app.theme import HEAD, STYLES, theme

    atlas = open_atlas(options, desk)
    studio = open_studio(desk, start, atlas)
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
        "css_paths": STYLES,
        "head": HEAD,
        "allowed_paths": [str(PHOTOS)],
        "app_kwargs": {"routes": [mount(desk.store, atlas_routes.mount(atlas), figure_routes.mount(studio))]},
        "prevent_thread_lock": True,
        "quiet": True,
    }


def open_atlas(options: argparse.Namespace, desk: Desk) -> Atlas | None:
    """The bank of the Embeddings page, where there is one."""
    from app import atlas

    path = atlas.find(options.bank)
    return None if path is None else atlas.Atlas(path, desk, options.photos)


def open_studio(desk: Desk, start: Place | None, atlas: Atlas | None) -> Studio:
    """Where figures are made: of the bank, and of what the manifest of --open names."""
    from app.figures import Studio

    bank = [atlas.path, atlas.path.with_suffix(".json")] if atlas else []
    given = {path.name: path for path in bank if path.is_file()}
    banks = tuple(path.name for path in bank[:1])
    return Studio(desk, {**given, **(start.files if start else {})}, banks)


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
            text = str(error)
            sys.exit(text if file.name in text else f"{file}: {text}")


if __name__ == "__main__":
    launch(arguments())
