"""Which degraded file belongs to which clean one."""

import pytest
import torch

from interir import (
    pairs,
    testsets,
)
from tests.evaluate.support import save, touch
from tests.helpers import photo


@pytest.mark.parametrize(
    ("degraded", "bright"),
    [
        ("rain-001.png", "norain-001.png"),
        ("rain-1x2.png", "norain-1x2.png"),
        ("1.png", "1.png"),
        ("1400_1.png", "1400.png"),
        ("0001_0.8_0.2.jpg", "0001.png"),
        ("001_x.png", "001.png"),
        ("000.png", "000gt.png"),
        ("01_hazy.png", "01_GT.png"),
        ("01_outdoor_hazy.jpg", "01_outdoor_GT.jpg"),
        ("0_rain.png", "0_clean.png"),
        ("old_dog__H+R.png", "old_dog.jpg"),
        ("rainbow.png", "rainbow.png"),
        ("target.png", "target.png"),
    ],
)
def test_names_of_the_benchmarks(tmp_path, degraded, bright):
    """Every convention that interir.pairs documents, and words that only look like one."""
    dark, light = touch(tmp_path / "dark", degraded), touch(tmp_path / "light", bright)
    assert pairs.match(dark, light) == [(dark / degraded, light / bright)]


def test_pairs_in_one_folder(tmp_path):
    """The clean files are those that a clean word marks."""
    folder = touch(tmp_path, "rain-002.png", "norain-001.png", "rain-001.png", "norain-002.png")
    found = [(a.name, b.name) for a, b in pairs.match(folder, folder)]
    assert found == [(f"rain-00{i}.png", f"norain-00{i}.png") for i in (1, 2)]


def test_the_whole_name_goes_before_a_part_of_it(tmp_path):
    """1_1 belongs to 1_1 where there is one, and several may share one."""
    dark = touch(tmp_path / "dark", "1_1.png", "1_2.png", "1_3.png")
    light = touch(tmp_path / "light", "1.png", "1_1.png")
    assert [b.name for _, b in pairs.match(dark, light)] == ["1_1.png", "1.png", "1.png"]


def test_files_without_a_partner_are_named(tmp_path):
    """On either side; and two clean files of one key."""
    dark, light = touch(tmp_path / "dark", "1.png", "7.png"), touch(tmp_path / "light", "1.png", "9.png")
    with pytest.raises(pairs.PairingError, match=r"light has no clean file for 7\.png$"):
        pairs.match(dark, light)
    (dark / "7.png").unlink()
    with pytest.raises(pairs.PairingError, match=r"dark has no degraded file for 9\.png$"):
        pairs.match(dark, light)
    touch(light, "norain-1.png")
    with pytest.raises(pairs.PairingError, match="are both the clean file '1'"):
        pairs.match(dark, light)


def test_many_names_are_counted():
    """An error does not list a thousand files."""
    assert pairs.names(map(str, range(10))) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"


def test_a_border_of_the_clean_photo_is_cut(tmp_path):
    """SOTS-Indoor: the clean photo is 10 px larger on each side; a smaller one is refused."""
    full = photo(40, 50)
    save(tmp_path / "light" / "1.png", full)
    save(tmp_path / "dark" / "1.png", full[..., 10:-10, 10:-10])
    (case,) = testsets.benchmark("SOTS", tmp_path / "dark", tmp_path / "light")
    assert [pixels.shape for pixels in case.load()] == [(1, 3, 20, 30)] * 2
    assert torch.equal(*case.load())
    (case,) = testsets.benchmark("back", tmp_path / "light", tmp_path / "dark")
    with pytest.raises(testsets.CaseError, match=r"is smaller than .*, 30 x 20 px and 50 x 40 px"):
        case.load()


@pytest.mark.parametrize(
    ("degraded", "bright", "label"),
    [("R/rain", "R/norain", "R"), ("R", "R", "R"), ("R/rain", "C/norain", "rain")],
)
def test_labels(tmp_path, degraded, bright, label):
    """The folder around both, or else the degraded one."""
    assert testsets.label_of(tmp_path / degraded, tmp_path / bright) == label
