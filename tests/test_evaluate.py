"""The tables: pairing, intervals, other methods' files, the published figures, the command line."""

import json
import math
import re
import shutil
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

import interir
from interir import (
    bootstrap,
    commands,
    complexity,
    data,
    evaluate,
    footprint,
    metrics,
    pairs,
    paper,
    progress,
    scores,
    tables,
    testsets,
    weights,
)
from interir.degrade import COMBINATIONS
from interir.evaluate import Score
from tests.helpers import photo


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


@pytest.fixture
def clean(tmp_path):
    """Two clean photos of 16 x 13 px."""
    for seed, name in enumerate(["cat", "old_dog"]):
        save(tmp_path / "clean" / f"{name}.png", photo(13, 16, seed=seed))
    return tmp_path / "clean"


@pytest.fixture
def nets(tmp_path):
    """Two tiny networks in files, with an underscore in a name."""
    files = [tmp_path / "net_a.safetensors", tmp_path / "net_b.safetensors"]
    for seed, file in enumerate(files):
        torch.manual_seed(seed)
        interir.save(interir.create("interir-small", width=8, blocks=1), file, {"seed": seed})
    return files


# --- intervals


def photo_scores(method, values, column="H"):
    return [Score(method, column, str(i), value, value / 100) for i, value in enumerate(values)]


def test_a_constant_difference_has_an_interval_of_no_width():
    """However much the photos differ among themselves: the bootstrap is paired."""
    values = np.random.default_rng(0).normal(30, 5, 20)
    rows = photo_scores("a", values + 0.5) + photo_scores("b", values)
    for found in bootstrap.differences(rows, "a", "b"):
        psnr, ssim = found.psnr, found.ssim
        assert (psnr.mean, psnr.low, psnr.high) == pytest.approx((0.5, 0.5, 0.5))
        assert (ssim.mean, ssim.low, ssim.high) == pytest.approx((0.005, 0.005, 0.005))


def test_intervals_cover_the_true_mean():
    """About 95 of 100 seeded samples of 40 photos; and the width is that of the normal interval."""
    generator, inside, widths = np.random.default_rng(1), 0, []
    for seed in range(200):
        shift = generator.normal(0.3, 1.0, 40)
        rows = photo_scores("a", shift) + photo_scores("b", np.zeros(40))
        found = bootstrap.differences(rows, "a", "b", resamples=400, seed=seed)[0].psnr
        inside += found.low <= 0.3 <= found.high
        widths.append(found.high - found.low)
    assert 0.89 <= inside / 200 <= 0.99
    assert np.mean(widths) == pytest.approx(2 * 1.96 / math.sqrt(40), rel=0.08)


def test_photos_are_resampled_and_not_scores():
    """A photo's two columns stay together: opposite differences cancel in the mean, not in the columns."""
    shift = np.random.default_rng(2).normal(0, 1, 30)
    rows = photo_scores("a", shift, "H") + photo_scores("a", -shift, "R")
    rows += photo_scores("b", np.zeros(30), "H") + photo_scores("b", np.zeros(30), "R")
    found = {d.column: d.psnr for d in bootstrap.differences(rows, "a", "b")}
    assert list(found) == ["H", "R", "mean"]
    assert found["H"].high - found["H"].low > 0.3
    assert found["mean"].high - found["mean"].low == pytest.approx(0, abs=1e-12)


def test_benchmarks_of_different_photos_keep_their_sizes():
    """The mean weighs both benchmarks alike, and no resample lacks one of them."""
    rows = photo_scores("b", np.zeros(3), "A") + [Score("b", "B", f"B/{i}", 0, 0) for i in range(50)]
    better = [Score("a", s.combination, s.photo, 1.0 if s.combination == "A" else 3.0, 0) for s in rows]
    found = {d.column: d.psnr for d in bootstrap.differences([*rows, *better], "a", "b")}
    assert (found["mean"].low, found["mean"].mean, found["mean"].high) == pytest.approx((2, 2, 2))


def test_intervals_are_seeded():
    """The same seed gives the same ends, another one others."""
    values = np.random.default_rng(3).normal(0, 1, 12)
    rows = photo_scores("a", values) + photo_scores("b", np.zeros(12))
    first, again, other = (bootstrap.differences(rows, "a", "b", seed=seed) for seed in (0, 0, 1))
    assert first == again != other


