"""What comes in is a stranger's file; what is kept is a picture of ours."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageOps

from ideaboard.stories.pictures import MOST_BYTES, NotAPicture, line_of, reencode
from tests.stories.conftest import file_of


def opened(encoded):
    return Image.open(io.BytesIO(encoded.data))


def test_what_the_camera_wrote_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "Zanzibar Cameras"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 12.0)  # GPSLatitude
    came = file_of(exif=exif, comment=b"Zanzibar", icc_profile=b"Zanzibar profile")
    assert b"Zanzibar" in came
    kept = reencode(came)
    assert b"Zanzibar" not in kept.data and b"Exif" not in kept.data
    assert not opened(kept).getexif() and "icc_profile" not in opened(kept).info


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_nor_do_other_kinds_keep_words(kind):
    exif = Image.Exif()
    exif[0x010E] = "Zanzibar"
    if kind == "GIF":
        came = file_of(kind, comment=b"Zanzibar")
    else:
        came = file_of(kind, exif=exif, icc_profile=b"Zanzibar profile")
    assert b"Zanzibar" in came
    kept = reencode(came)
    assert b"Zanzibar" not in kept.data
    assert (kept.content_type, opened(kept).format) == ("image/webp", "WEBP")


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    kept = reencode(file_of(size=(80, 40), exif=exif))
    assert (kept.width, kept.height) == (40, 80) == opened(kept).size


@pytest.mark.parametrize(
    ("came", "kept"),
    [((4000, 1000), (1600, 400)), ((200, 100), (200, 100)), ((100, 9600), (34, 3200)), ((5000, 3333), (1600, 1067))],
)
def test_it_is_made_no_wider_than_a_page(came, kept):
    picture = reencode(file_of(size=came))
    assert (picture.width, picture.height) == kept


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("size", [(60, 40), (3300, 700), (700, 3300)])
def test_every_way_of_holding_a_camera(turned, size):
    """The corner that is red when it stands upright is red, made smaller in strips or not."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 4, size[1] // 4))
    exif = Image.Exif()
    exif[0x0112] = turned
    came = io.BytesIO()
    picture.save(came, "PNG", exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(came.getvalue())))
    kept = opened(reencode(came.getvalue())).convert("RGB")
    assert abs(kept.width / kept.height - upright.width / upright.height) < 0.01
    for x in (1 / 8, 7 / 8):
        for y in (1 / 8, 7 / 8):
            was = upright.getpixel((int(x * upright.width), int(y * upright.height)))
            red, green, _ = kept.getpixel((int(x * kept.width), int(y * kept.height)))
            assert (red > 200, green > 128) == (True, was == (255, 255, 255)), (x, y)


def test_what_is_seen_through_stays_so():
    kept = reencode(file_of("PNG", mode="RGBA", colour=(10, 20, 30, 0)))
    assert opened(kept).convert("RGBA").getpixel((1, 1))[3] == 0


def test_of_a_moving_one_the_first_frame_is_kept():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    came = io.BytesIO()
    frames[0].save(came, "GIF", save_all=True, append_images=frames[1:])
    kept = opened(reencode(came.getvalue()))
    assert getattr(kept, "n_frames", 1) == 1
    red, _, blue = kept.convert("RGB").getpixel((4, 4))
    assert red > 200 and blue < 60


def bomb(width=30_000, height=30_000) -> bytes:
    """A PNG of a kilobyte that says it is 900 million pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(30_000, 30_000), (8_000, 6_000), (6_400, 6_400)])
def test_a_bomb_is_refused_before_it_is_decoded(size, monkeypatch):
    def never(self):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(Image.Image, "convert", never)
    with pytest.raises(NotAPicture, match="40 million"):
        reencode(bomb(*size))


REFUSED = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with a head": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "html": b"<html><script>alert(1)</script>",
    "nothing": b"",
    "half a picture": file_of(size=(400, 400))[:300],
    "tiff": file_of("TIFF"),
    "bmp": file_of("BMP"),
    "ico": file_of("ICO"),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "pdf": b"%PDF-1.7\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_picture_of_the_four_kinds_is_refused(what):
    with pytest.raises(NotAPicture, match="JPEG, PNG, WebP or GIF"):
        reencode(REFUSED[what])


def test_what_hides_behind_a_picture_does_not_come_in():
    """A file that is a GIF and a script, or a JPEG and an archive, at once."""
    for kind in ("GIF", "JPEG", "PNG"):
        came = file_of(kind) + b"/*PK\x03\x04<script>alert('Zanzibar')</script>*/"
        kept = reencode(came)
        assert b"Zanzibar" not in kept.data and b"<script" not in kept.data


def test_a_file_too_large_is_refused_unopened():
    with pytest.raises(NotAPicture, match="8 MB"):
        reencode(b"\xff\xd8" + b"\0" * MOST_BYTES)


def test_the_same_bytes_are_one_picture_of_a_story_and_another_of_another():
    picture = reencode(file_of())
    assert picture.of("a") == reencode(file_of()).of("a") != picture.of("b")


def test_words_for_a_picture_cannot_break_its_line():
    assert line_of("0" * 64, "A [cup](x)\n`y`") == "![A cup(x)y](picture:0000000000)"


def test_a_jpeg_of_a_hundred_thousand_scans_is_refused_before_it_is_decoded():
    """Each is 60 bytes and goes over the whole picture again: 8 MB of them would take a writer's thread for hours."""
    whole = file_of("JPEG", size=(600, 600), mode="L", colour=128, progressive=True)
    scan = whole[whole.rfind(b"\xff\xda") : -2]
    assert reencode(whole[:-2] + scan * 5 + whole[-2:]).width == 600
    with pytest.raises(NotAPicture, match="no picture that we can read"):
        reencode(whole[:-2] + scan * 60 + whole[-2:])
