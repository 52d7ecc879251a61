"""Pictures from folders and archives: what is read, how it is made small, and how it is split."""

import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings
from PIL import Image

from cnnlib import settings
from cnnlib.data import import_path, load
from cnnlib.data.pictures import names, read_skipped
from cnnlib.data.pictures.decoding import read_square
from tests.data.cifar_files import leftovers
from tests.data.picture_files import draw, encode, make_files, write_folder, write_zip

CLASSES = ("cat", "dog", "frog")


def square(content: bytes, size: int = 32) -> np.ndarray:
    return read_square(content, size, max_pixels=10**8)


# -- one picture -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [32, 64])
def test_a_square_picture_of_that_size_stays_as_it_is(size) -> None:
    for form in ("PNG", "BMP"):
        np.testing.assert_array_equal(square(encode(draw(1, size), form), size), draw(1, size))
    lossless = square(encode(draw(1, size), "WEBP", lossless=True), size)
    np.testing.assert_array_equal(lossless, draw(1, size))


def test_a_large_one_becomes_the_block_means_of_its_middle_square() -> None:
    wide = np.random.default_rng(3).integers(0, 256, (128, 200, 3), dtype=np.uint8)
    middle = wide[:, 36:164].reshape(32, 4, 32, 4, 3).mean(axis=(1, 3))
    assert np.abs(square(encode(wide)) - middle).max() <= 1  # columns and rows are rounded apart


def test_modes_become_rgb() -> None:
    red = Image.new("RGB", (40, 40), (200, 30, 10))
    for content in (
        encode(red.convert("CMYK"), "JPEG", quality=95),
        encode(red.quantize(4)),
        encode(red.convert("RGBA")),
    ):
        assert np.abs(square(content).astype(int) - (200, 30, 10)).max() <= 6
    grey = np.full((40, 40), 120, np.uint8)
    for picture in (Image.fromarray(grey), Image.fromarray(grey.astype(np.uint16) * 257)):
        assert (square(encode(picture)) == 120).all()
    assert (square(encode(Image.new("1", (40, 40), 1))) == 255).all()
    assert (square(encode(Image.new("LA", (40, 40), (0, 0)))) == 255).all()