def test_one_photo_has_no_interval():
    """Said in a sentence."""
    rows = photo_scores("a", [1.0]) + photo_scores("b", [2.0])
    with pytest.raises(ValueError, match="a and b share 1 photos; an interval needs two"):
        bootstrap.differences(rows, "a", "b")


# --- pairs


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


# --- the Y channel


def test_luma_is_that_of_scikit_image():
    """rgb2ycbcr: BT.601, 16 to 235; and clipping first."""
    from skimage.color import rgb2ycbcr

    image = photo(9, 7)
    expected = rgb2ycbcr(image[0].permute(1, 2, 0).numpy())[..., 0]
    np.testing.assert_allclose(255 * metrics.luma(image)[0, 0].numpy(), expected, rtol=1e-12)
    white = torch.full((1, 3, 2, 2), 1.5, dtype=torch.float64)
    assert metrics.luma(white).unique().item() == pytest.approx(235 / 255)
    assert metrics.luma(-white).unique().item() == pytest.approx(16 / 255)


def test_scores_on_y(clean):
    """Y is what is compared, its peak 1."""
    case = testsets.synthetic(clean)[3]
    (found,) = evaluate.score({}, case, y_channel=True)
    a, b = (255 * metrics.luma(pixels).double().numpy() for pixels in case.load())
    assert found.psnr == pytest.approx(10 * np.log10(255**2 / ((a - b) ** 2).mean()), rel=1e-5)
    assert found.psnr != evaluate.score({}, case)[0].psnr


# --- files of other methods


def test_export_says_what_it_wrote(clean, tmp_path):
    """PNG files of 8 bits and their seeds and levels, as drawn by `degraded_photos`."""
    out = tmp_path / "out"
    written = list(testsets.export(clean, out))
    assert [path.name for path in written] == [
        f"{p}__{c}.png" for p in ("cat", "old_dog") for c in COMBINATIONS
    ]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["folder"] == "clean"
    for i, (entry, (path, name, sample)) in enumerate(
        zip(manifest["files"], evaluate.degraded_photos(clean), strict=True)
    ):
        assert entry["seed"] == 1000 * (i // 7) + i % 7
        assert (entry["photo"], entry["combination"]) == (path.name, name)
        assert [entry[k] for k in ("haze", "rain", "noise")] == [
            getattr(sample.levels, k).item() for k in ("haze", "rain", "noise")
        ]
        assert torch.equal(data.read_photo(out / entry["file"]), data.to_bytes(sample.image)[0])


def test_files_score_as_the_pixels_they_hold(clean, tmp_path, nets):
    """The exported input scores as the input, a network's saved outputs as the network, exactly."""
    list(testsets.export(clean, tmp_path / "out"))
    model, cases = interir.load(nets[0]), testsets.synthetic(clean)
    for case in cases:
        save(tmp_path / "theirs" / f"{case.stem}.png", model(case.load()[0]))
    methods = {
        "net": evaluate.by_network(model),
        "copy": evaluate.by_files(tmp_path / "out", cases),
        "saved": evaluate.by_files(tmp_path / "theirs", cases),
    }
    for case in cases:
        given, net, copy, saved = evaluate.score(methods, case)
        assert (given.psnr, given.ssim) == (copy.psnr, copy.ssim)
        assert (net.psnr, net.ssim) == (saved.psnr, saved.ssim)


def test_an_export_is_a_benchmark(clean, tmp_path):
    """--pairs finds the clean photos of exported files, and scores them as --data does."""
    list(testsets.export(clean, tmp_path / "out"))
    direct = {case.stem: evaluate.score({}, case)[0] for case in testsets.synthetic(clean)}
    found = testsets.benchmark("out", tmp_path / "out", clean)
    assert len(found) == 14
    for case in found:
        assert evaluate.score({}, case)[0].psnr == direct[case.stem].psnr


def test_a_perfect_copy(clean, tmp_path, capsys):
    """100 dB in every form of the table, not infinity, which would swallow means and intervals."""
    for case in testsets.synthetic(clean):
        save(tmp_path / "perfect" / f"{case.stem}.png", case.load()[1])
    out, tex = tmp_path / "scores.json", tmp_path / "table.tex"
    options = [
        "--data",
        str(clean),
        "--restored",
        f"oracle={tmp_path / 'perfect'}",
        f"twin={tmp_path / 'perfect'}",
    ]
    assert commands.main([*options, "--json", str(out), "--latex", str(tex)]) == 0
    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if line.startswith(("| oracle | ", "| twin | "))]
    assert [row.count("| 100.00 / 1.000 ") for row in rows] == [8, 8]
    assert "+0.00 [+0.00, +0.00]" in printed
    assert "nan" not in printed
    assert "inf" not in printed
    assert json.loads(out.read_text())["table"]["oracle"]["mean"] == [100, pytest.approx(1)]
    assert tex.read_text().count(r"\textbf{100.00}") == 16


