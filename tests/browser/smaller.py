"""Makes a PNG small: 256 colours are enough for a screen, and a browser can count them."""

import base64
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INDEXED = 3
# The 256 commonest colours stay as they are; every other becomes the nearest of them.
REDUCE = """async (png) => {
  const picture = await createImageBitmap(await (await fetch(png)).blob())
  const { width, height } = picture
  const canvas = new OffscreenCanvas(width, height).getContext("2d")
  canvas.drawImage(picture, 0, 0)
  const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer)
  const count = new Map()
  for (const pixel of pixels) count.set(pixel, (count.get(pixel) ?? 0) + 1)
  const common = [...count].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([pixel]) => pixel)
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]
  const palette = common.map(parts)
  const far = (a, b) => a.reduce((sum, part, n) => sum + (part - b[n]) ** 2, 0)
  const place = new Map(common.map((pixel, n) => [pixel, n]))
  const nearest = (pixel) => {
    const distances = palette.map((colour) => far(colour, parts(pixel)))
    return distances.indexOf(Math.min(...distances))
  }
  for (const pixel of count.keys()) if (!place.has(pixel)) place.set(pixel, nearest(pixel))
  const drawn = Uint8Array.from(pixels, (pixel) => place.get(pixel))
  const reader = new FileReader()
  reader.readAsDataURL(new Blob([drawn]))
  await new Promise((done) => (reader.onload = done))
  return { width, height, palette: palette.flat(), drawn: reader.result.split(",")[1] }
}"""


def write_small(page: Page, png: bytes, path: Path) -> None:
    """`page` is any page without a policy of its own, such as about:blank."""
    found = page.evaluate(REDUCE, f"data:image/png;base64,{base64.b64encode(png).decode()}")
    width, height, drawn = found["width"], found["height"], base64.b64decode(found["drawn"])
    rows = b"".join(b"\0" + drawn[y * width : (y + 1) * width] for y in range(height))
    path.write_bytes(
        SIGNATURE
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, INDEXED, 0, 0, 0))
        + _chunk(b"PLTE", bytes(found["palette"]))
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
