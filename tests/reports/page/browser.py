"""A browser for the tests of the page: Chromium without a window, without a network, with a profile of its own."""

import shutil
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

QUIET: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
    ),
    *("--font-render-hinting=none", "--force-color-profile=srgb", "--run-all-compositor-stages-before-draw"),
    # Names of hosts lead nowhere: whatever wants to go out is refused at once. The server of a test has a number.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)

DARK: Final = "--blink-settings=preferredColorScheme=0"
LIGHT: Final = "--blink-settings=preferredColorScheme=1"

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that was found, and a folder for what it keeps."""

    program: str
    folder: Path

    def dom(self, address: str, *options: str) -> str:
        """The elements of a page as they are once its script has run."""
        return self._run("--dump-dom", *options, address).stdout

    def screenshot(self, page: Path, size: tuple[int, int], *options: str) -> Path:
        """A picture of the upper left of a page, at half its size."""
        made = self.folder / f"{page.stem}.png"
        made.unlink(missing_ok=True)
        self._run(
            f"--screenshot={made}",
            f"--window-size={size[0]},{size[1]}",
            "--force-device-scale-factor=0.5",
            *options,
            page.as_uri(),
        )
        return made

    def paper(self, page: Path) -> bytes:
        """The page printed, as PDF."""
        made = self.folder / f"{page.stem}.pdf"
        self._run(f"--print-to-pdf={made}", "--no-pdf-header-footer", page.as_uri())
        return made.read_bytes()

    def _run(self, *options: str) -> subprocess.CompletedProcess[str]:
        profile = self.folder / "profile"
        done = subprocess.run(
            [self.program, *QUIET, f"--user-data-dir={profile}", *options],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        shutil.rmtree(profile, ignore_errors=True)
        assert done.returncode == 0, f"{self.program} ended with {done.returncode}: {done.stderr[-2000:]}"
        return done


def find(folder: Path) -> Browser:
    """The browser of this machine; a clear sentence where there is none."""
    for name in PROGRAMS:
        program = shutil.which(name)
        if program is not None:
            return Browser(program, folder)
    raise LookupError(
        f"the page is looked at with Chromium, and none of {', '.join(PROGRAMS)} is on the PATH; "
        "on Debian: apt-get install chromium"
    )


def pixels(png: bytes) -> Pixels:
    """The pixels of a PNG with 8 bits a channel that is not interlaced: height, width, and red, green, blue."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG"
    place, packed, width, height, channels = 8, b"", 0, 0, 0
    while place < len(png):
        size, kind = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        data = png[place + 8 : place + 8 + size]
        if kind == b"IHDR":
            width, height = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
            depth, colour, interlaced = data[8], data[9], data[12]
            assert (depth, interlaced) == (8, 0)
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            packed += data
        place += 12 + size
    lines = np.frombuffer(zlib.decompress(packed), dtype=np.uint8).reshape(height, 1 + width * channels)
    told = np.zeros((height, width * channels), dtype=np.uint8)
    above = np.zeros(width * channels, dtype=np.uint8)
    for row, line in enumerate(lines):
        above = told[row] = _unfiltered(int(line[0]), line[1:], above, channels)
    return told.reshape(height, width, channels)[:, :, :3]


def _unfiltered(kind: int, line: Pixels, above: Pixels, channels: int) -> Pixels:
    """A line as it was before it was filtered for packing (PNG, section 9)."""
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line.reshape(-1, channels), axis=0, dtype=np.uint8).reshape(-1)
    if kind == 2:
        return line + above
    made = [0] * (channels + len(line))
    up = [0] * channels + above.tolist()
    for index, value in enumerate(line.tolist(), channels):
        left, over, corner = made[index - channels], up[index], up[index - channels]
        if kind == 3:
            guess = (left + over) // 2
        else:
            to_left, to_over, to_corner = (
                abs(over - corner),
                abs(left - corner),
                abs(left + over - 2 * corner),
            )
            guess = left if to_left <= min(to_over, to_corner) else over if to_over <= to_corner else corner
        made[index] = (value + guess) & 255
    return np.array(made[channels:], dtype=np.uint8)


def difference(one: Pixels, other: Pixels, block: int = 16) -> float:
    """How far two pictures are apart: the mean over blocks, of 255. Fonts differ between machines; blocks hardly do."""
    assert one.shape == other.shape, f"{one.shape} and {other.shape}"
    return float(np.abs(_blocks(one, block) - _blocks(other, block)).mean())


def _blocks(picture: Pixels, block: int) -> NDArray[np.float64]:
    high, wide = (length // block * block for length in picture.shape[:2])
    cut = picture[:high, :wide].astype(np.float64)
    blocks: NDArray[np.float64] = cut.reshape(high // block, block, wide // block, block, 3).mean(axis=(1, 3))
    return blocks
