"""Makes a picture of a screen smaller without changing a point of it: flat colours pack best as they are."""

import struct
import zlib
from collections.abc import Iterator

MAGIC = b"\x89PNG\r\n\x1a\n"
POINT = 3  # bytes: red, green, blue


def smaller(picture: bytes) -> bytes:
    """The same 8-bit RGB picture with no filters and the best packing."""
    parts = dict.fromkeys((b"IHDR", b"IDAT"), b"")
    for kind, body in _chunks(picture):
        if kind in parts:
            parts[kind] += body
    width, height, depth, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert (depth, colour) == (8, 2), "an 8-bit RGB picture"
    rows = _rows(zlib.decompress(parts[b"IDAT"]), width * POINT, height)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return MAGIC + b"".join(_chunk(*part) for part in ((b"IHDR", parts[b"IHDR"]), (b"IDAT", packed), (b"IEND", b"")))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(MAGIC)
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _rows(raw: bytes, width: int, height: int) -> Iterator[bytes]:
    """Each row with its filter undone (PNG specification, 9.2)."""
    above = bytearray(width)
    for start in range(0, height * (width + 1), width + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + width])
        for at in range(width):
            left, corner = (row[at - POINT], above[at - POINT]) if at >= POINT else (0, 0)
            row[at] = (row[at] + _guess(kind, left, above[at], corner)) & 255
        yield bytes(row)
        above = row


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda value: abs(guess - value))
    return (0, left, up, (left + up) >> 1)[kind]
