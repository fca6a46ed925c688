"""Small files and scores to evaluate."""

from PIL import Image

from interir import (
    data,
)
from interir.evaluate import Score


def save(path, image):
    """A photo in [0, 1] as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(data.to_bytes(image)[0].permute(1, 2, 0).contiguous().numpy()).save(path)


def touch(folder, *names):
    """Files that only have a name."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def photo_scores(method, values, column="H"):
    return [Score(method, column, str(i), value, value / 100) for i, value in enumerate(values)]