def test_missing_and_wrong_files_are_named(clean, tmp_path):
    """Before anything is scored, or when the size shows."""
    list(testsets.export(clean, tmp_path / "out"))
    cases = testsets.synthetic(clean)
    save(tmp_path / "out" / "cat__H.png", photo(12, 16))
    method = evaluate.by_files(tmp_path / "out", cases)
    case = next(case for case in cases if case.stem == "cat__H")
    with pytest.raises(testsets.CaseError, match=r"cat__H.png has 16 x 12 px; .* has 16 x 13 px"):
        evaluate.score({"theirs": method}, case)
    (tmp_path / "out" / "cat__H.png").unlink()
    with pytest.raises(testsets.CaseError, match=r"lacks 1 of 14 files: cat__H$"):
        evaluate.by_files(tmp_path / "out", cases)


def test_each_benchmark_may_have_a_folder_of_files(tmp_path):
    """Rain100L and Rain100H hold files of the same names."""
    for name, seed in (("L", 1), ("H", 2)):
        save(tmp_path / name / "rain" / "1.png", photo(12, 12, seed=seed))
        save(tmp_path / name / "norain" / "1.png", photo(12, 12, seed=seed + 5))
        save(tmp_path / "theirs" / name / "1.png", photo(12, 12, seed=seed + 5))
    cases = [c for n in "LH" for c in testsets.benchmark(n, tmp_path / n / "rain", tmp_path / n / "norain")]
    method = evaluate.by_files(tmp_path / "theirs", cases)
    assert [evaluate.score({"theirs": method}, case)[1].psnr for case in cases] == [100, 100]


def test_two_photos_of_one_stem_are_refused(clean):
    """Their exported files would have one name."""
    save(clean / "cat.bmp", photo(13, 16))
    with pytest.raises(testsets.CaseError, match="several photos called cat;"):
        testsets.synthetic(clean)


# --- LaTeX

TABLE = {
    "input": {"H": (99.0, 0.999), "mean": (99.0, 0.999)},
    "net_a": {"H": (20.0, 0.9), "R": (30.0, 0.8), "mean": (25.0, 0.85)},
    "net_b": {"H": (21.0, 0.8), "R": (30.001, 0.7), "mean": (25.5, 0.75)},
    "net_c": {"H": (19.0, 0.7), "R": (10.0, 0.9), "mean": (14.5, 0.8)},
}


def test_latex_marks_the_best_and_the_second():
    """In bold and underlined, each measure by itself; equal print shares a mark; the input is not ranked."""
    lines = tables.as_latex(TABLE, "5 % of a_b").splitlines()
    rows = {line.split(" & ")[0]: line for line in lines if " & " in line}
    assert rows[r"net\_a"].startswith(
        r"net\_a & \underline{20.00} / \textbf{0.900} & \textbf{30.00} / \underline{0.800} & "
    )
    assert r"\textbf{21.00} / \underline{0.800} & \textbf{30.00} / 0.700" in rows[r"net\_b"]
    assert "textbf" not in rows["input"]
    assert " & -- & " in rows["input"]
    assert r"\caption{5 \% of a\_b}" in lines
    assert not re.search(r"(?<!\\)[_%]", "\n".join(lines))


