"""Images: drawn anew pixel by pixel, so that where and with what they were taken, and anything hidden in them, is gone."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from cases.errors import Refused

PNG, JPEG = "image/png", "image/jpeg"
FORMATS = {PNG: "PNG", JPEG: "JPEG"}
MOST_PIXELS = 50_000_000
BROKEN = "This image cannot be read. Open it, save it anew as PNG or JPEG, and hand that in."
TOO_LARGE = "This image has more than 50 million points. Save a smaller copy of it and hand that in."
PLAIN = {PNG: ("1", "L", "LA", "RGB", "RGBA"), JPEG: ("L", "RGB")}


def kind_of(content: bytes) -> str | None:
    """PNG or JPEG by the first bytes, None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return JPEG if content.startswith(b"\xff\xd8\xff") else None


def encoded_again(content: bytes, media_type: str) -> bytes:
    """The same picture, upright, written anew without anything but its points."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(content, media_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(TOO_LARGE, field="file") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError) as error:
        raise Refused(BROKEN, field="file") from error


def _drawn(content: bytes, media_type: str) -> bytes:
    with Image.open(BytesIO(content), formats=[FORMATS[media_type]]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused(TOO_LARGE, field="file")
        upright = ImageOps.exif_transpose(opened) or opened
        upright.load()
        plain = upright if upright.mode in PLAIN[media_type] else upright.convert(_mode(upright, media_type))
        clean = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    kept = BytesIO()
    clean.save(kept, FORMATS[media_type], **({"quality": 92} if media_type == JPEG else {}))
    return kept.getvalue()


def _mode(image: Image.Image, media_type: str) -> str:
    has_alpha = "transparency" in image.info or image.mode in ("PA", "RGBa", "La")
    return "RGBA" if media_type == PNG and has_alpha else "RGB"
