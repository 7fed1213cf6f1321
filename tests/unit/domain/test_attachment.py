"""Attachments: what a file is, its own bytes say; its name is of our making."""

import base64

import pytest

from service.domain import attachment
from service.domain.attachment import from_base64, held
from service.domain.errors import UnreadableInput


def packed(data):
    return base64.b64encode(data).decode()


def read(text):
    return from_base64("OBX[1]-5[1]", "application/pdf", "Report", text)


@pytest.mark.parametrize(
    ("data", "media_type", "name"),
    [
        (b"%PDF-1.4 ...", "application/pdf", "d.pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png", "d.png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", "d.jpg"),
        (b"II*\x00....", "image/tiff", "d.tif"),
        (b"MM\x00*....", "image/tiff", "d.tif"),
        (b"{\\rtf1 }", "application/rtf", "d.rtf"),
        (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8", "d.txt"),
        (b"<svg onload='alert(1)'/>", "text/plain; charset=utf-8", "d.txt"),
        ("Größe".encode(), "text/plain; charset=utf-8", "d.txt"),
        (b"MZ\x90\x00\x03", "application/octet-stream", "d.bin"),
        ("Größe".encode("latin-1"), "application/octet-stream", "d.bin"),
    ],
)
def test_its_kind_is_that_of_its_bytes_whatever_its_sender_says(data, media_type, name):
    file = held("OBX[1]-5[1]", "application/pdf", "../../x", data)
    assert (file.media_type, file.file_name("d")) == (media_type, name)


@pytest.mark.parametrize("text", ["JVBERi0xLjQ=", "JVBERi0xLjQ", "JVBE\r\nRi0x\n LjQ=\n"])
def test_line_breaks_and_missing_padding_spoil_nothing(text):
    assert read(text).opened() == b"%PDF-1.4"


@pytest.mark.parametrize("text", ["JVBE*Ri0x", "J", "JVBERi0xLjQ=JVBE", "ÄÖÜ="])
def test_what_is_not_base64_is_told_and_never_half_decoded(text):
    with pytest.raises(UnreadableInput, match=r"OBX\[1\]-5\[1\]: the file is not Base64"):
        read(text).opened()


def test_an_empty_one_is_no_file():
    with pytest.raises(UnreadableInput, match="there is no file in it"):
        read("").opened()


def test_one_that_is_too_large_is_told_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(attachment, "LONGEST", 9)
    assert read(packed(b"%PDF-1234")).opened() == b"%PDF-1234"
    with pytest.raises(UnreadableInput, match="larger than 9 bytes"):
        read(packed(b"%PDF-1234567")).opened()


def test_its_words_stay_out_of_what_is_logged():
    assert "secret" not in repr(held("p", "t", "x", b"secret"))