def test_latex_is_balanced():
    """Braces, environments and columns; rules of booktabs; published rows marked and not ranked."""
    found = bootstrap.differences(photo_scores("a_1", [1, 2]) + photo_scores("b", [0, 0]), "a_1", "b")
    text = tables.as_latex(TABLE, "c", [found], paper.scores(1))
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin{") == text.count(r"\end{") == 2
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert rule in text
    heads = [*COMBINATIONS, "mean"]
    body = [line for line in text.splitlines() if " & " in line]
    assert {len(line.split(" & ")) for line in body} == {len(heads) + 1}
    assert paper.MARK in text
    assert "textbf" not in next(line for line in body if line.startswith("Defusion"))
    assert r"\emph{a\_1 $-$ b, with 95 \% intervals}" in text


def test_json_has_no_nan():
    """SSIM of photos that its window does not fit is null there."""
    assert tables.finite({"a": [math.nan, 1.0, (2, math.inf)]}) == {"a": [None, 1.0, [2, None]]}


@pytest.mark.parametrize("character", "&%$#_{}")
def test_special_characters_are_escaped(character):
    """All that would break a table."""
    assert tables.escape(f"a{character}b") == f"a\\{character}b"


# --- the published figures

COUNTS = {1: 11, 2: 5, 3: 7, 4: 5, 5: 4, 6: 7, 7: 3, 8: 5}
CUT = {("Perceive-IR", "PSNR"), ("U2Former", "PSNR"), ("Defusion", "PSNR")}
"""Averages of Table 1 whose last digit is not that of the mean of the seven columns."""


@pytest.mark.parametrize("number", COUNTS)
def test_published_tables_are_whole(number):
    """Every row has every column, and numbers are numbers."""
    rows = paper.rows(number)
    assert len(rows) == COUNTS[number]
    for row in rows:
        assert None not in row
        assert None not in row.values()
        for head, value in row.items():
            if head not in ("method", "citation", "combination") and number != 6 and value:
                assert math.isfinite(float(value))


@pytest.mark.parametrize(("number", "count"), [(1, 8), (3, 5)])
def test_published_averages_are_means(number, count):
    """Within 0.01 dB and 0.001; but for three rows the printed digits are the rounded mean's."""
    for method, row in paper.scores(number).items():
        mean = row.pop("mean")
        assert len(row) == count - 1
        for place, (name, step) in enumerate((("PSNR", 0.01), ("SSIM", 0.001))):
            exact = sum(pair[place] for pair in row.values()) / len(row)
            assert mean[place] == pytest.approx(exact, abs=step)
            rounded = abs(mean[place] - exact) <= step / 2 + 1e-9
            assert rounded != (number == 1 and (method, name) in CUT)


def test_published_gains_are_differences():
    """Tables 4, 5 and 7 agree with themselves; Table 8 with Table 1."""
    for number in (4, 5, 7):
        rows = paper.rows(number)
        for before, row in pairwise(rows):
            if row["PSNR gain"]:
                base = rows[0] if number != 5 else before
                assert float(row["PSNR"]) - float(base["PSNR"]) == pytest.approx(float(row["PSNR gain"]))
    ones = paper.scores(1)
    for row in paper.rows(8):
        name = row["method"].replace("DeepSU", "DeepSN")
        assert (float(row["PSNR"]), float(row["SSIM"])) == ones[name]["mean"]


def test_published_rows_are_marked():
    """Wherever they stand beside ours."""
    ours = scores.means([Score("net", c, "1", 1, 0.5) for c in COMBINATIONS])
    lines = tables.as_text(ours, paper.scores(1)).splitlines()
    assert len(lines) == 3 + 11
    assert all("published, on other data" in line for line in lines[3:])
    assert lines[-1].startswith("| InterIR(Ours) (published, on other data) | 30.22 / 0.880 |")


# --- the command line


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


# --- complexity


def test_table_8_is_read():
    """Parameters and MACs of the two configurations that the paper prints."""
    assert complexity.TABLE_8 == {"interir-paper": (27e6, 22e9), "deepsn-full": (24e6, 86e9)}


def test_table_of_complexity():
    """Counted only: a row per configuration, and Table 8 marked."""
    lines = complexity.table(["deepsn-small", "interir-small"], repeat=0).splitlines()
    assert len(lines) == 2 + 2 + 5
    assert {line.count("|") for line in lines} == {7}
    assert lines[2].endswith(" | – | – |")
    assert all("published, on other data" in line for line in lines[-5:])


def test_footprint():
    """Positive time, and memory of the pass alone: what this process holds is not seen in its child."""
    held = torch.ones(2**26)  # 256 MiB: this process is now larger than the child will ever be
    found = footprint.measured("deepsn-small", repeat=1, side=32, threads=1)
    del held
    assert found.seconds > 0
    assert 4 * complexity.complexity("deepsn-small").parameters < found.bytes < 2**30


def test_a_footprint_that_fails_is_said(monkeypatch):
    """In a sentence with the configuration and the device."""
    monkeypatch.setattr(footprint.sys, "executable", shutil.which("false"))
    with pytest.raises(RuntimeError, match="interir-small could not be measured on cuda"):
        footprint.measured("interir-small", "cuda")
