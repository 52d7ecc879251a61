"""Folders and archives that want to do harm, or are broken: one clear line, and nothing written."""

import os
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from cnnlib import settings
from cnnlib.data import import_path
from cnnlib.data.pictures import read_skipped, sources, zips
from cnnlib.errors import DatasetError
from tests.data.cifar_files import leftovers, member, write_members
from tests.data.picture_files import draw, encode, make_files, write_folder, write_zip
from tests.data.test_uploads import make_giant_png


def expect_refused(path: Path, **options: object) -> str:
    """One line, and nothing stored: neither a data set nor part of one."""
    with pytest.raises(DatasetError) as caught:
        import_path(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    sets = settings.datasets_dir()
    assert leftovers(sets) == []
    assert not sets.exists() or not [p for p in sets.iterdir() if p.is_dir()]
    return message


def expect_skipped(path: Path, **reasons: str) -> None:
    """The two classes of `make_files` are read; what else is there is listed with its reason."""
    dataset = import_path(path, name="read")
    assert len(dataset.train) + len(dataset.test) == 10
    listed = {name.rpartition("/")[2]: reason for name, reason in read_skipped("read").listed}
    assert listed.keys() == {name.replace("_", ".") for name in reasons}
    for name, reason in reasons.items():
        assert reason in listed[name.replace("_", ".")]


# -- zips ------------------------------------------------------------------------------------------

BAD_NAMES = {
    "upwards": "../../cat/x.png",
    "upwards inside": "cat/../../x.png",
    "absolute": "/etc/cat/x.png",
    "with a drive": "C:\\cat\\x.png",
    "with a drive and a slash": "c:/cat/x.png",
    "upwards with backslashes": "..\\cat\\x.png",
    "a network share": "\\\\server\\cat\\x.png",
}


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
def test_a_name_that_leads_out_is_refused(tmp_path, name) -> None:
    path = write_zip(tmp_path / "a.zip", make_files() | {name: encode(draw(7))})
    assert "leads out of it" in expect_refused(path)
    members = [member(n, c) for n, c in (make_files() | {name: encode(draw(7))}).items()]
    tar = write_members(tmp_path / "a.tar", members, "w")
    assert "leads out of it" in expect_refused(tar)
    assert not (tmp_path.parent / "cat").exists()


KINDS = {"a link": stat.S_IFLNK, "a device": stat.S_IFBLK, "a pipe": stat.S_IFIFO}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_links_and_devices_in_a_zip_are_refused(tmp_path, kind) -> None:
    path = write_zip(tmp_path / "a.zip", make_files())
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("cat/link.png")
        info.create_system, info.external_attr = 3, (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "a link, a device" in expect_refused(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE,
                                  tarfile.FIFOTYPE])  # fmt: skip
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind) -> None:
    members = [member(n, c) for n, c in make_files().items()]
    link = member("cat/link.png", type=kind, linkname="/etc/passwd")
    path = write_members(tmp_path / "a.tar.gz", [*members, link])
    assert "a link, a device" in expect_refused(path)


