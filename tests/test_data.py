"""Photos come in a fixed order, as bytes, and patches of them depend on the seed alone."""

import numpy as np
import pytest
import torch
from PIL import Image

from interir import data
from tests.helpers import generator


def numbered(height, width, start=0):
    """A photo whose first two channels are row and column: a patch says where it is from."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([rows, columns, torch.full_like(rows, start)]).to(torch.uint8)


def test_patches_follow_the_seed():
    """The same seed gives the same patches, another seed others; floats in [0, 1]."""
    photos = [numbered(40, 30), numbered(25, 50, start=9)]
    first, again, other = (data.random_patches(photos, 6, 16, generator(s)) for s in (1, 1, 2))
    assert first.shape == (6, 3, 16, 16)
    assert first.dtype == torch.float32
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert 0 <= first.min() <= first.max() <= 1


def test_patches_are_squares_of_the_photos():
    """Each is a crop, flipped or turned: its rows and columns are consecutive numbers."""
    patches = data.to_bytes(data.random_patches([numbered(40, 30)], 200, 16, generator()))
    orientations = set()
    for patch in patches.int():
        steps = [(patch[:2, 1, 0] - patch[:2, 0, 0]).tolist(), (patch[:2, 0, 1] - patch[:2, 0, 0]).tolist()]
        orientations.add(str(steps))
        for channel in patch[:2]:
            assert sorted(set(channel.flatten().tolist())) == list(range(channel.min(), channel.min() + 16))
    assert len(orientations) == 8  # all turns of both mirror images occur


def test_patches_come_from_everywhere():
    """All photos and all places are drawn, the last ones included."""
    photos = [numbered(18, 17), numbered(17, 18, start=100)]
    patches = data.to_bytes(data.random_patches(photos, 300, 16, generator()))
    corners = {(p[0].min().item(), p[1].min().item(), p[2].min().item()) for p in patches}
    first = {(i, j, 0) for i in range(3) for j in range(2)}
    assert corners == first | {(i, j, 100) for i in range(2) for j in range(3)}


def test_photo_smaller_than_the_patch():
    """A photo without such a patch is a `ValueError` that says both sizes."""
    with pytest.raises(ValueError, match="30 x 15 px has no patch of 16 px"):
        data.random_patches([numbered(15, 30)], 1, 16, generator())


def test_bytes_and_floats():
    """to_bytes undoes to_unit for all 256 values; floats are rounded and clipped."""
    values = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(data.to_bytes(data.to_unit(values)), values)
    assert data.to_bytes(torch.tensor([-0.5, 0.4999 / 255, 0.5001 / 255, 2.0])).tolist() == [0, 0, 1, 255]


def test_folder(tmp_path):
    """Photos by name whatever the case of the suffix; RGB also from grey; an empty folder is an error."""
    with pytest.raises(FileNotFoundError, match="holds no photo"):
        data.photo_paths(tmp_path)
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for name in ("c.png", "a.JPG", "b.bmp"):
        Image.fromarray(grey).save(tmp_path / name)
    (tmp_path / "a.txt").write_text("")
    assert [path.name for path in data.photo_paths(tmp_path)] == ["a.JPG", "b.bmp", "c.png"]
    read = data.read_photo(tmp_path / "c.png")
    assert read.shape == (3, 3, 4)
    assert read.dtype == torch.uint8
    assert torch.equal(read, torch.from_numpy(grey).expand(3, -1, -1))