def test_a_transparent_palette_colour_becomes_white() -> None:
    palette = Image.new("P", (32, 32), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    assert (square(encode(palette, transparency=1)) == 255).all()
    assert (square(encode(palette, transparency=0)) == (10, 20, 30)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_camera_says(orientation) -> None:
    upright = np.zeros((32, 32, 3), np.uint8)
    upright[:16, :16], upright[:16, 16:] = (250, 0, 0), (0, 250, 0)
    turn_back = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(turn_back(upright))
    np.testing.assert_array_equal(square(encode(stored, exif=exif)), upright)


# -- folders and archives --------------------------------------------------------------------------


def expect_pictures(split, labels: list[int], seeds: list[int]) -> None:
    assert split.labels.tolist() == labels
    for image, seed in zip(split.images, seeds, strict=True):
        np.testing.assert_array_equal(image, draw(seed))


def make_split_files(prefix: str = "", test: str = "test") -> dict[str, bytes]:
    files = {f"{prefix}train/{name}/{n}.png": encode(draw(10 * label + n))
             for label, name in enumerate(CLASSES) for n in range(2)}  # fmt: skip
    others = {f"{prefix}{test}/{name}/x.png": encode(draw(500 + label))
              for label, name in enumerate(CLASSES)}  # fmt: skip
    return files | others


@pytest.mark.parametrize("prefix", ["", "wrapping folder/", "a/b/"])
@pytest.mark.parametrize("test", ["test", "Valid", "val"])
@pytest.mark.parametrize("form", ["folder", "zip", "tar"])
def test_train_and_test_folders_are_the_splits(tmp_path, form, test, prefix) -> None:
    folder = write_folder(tmp_path / "mine", make_split_files(prefix, test))
    path = folder
    if form == "zip":
        path = write_zip(tmp_path / "mine.zip", make_split_files(prefix, test))
    elif form == "tar":
        path = tmp_path / "mine.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            tar.add(folder, "mine", filter=lambda member: member)
    dataset = import_path(path)
    assert (dataset.name, dataset.title, dataset.class_names) == ("mine", "mine", CLASSES)
    if form == "tar":  # in the archive's own order
        assert sorted(dataset.train.labels.tolist()) == [0, 0, 1, 1, 2, 2]
    else:
        expect_pictures(dataset.train, [0, 0, 1, 1, 2, 2], [0, 1, 10, 11, 20, 21])
    assert sorted(dataset.test.labels.tolist()) == [0, 1, 2]
    for image, label in zip(dataset.test.images, dataset.test.labels, strict=True):
        np.testing.assert_array_equal(image, draw(500 + int(label)))
    assert "own test split" in dataset.source
    assert "32 × 32" in dataset.source
    assert read_skipped("mine").count == 0


def test_folder_and_zip_of_the_same_pictures_are_the_same_set(tmp_path) -> None:
    files = make_files(count=12)
    first = import_path(write_folder(tmp_path / "a", files))
    second = import_path(write_zip(tmp_path / "b.zip", dict(reversed(files.items()))))
    assert first.fingerprint == second.fingerprint


def test_without_a_test_folder_a_fifth_of_each_class_is_put_aside(tmp_path) -> None:
    folder = write_folder(tmp_path / "x", make_files(CLASSES, count=20) | {
        "single/1.png": encode(draw(999))})  # fmt: skip
    dataset = import_path(folder)
    assert dataset.test.count_classes(4).tolist() == [4, 4, 4, 0]
    assert dataset.train.count_classes(4).tolist() == [16, 16, 16, 1]
    everything = np.concatenate([dataset.train.images, dataset.test.images])
    assert len(np.unique(everything.reshape(61, -1), axis=0)) == 61  # no picture in both
    assert "one in 5" in dataset.source
    again = import_path(folder, name="again")
    assert again.fingerprint == dataset.fingerprint


def test_sizes_and_titles(tmp_path) -> None:
    folder = write_folder(tmp_path / "Ünder *my* bed", make_files())
    dataset = import_path(folder, size=64)
    assert dataset.image_shape == (64, 64, 3)
    assert (dataset.name, dataset.title) == ("under-my-bed", "Ünder my bed")
    np.testing.assert_array_equal(dataset.train.images[0][::2, ::2], draw_of(dataset, folder))
    assert import_path(folder, name="other").title == "other"


def draw_of(dataset, folder: Path) -> np.ndarray:
    """The first training picture, made larger by repeating, and thinned again."""
    files = sorted((folder / "cat").iterdir(), key=lambda p: int(p.stem))
    candidates = [np.asarray(Image.open(f)) for f in files]
    match = [c for c in candidates if np.array_equal(c, dataset.train.images[0][::2, ::2])]
    assert match
    return match[0]


def test_rubbish_is_passed_over_and_what_cannot_be_read_is_listed(tmp_path) -> None:
    folder = write_folder(tmp_path / "x", make_files() | {
        ".git/cat/1.png": b"?", "__MACOSX/cat/._1.png": b"?", "cat/.DS_Store": b"?",
        "cat/Thumbs.db": b"?", "README.txt": b"hello", "cat/notes.txt": b"hello",
        "cat/deep/deeper.png": encode(draw(1)), "loose.png": encode(draw(2)),
        "dog/empty.jpg": b"", "dog/broken.png": encode(draw(3))[:200]})  # fmt: skip
    (folder / "nothing in it").mkdir()
    dataset = import_path(folder)
    assert dataset.class_names == ("cat", "dog")
    assert len(dataset.train) + len(dataset.test) == 10
    skipped = dict(read_skipped("x").listed)
    assert skipped.keys() == {"cat/notes.txt", "cat/deep/deeper.png", "loose.png",
                              "dog/empty.jpg", "dog/broken.png"}  # fmt: skip
    assert skipped["dog/empty.jpg"] == "empty file"
    assert "damaged" in skipped["dog/broken.png"]
    assert "class folder" in skipped["loose.png"]


def test_the_skipped_are_all_counted_and_some_listed(tmp_path) -> None:
    files = make_files() | {f"cat/bad{n}.jpg": b"no picture" for n in range(250)}
    import_path(write_folder(tmp_path / "x", files))
    skipped = read_skipped("x")
    assert (skipped.count, len(skipped.listed)) == (250, 200)


def test_a_class_of_which_nothing_can_be_read_is_dropped(tmp_path) -> None:
    files = make_files(CLASSES) | {f"dog/{n}.png": b"?" for n in range(5)}
    dataset = import_path(write_folder(tmp_path / "x", files))
    assert dataset.class_names == ("cat", "frog")
    assert set(dataset.train.labels.tolist()) == {0, 1}
    frogs = dataset.train.images[dataset.train.labels == 1]
    assert any(np.array_equal(frogs[0], draw(200 + n)) for n in range(5))


def test_the_classes_of_cifar10_keep_their_labels(tmp_path) -> None:
    files = make_files(tuple(reversed(settings.CIFAR10_CLASSES)), count=2)
    dataset = import_path(write_zip(tmp_path / "x.zip", files), name="cifar10")
    assert dataset.class_names == settings.CIFAR10_CLASSES
    np.testing.assert_array_equal(load("cifar10", download=False).test.images, dataset.test.images)


def test_numbers_in_class_names_sort_as_numbers(tmp_path) -> None:
    classes = ("10", "9", "class 2", "class 10", "Class 1")
    dataset = import_path(write_folder(tmp_path / "x", make_files(classes, count=2)))
    assert dataset.class_names == ("9", "10", "Class 1", "class 2", "class 10")


def test_odd_class_names_are_cleaned_and_stay_apart(tmp_path) -> None:
    classes = ("a*b", "a?b", "<script>", "[x](http y)", "  ", "été", "日本", "x" * 200)
    dataset = import_path(write_folder(tmp_path / "x", make_files(classes, count=2)))
    assert len(set(dataset.class_names)) == len(classes)
    assert {"a b", "a b (2)", "script", "unnamed", "été", "日本"} <= set(dataset.class_names)
    assert not set("<>[]*?`$") & set("".join(dataset.class_names))
    assert max(map(len, dataset.class_names)) <= 44


@pytest.mark.skipif(os.name == "nt", reason="Windows' names are Unicode")
def test_names_that_are_no_unicode(tmp_path) -> None:
    files = make_files(count=3)
    folder = write_folder(tmp_path / "x", files)
    odd = os.fsencode(folder) + b"/\xff\xfe"
    os.mkdir(odd)
    for number in range(3):
        Path(os.fsdecode(odd + b"/\xe9%d.png" % number)).write_bytes(encode(draw(number)))
    Path(os.fsdecode(odd + b"/\xe9bad.png")).write_bytes(b"?")
    dataset = import_path(folder)
    assert len(dataset.class_names) == 3
    for text in (*dataset.class_names, *sum(read_skipped("x").listed, ())):
        text.encode("utf-8")


@hypothesis_settings(max_examples=200, deadline=None)
@given(strategies.lists(strategies.text(max_size=60), max_size=12, unique=True))
def test_cleaned_names_are_unique_plain_and_stable(texts) -> None:
    cleaned = names.clean_names(texts)
    assert list(cleaned) == texts
    assert len(set(cleaned.values())) == len(texts)
    for name in cleaned.values():
        assert name
        assert name.isprintable()
        assert not set(name) & set('<>[]*`$~|\\#:{}"')
        assert names.clean_name(name)


@given(strategies.lists(strategies.integers(0, 10**6), unique=True))
def test_natural_order_is_that_of_the_numbers(numbers) -> None:
    texts = [f"class {number}" for number in numbers]
    assert sorted(texts, key=names.natural_key) == [f"class {n}" for n in sorted(numbers)]


def test_progress_never_goes_back_and_ends(tmp_path) -> None:
    seen: list[float] = []
    import_path(write_folder(tmp_path / "x", make_files(count=150)),
                progress=lambda share, text: seen.append(share))  # fmt: skip
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 5


def test_stopped_in_between_leaves_nothing(tmp_path) -> None:
    folder = write_folder(tmp_path / "x", make_files(count=150))

    def stop(share: float, text: str) -> None:
        if "of 300" in text and share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_path(folder, progress=stop)
    assert leftovers(settings.datasets_dir()) == []
    assert not (settings.datasets_dir() / "x").exists()


def test_who_has_a_set_open_keeps_it_when_it_is_replaced(tmp_path) -> None:
    """A run under way maps the old files; they stay until it lets go."""
    first = import_path(write_folder(tmp_path / "x", make_files(count=6)))
    before = np.array(first.train.images), np.array(first.train.labels)
    second = import_path(write_folder(tmp_path / "y", make_files(count=40)), name="x")
    assert len(second.train) != len(first.train)
    np.testing.assert_array_equal(first.train.images, before[0])
    np.testing.assert_array_equal(first.train.labels, before[1])
    assert load("x").fingerprint == second.fingerprint


@pytest.mark.slow
def test_the_real_folder_of_60000_pictures(tmp_path) -> None:
    import subprocess
    import sys

    unpack = Path(__file__).resolve().parents[3] / "shared" / "cifar10" / "unpack"
    if not unpack.exists():
        pytest.skip("the real images are not beside the project")
    subprocess.run([sys.executable, unpack, "folder", tmp_path / "c"], check=True, timeout=240)
    dataset = import_path(tmp_path / "c")
    assert dataset.class_names == settings.CIFAR10_CLASSES
    assert dataset.train.count_classes(10).tolist() == [5000] * 10
    assert dataset.test.count_classes(10).tolist() == [1000] * 10
    assert read_skipped("c").count == 0
    file = sorted(
        (tmp_path / "c" / "train" / "bird").iterdir(), key=lambda p: names.natural_key(p.name)
    )[7]
    np.testing.assert_array_equal(dataset.train.images[10_007], np.asarray(Image.open(file)))