def test_a_bomb_of_zeros_is_refused_before_it_is_read(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(zips, "FREE_BYTES", 2**20)
    path = write_zip(tmp_path / "bomb.zip", make_files() | {
        f"cat/zero{n}.bmp": b"\0" * 2**22 for n in range(4)})  # fmt: skip
    assert path.stat().st_size < 2**17
    monkeypatch.setattr(zips.Zip, "_read", lambda *_: pytest.fail("it was read"))
    assert "bomb" in expect_refused(path)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_IMPORT_UNPACKED_MB", "2")
    files = make_files() | {"cat/noise.bmp": os.urandom(5_000_000)}
    message = expect_refused(write_zip(tmp_path / "a.zip", files))
    assert "more than the 2 MB" in message
    assert "CNNLIB_IMPORT_UNPACKED_MB" in message
    tar = write_members(tmp_path / "a.tar.gz", [member(n, c) for n, c in files.items()])
    assert "more than the 2 MB" in expect_refused(tar)


def test_files_that_overlap_are_refused(tmp_path) -> None:
    """As in D. Fifield's bomb: many names for the same compressed bytes."""
    path = write_zip(tmp_path / "a.zip", {f"{c}/{n}.png": encode(draw(n)) for c in "ab"
                                          for n in range(5)}, zipfile.ZIP_STORED)  # fmt: skip
    content = bytearray(path.read_bytes())
    place = content.find(b"PK\1\2")
    first = struct.unpack_from("<I", content, place + 42)[0]
    while place >= 0:
        struct.pack_into("<I", content, place + 42, first)
        place = content.find(b"PK\1\2", place + 4)
    path.write_bytes(content)
    assert "overlap" in expect_refused(path)


def test_a_size_that_is_a_lie_unpacks_to_no_more(tmp_path) -> None:
    """The directory says 100 bytes of what is 50 MB of zeros: only 100 are unpacked."""
    path = write_zip(tmp_path / "a.zip", make_files() | {"cat/liar.bmp": b"\0" * 50_000_000})
    content = bytearray(path.read_bytes())
    place = content.rfind(b"PK\1\2", 0, content.rfind(b"liar.bmp"))
    struct.pack_into("<I", content, place + 24, 100)
    path.write_bytes(content)
    expect_skipped(path, liar_bmp="damaged")


def test_a_zip_in_a_zip_is_just_no_picture(tmp_path) -> None:
    inner = write_zip(tmp_path / "inner.zip", make_files()).read_bytes()
    expect_skipped(write_zip(tmp_path / "a.zip", make_files() | {"cat/inner.zip": inner}),
                   inner_zip="its name is not that")  # fmt: skip
    message = expect_refused_alone(tmp_path / "only.zip", {"x/inner.zip": inner})
    assert "no class folders" in message


def expect_refused_alone(path: Path, files: dict[str, bytes]) -> str:
    with pytest.raises(DatasetError) as caught:
        import_path(write_zip(path, files))
    return str(caught.value)


def test_a_password_is_said_to_be_the_trouble(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", make_files(count=1), zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(signature, place + 4)
    path.write_bytes(content)
    assert "password" in expect_refused(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_compress_are_refused(tmp_path, method) -> None:
    assert "Deflate" in expect_refused(write_zip(tmp_path / "a.zip", make_files(), method))


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_a_cut_archive_is_refused(tmp_path, form, share) -> None:
    if form == "zip":
        path = write_zip(tmp_path / "a.zip", make_files())
    else:
        path = write_members(tmp_path / "a.tar.gz", [member(n, c) for n, c in make_files().items()])
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    expect_refused(path)


def test_a_damaged_member_is_skipped(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {"cat/bad.png": encode(draw(9))} | make_files())
    content = bytearray(path.read_bytes())
    content[content.find(b"cat/bad.png") + 40] ^= 0xFF
    path.write_bytes(content)
    expect_skipped(path, bad_png="damaged")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_the_first_is_taken(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", make_files())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("cat/1.png", encode(draw(77)))
        archive.writestr("cat//./2.png", encode(draw(78)))
    dataset = import_path(path)
    assert len(dataset.train) + len(dataset.test) == 10
    assert [reason for _, reason in read_skipped("a").listed] == [
        "another file of this name came before it"] * 2  # fmt: skip
    fingerprint = import_path(write_zip(tmp_path / "b.zip", make_files())).fingerprint
    assert dataset.fingerprint == fingerprint


def test_a_directory_of_very_many_entries_is_refused_before_it_is_parsed(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("CNNLIB_IMPORT_FILES", "20")
    path = write_zip(tmp_path / "a.zip", make_files(count=15))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("it was parsed"))
    assert "more than 20 files" in expect_refused(path)


def test_a_directory_that_lies_about_its_entries_is_counted_all_the_same(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("CNNLIB_IMPORT_FILES", "20")
    path = write_zip(tmp_path / "a.zip", make_files(count=15))
    content = bytearray(path.read_bytes())
    struct.pack_into("<HH", content, content.rfind(b"PK\5\6") + 8, 1, 1)
    path.write_bytes(content)
    assert "more than 20 files" in expect_refused(path)


def test_a_second_directory_that_only_zip64_knows_is_counted_too(tmp_path, monkeypatch) -> None:
    """`zipfile` believes the zip64 record, even where the ordinary one says something else."""
    monkeypatch.setenv("CNNLIB_IMPORT_FILES", "20")
    path = write_zip(tmp_path / "a.zip", make_files(count=15))
    content = path.read_bytes()
    place = content.rfind(b"PK\5\6")
    size, offset = struct.unpack_from("<II", content, place + 12)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 30, 30, size, offset)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, 46, offset, 0)
    path.write_bytes(content[:place] + record + locator + end)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == 30
    assert "more than 20 files" in expect_refused(path)


# -- folders ---------------------------------------------------------------------------------------


def test_links_in_a_folder_are_not_followed(tmp_path) -> None:
    outside = write_folder(tmp_path / "outside", make_files(("secret", "other")))
    folder = write_folder(tmp_path / "x", make_files())
    (folder / "linked").symlink_to(outside / "secret", target_is_directory=True)
    (folder / "cat" / "link.png").symlink_to(outside / "secret" / "0.png")
    (folder / "cat" / "dangling.png").symlink_to(tmp_path / "nowhere")
    (folder / "dog" / "round").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "cat" / "pipe.png")
    expect_skipped(
        folder, linked="a link", link_png="a link", dangling_png="a link", round="a link",
        pipe_png="pipe",
    )  # fmt: skip


def test_a_folder_of_links_only_is_refused(tmp_path) -> None:
    outside = write_folder(tmp_path / "outside", make_files())
    folder = tmp_path / "x"
    folder.mkdir()
    for name in ("cat", "dog"):
        (folder / name).symlink_to(outside / name, target_is_directory=True)
    assert "no class folders" in expect_refused(folder)


def test_a_file_that_becomes_a_link_meanwhile_is_not_followed(tmp_path) -> None:
    folder = write_folder(tmp_path / "x", make_files())
    victim = folder / "cat" / "0.png"

    entries = sources.Folder(folder).list_files(lambda *_: None)
    (place,) = [entry.where for entry in entries if entry.where == str(victim)]
    victim.unlink()
    victim.symlink_to(folder / "cat" / "1.png")
    with pytest.raises(OSError, match="symbolic links"):
        sources.read_regular(place)


def test_too_many_files_or_classes_are_refused(tmp_path, monkeypatch) -> None:
    folder = write_folder(tmp_path / "x", make_files(("a", "b", "c", "d"), count=6))
    monkeypatch.setenv("CNNLIB_IMPORT_CLASSES", "3")
    assert "CNNLIB_IMPORT_CLASSES" in expect_refused(folder)
    monkeypatch.setenv("CNNLIB_IMPORT_FILES", "23")
    assert "CNNLIB_IMPORT_FILES" in expect_refused(folder)


FORMS = {
    "nothing": ({}, "no class folders"),
    "pictures without a folder": ({"a.png": encode(draw(1))}, "no class folders"),
    "texts": ({"a/x.txt": b"x", "b/y.txt": b"y"}, "no class folders"),
    "one class": (make_files(("only",)), "at least 2 classes"),
    "one class in train": (make_files(("only",), prefix="train/"), "at least 2 classes"),
    "test alone": (make_files(prefix="test/"), "no train folder"),
    "nothing readable": (
        {f"{c}/{n}.png": b"?" for c in "ab" for n in range(5)}, "no train picture"),
    "one class readable": (
        make_files(("a",)) | {f"b/{n}.png": b"?" for n in range(5)}, "at least 2 classes"),
    "single pictures": ({"a/1.png": encode(draw(1)), "b/1.png": encode(draw(2))}, "test picture"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_another_form_is_refused(tmp_path, form, kind) -> None:
    files, sentence = FORMS[form]
    if kind == "zip":
        path = write_zip(tmp_path / "x.zip", files)
    else:
        path = write_folder(tmp_path / "x", files)
        path.mkdir(exist_ok=True)
    assert sentence in expect_refused(path)


# -- pictures --------------------------------------------------------------------------------------


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100


def bomb_png(side: int) -> bytes:
    """A PNG of a few kilobytes that really holds side × side black pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = (b"\0" + b"\0" * (side // 8)) * side
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


BAD_PICTURES = {
    "an svg": (svg(), "not a JPEG"),
    "a gif": (encode(draw(1), "GIF"), "not a JPEG"),
    "a tiff": (encode(draw(1), "TIFF"), "not a JPEG"),
    "a heic": (heic(), "not a JPEG"),
    "a web page": (b"<!DOCTYPE html>", "not a JPEG"),
    "nothing": (b"", "empty file"),
    "a cut jpeg": (encode(draw(1, 200), "JPEG")[:2000], "damaged"),
    "a giant header": (make_giant_png(60_000, 60_000), "million"),
    "a giant beyond all numbers": (make_giant_png(2**31 - 1, 2**31 - 1), "million"),
    "a picture that is a bomb": (bomb_png(16_000), "million"),
    "no width": (make_giant_png(0, 10), "not a JPEG"),
}


@pytest.mark.parametrize("what", BAD_PICTURES)
def test_what_is_no_picture_is_skipped_with_its_reason(tmp_path, what) -> None:
    content, reason = BAD_PICTURES[what]
    expect_skipped(write_folder(tmp_path / "x", make_files() | {"cat/bad.jpg": content}),
                   bad_jpg=reason)  # fmt: skip


def test_a_file_beyond_the_limit_is_not_even_opened(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_IMPORT_FILE_MB", "1")
    large = encode(draw(1, 700), "BMP")
    assert len(large) > 1_000_000
    expect_skipped(write_folder(tmp_path / "x", make_files() | {"cat/large.bmp": large}),
                   large_bmp="more than 1 MB")  # fmt: skip
    expect_skipped(write_zip(tmp_path / "x.zip", make_files() | {"cat/large.bmp": large}),
                   large_bmp="more than 1 MB")  # fmt: skip


def test_a_picture_beyond_the_limit_is_not_decoded(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_IMPORT_MEGAPIXELS", "1")
    wide = encode(Image.new("L", (1001, 1000)))
    expect_skipped(write_folder(tmp_path / "x", make_files() | {"cat/wide.png": wide}),
                   wide_png="1,001 × 1,000 pixels")  # fmt: skip


# -- names and places ------------------------------------------------------------------------------


def test_a_failed_import_leaves_the_old_set(tmp_path) -> None:
    before = import_path(write_folder(tmp_path / "x", make_files()))
    with pytest.raises(DatasetError):
        import_path(write_zip(tmp_path / "x.zip", make_files(("only",))))
    assert (settings.datasets_dir() / "x" / "meta.json").is_file()
    assert before.train.images[0].any()
    assert leftovers(settings.datasets_dir()) == []


@pytest.mark.parametrize("name", ["cifar10", "mnist", "synthetic", "../x", ""])
def test_names_that_are_kept_or_wrong_are_refused(tmp_path, name) -> None:
    expect_refused(write_folder(tmp_path / "x", make_files()), name=name)


def test_a_folder_called_like_a_known_set_gets_another_name(tmp_path) -> None:
    assert import_path(write_folder(tmp_path / "MNIST", make_files())).name == "mnist-pictures"
    assert import_path(write_folder(tmp_path / "日本", make_files())).name.startswith("set-")


def test_sizes_are_32_or_64(tmp_path) -> None:
    assert "size" in expect_refused(write_folder(tmp_path / "x", make_files()), size=48)
