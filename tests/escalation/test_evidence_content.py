"""What is taken as evidence and what is not, by content and never by name (F48, T13)."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from cases.errors import Refused
from escalation.evidence import files, kinds, packed, papers
from escalation.evidence.images import JPEG, PNG
from tests.escalation import evidence_corpus as corpus

HARMLESS = {
    "pdf": (corpus.pdf(), papers.PDF),
    "jpeg": (corpus.jpeg(), JPEG),
    "png": (corpus.png(), PNG),
    "text": ("She said: “I cannot stand.”\r\n".encode(), kinds.TEXT),
    "text of Windows": ("She said: £20 – no.".encode("cp1252"), kinds.TEXT),
    "EICAR is text, and the scanner's to find": (corpus.EICAR, kinds.TEXT),
    "docx with a link": (corpus.docx(), packed.DOCX),
    "xlsx with printer settings": (corpus.xlsx({"xl/printerSettings/printerSettings1.bin": b"x"}), packed.XLSX),
    "odt": (corpus.odt(), packed.ODT),
}
REFUSED = {
    "nothing": (b"", "empty"),
    "program": (b"MZ\x90\x00\x03\x00", "not of a kind"),
    "rtf": (b"{\\rtf1 hello}", "not of a kind"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "web page"),
    "svg after a comment": (b"<!-- chart -->\n< svg onload='alert(1)'/>", "web page"),
    "html": (b"Dear all <ScRiPt>alert(1)</script>", "web page"),
    "e-mail": (b"Received: from x\r\nSubject: Mrs E\r\n\r\nhello", "e-mail"),
    "old office, or a locked one": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old Office"),
    "archive": (corpus.packed({"a.txt": b"x"}), "archive"),
    "locked archive": (corpus.encrypted_zip(), "password"),
    "bomb": (corpus.bomb(), "far larger"),
    "many parts": (corpus.docx({f"word/media/{n}": b"" for n in range(2100)}), "far larger"),
    "docx with macros": (corpus.docx({"word/vbaProject.bin": b"x"}), "macros"),
    "docx that says it has macros": (corpus.docx(types='<Default ContentType="a/vnd.ms-word.macroEnabled"/>'), "macros"),
    "xlsx with old macros": (corpus.xlsx({"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
    "docx with a file inside": (corpus.docx({"word/embeddings/oleObject1.bin": b"x"}), "holds or fetches"),
    "docx that fetches its template": (corpus.docx(relations=corpus.TEMPLATE), "holds or fetches"),
    "docx with entities": (corpus.docx(types='<!DOCTYPE x [<!ENTITY a "b">]>'), "cannot be read"),
    "docx with a path": (corpus.docx({"../../etc/passwd": b"x"}), "cannot be read"),
    "odt with macros": (corpus.odt(more={"Basic/Standard/script-lb.xml": b"<x/>"}), "macros"),
    "odt with a listener": (corpus.odt("<a><event-listener/></a>"), "macros"),
    "locked odt": (corpus.odt(manifest="<m><encryption-data/></m>"), "password"),
    "archive after a PDF": (corpus.pdf() + corpus.docx(), "two kinds"),
    "program after an archive": (corpus.docx() + b"MZ" * 40, "two kinds|cannot be read"),
    "archive after a text": (b"Notes of the visit.\n" + corpus.packed({"a": b"x"}), "not of a kind|two kinds"),
    "something after a PDF": (corpus.pdf() + b"<html>", "after its end"),
    "PDF cut short": (corpus.pdf()[:-40], "cannot be read"),
    "PDF that is none": (b"%PDF-1.7\nhello\n%%EOF", "cannot be read"),
    "PDF with a script": (corpus.pdf("script"), "programs"),
    "PDF with a hidden script": (corpus.pdf("script of a page"), "programs"),
    "PDF that starts a program": (corpus.pdf("launch"), "programs"),
    "PDF with a form that sends": (corpus.pdf("form"), "programs"),
    "PDF with a file inside": (corpus.pdf("carried"), "carries other files"),
    "locked PDF": (corpus.pdf("locked"), "password"),
    "image cut short": (corpus.jpeg()[:200], "image cannot be read"),
    "image that is none": (b"\x89PNG\r\n\x1a\nhello", "image cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_taken(name: str) -> None:
    content, media_type = HARMLESS[name]
    assert kinds.examine(content).media_type == media_type
    assert media_type in kinds.ENDINGS
    assert media_type in kinds.WORDS


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_with_what_to_do_instead(name: str) -> None:
    content, words = REFUSED[name]
    with pytest.raises(Refused, match=words) as refusal:
        kinds.examine(content)
    assert refusal.value.field == "file"
    assert any(way in refusal.value.message for way in ("hand", "Choose the file again"))


def test_a_photograph_loses_where_and_with_what_and_anything_hidden_and_stands_upright() -> None:
    hidden = corpus.docx()
    taken = kinds.examine(corpus.jpeg(after=hidden))
    assert not zipfile.is_zipfile(BytesIO(taken.content))
    for gone in (b"Exif", b"Bethan", b"Margaret", b"PK\x03\x04"):
        assert gone not in taken.content
    with Image.open(BytesIO(taken.content)) as image:
        assert image.size == (20, 40)
        assert not image.getexif()


def test_an_image_of_too_many_points_is_not_unpacked() -> None:
    kept = BytesIO()
    Image.new("1", (9_000, 9_000)).save(kept, "PNG")
    with pytest.raises(Refused, match="50 million"):
        kinds.examine(kept.getvalue())


def test_an_archive_that_lies_about_its_size_is_found_out() -> None:
    content = corpus.bomb()
    real = (10 * 1024 * 1024).to_bytes(4, "little")
    assert real in content
    with pytest.raises(Refused):
        kinds.examine(content.replace(real, (10).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\bethan\\chart.pdf", "chart.pdf"), ("../../etc/passwd", "passwd"), ("a\x00b.pdf", "a b.pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"), ("", "file without a name"), ("line\nbreak.txt", "line break.txt"),
    ],
)  # fmt: skip
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert kinds.clean_name(given) == kept
    assert len(kinds.clean_name("x" * 500 + ".pdf")) == kinds.LONGEST_NAME


def test_a_file_is_kept_whole_under_a_random_name_for_the_service_alone(tmp_path: Path) -> None:
    first, second = (files.keep(tmp_path, b"Seen at nine.") for _ in range(2))
    assert first != second
    place = files.path_of(tmp_path, first)
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert [file.suffix for file in tmp_path.glob("*/*")] == ["", ""]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 31, "A" * 32, "0" * 32 + "\n"])
def test_only_names_of_kept_files_lead_anywhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(files.Damaged):
        files.open_checked(tmp_path, name, "0" * 64)
