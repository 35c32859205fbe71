"""Files of every kind, harmless and harmful, made for the tests; and a scanner that speaks ClamAV's protocol for real."""

from __future__ import annotations

import socket
import struct
import threading
import zipfile
from io import BytesIO
from typing import BinaryIO

import pikepdf
from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
TEMPLATE = '<Relationship Id="a" Type="http://x/attachedTemplate" Target="https://evil.example/a.dotm" TargetMode="External"/>'
LINK = '<Relationship Id="a" Type="http://x/hyperlink" Target="https://www.nhs.uk/" TargetMode="External"/>'


def packed(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def docx(more: dict[str, bytes | str] | None = None, *, types: str = "", relations: str = LINK) -> bytes:
    """A Word document, with something more in it."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES.format(types),
        "word/document.xml": "<document>Seen at nine.</document>",
        "word/_rels/document.xml.rels": RELATIONS.format(relations),
    }
    return packed(parts | (more or {}))


def xlsx(more: dict[str, bytes | str] | None = None) -> bytes:
    """An Excel workbook."""
    parts: dict[str, bytes | str] = {"[Content_Types].xml": TYPES.format(""), "xl/workbook.xml": "<workbook/>"}
    return packed(parts | (more or {}))


def odt(content: str = "<content/>", manifest: str = "<manifest/>", more: dict[str, bytes | str] | None = None) -> bytes:
    """An OpenDocument text."""
    media_type = "application/vnd.oasis.opendocument.text"
    parts: dict[str, bytes | str] = {"mimetype": media_type, "content.xml": content, "META-INF/manifest.xml": manifest}
    return packed(parts | (more or {}))


def encrypted_zip() -> bytes:
    """A document whose parts say that they are locked, as a password does."""
    content = bytearray(docx())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


def bomb() -> bytes:
    """A few kilobytes that unpack to three hundred megabytes."""
    zeros = bytes(10 * 1024 * 1024)
    return docx({f"word/media/{number}.png": zeros for number in range(30)})


def pdf(change: str = "") -> bytes:
    """A PDF of one page; with something in it that is not taken."""
    made, kept = pikepdf.new(), BytesIO()
    made.add_blank_page()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    if change == "script":
        made.Root.OpenAction = script
    elif change == "script of a page":
        made.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=[script]))
    elif change == "launch":
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    elif change == "carried":
        made.attachments["a.exe"] = b"MZ"
    elif change == "form":
        made.Root.AcroForm = pikepdf.Dictionary(XFA="<xdp/>", Fields=[])
    made.save(kept, encryption=pikepdf.Encryption(user="secret", owner="o") if change == "locked" else False)
    return kept.getvalue()


def jpeg(*, where: bool = True, after: bytes = b"") -> bytes:
    """A photograph that says where it was taken, on its side."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Bethan Price"
    if where:
        exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 20.0, 1.0), 3: "W", 4: (2.0, 41.0, 2.0)})
    kept = BytesIO()
    Image.new("RGB", (40, 20), "red").save(kept, "JPEG", exif=exif, comment=b"Margaret at home")
    return kept.getvalue() + after


def png() -> bytes:
    """A picture with a palette and a note inside."""
    kept = BytesIO()
    Image.new("P", (20, 10)).save(kept, "PNG", transparency=0)
    return kept.getvalue()


class Clamd:
    """A scanner on a port of this machine that speaks ClamAV's protocol and knows one harmful thing: EICAR."""

    def __init__(self) -> None:
        self.breaks_off, self.cannot, self.scanned = False, False, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.listening.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Close the door; whoever knocks now finds nobody."""
        if self.listening.fileno() < 0:
            return
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                talk, _ = self.listening.accept()
            except OSError:
                return
            with talk, talk.makefile("rb") as said:
                command = b""
                while not command.endswith(b"\0"):
                    command += said.read(1)
                answer = b"ClamAV 1.4.6/27000/test" if command == b"zVERSION\0" else self._look(said)
                if answer:
                    talk.sendall(answer + b"\0")

    def _look(self, said: BinaryIO) -> bytes:
        content = b""
        while (length := struct.unpack("!L", said.read(4))[0]) > 0:
            if self.breaks_off:
                return b""
            content += said.read(length)
        self.scanned += 1
        if self.cannot:
            return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
