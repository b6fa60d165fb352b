"""The page in a browser: it runs without errors, asks nobody for anything, filters, hears keys, and looks as kept."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from lydite.model import Dossier
from lydite.reports import page
from tests.reports import dossiers
from tests.reports.page.browser import LIGHT, Browser, difference, find, pixels
from tests.reports.page.golden import FOLDER, VIEWS, WIDE, taken
from tests.reports.scenes import Element, Page

TOLERANCE = 6.0
"""Of 255, the mean over blocks. Other fonts stay below; a page that lost its styles or a part is far above."""

KEYS = """
addEventListener("load", () => {
  const told = [];
  const press = (key) => (document.activeElement || document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const at = () => document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40);
  KEYS.forEach((key) => { press(key); told.push(at()); });
  document.body.dataset.told = JSON.stringify(told);
  document.body.dataset.theme = document.documentElement.dataset.theme || "";
});
"""


@contextmanager
def served(text: str) -> Iterator[tuple[str, list[str]]]:
    """The page on a server of this machine, and everything that is asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write(folder: Path, dossier: Dossier, *keys: str) -> Path:
    """The page as a file; with keys, also a script of the test that presses them."""
    text = page(dossier)
    if keys:
        text = re.sub(r"<meta http-equiv[^>]*>", "", text)
        script = KEYS.replace("KEYS.", f"{list(keys)!r}.")
        text = text.replace("</body>", f"<script>{script}</script></body>")
    written = folder / "page.html"
    written.write_text(text, encoding="utf-8")
    return written


def opened(chromium: Browser, written: Path, state: str = "") -> Element:
    """The page once its script has run."""
    shown = Page(chromium.dom(written.as_uri() + state)).root
    assert shown.all("html")[0].attributes["data-errors"] == "0"
    return shown


def left_over(shown: Element) -> list[str]:
    """The cases that the filter shows."""
    body = shown.all("table", "cases")[0].all("tbody")[0]
    return [row.all("th")[0].words() for row in body.all("tr") if "hidden" not in row.attributes]


@pytest.mark.parametrize(
    "make", [dossiers.red, dossiers.empty, dossiers.hostile], ids=lambda make: make.__name__
)
def test_the_page_runs_without_errors_and_asks_for_nothing_but_itself(
    chromium: Browser, make: Callable[[], Dossier]
) -> None:
    with served(page(make())) as (address, asked):
        shown = Page(chromium.dom(f"{address}/report")).root

    assert shown.all("html")[0].attributes["data-errors"] == "0"
    assert asked == ["/report"]


def test_the_policy_stops_what_would_ask_and_the_page_counts_it(chromium: Browser) -> None:
    with served("") as (elsewhere, asked_elsewhere):
        planted = f'<img src="{elsewhere}/x.png" alt=""><script>document.title = "taken over"</script></main>'
        with served(page(dossiers.red()).replace("</main>", planted)) as (address, asked):
            text = chromium.dom(f"{address}/report")

    assert asked == ["/report"]
    assert asked_elsewhere == []
    assert "<title>taken over" not in text
    counted = re.search(r'data-errors="(\d+)"', text)
    assert counted is not None
    assert int(counted[1]) >= 2


def test_the_filter_is_kept_in_the_address(chromium: Browser, tmp_path: Path) -> None:
    written = write(tmp_path, dossiers.red())

    by_words = opened(chromium, written, "#q=SURVIVES+disks")
    by_cell = opened(chromium, written, "#phase=e2e&subject=wallet")
    by_outcome = opened(chromium, written, "#outcome=failed")

    assert left_over(by_words) == ["coin.survives_slow_disks", "coin.survives_full_disks"]
    assert by_words.all("output")[0].words() == "2 of 65"
    assert left_over(by_cell) == [f"tests/e2e/test_wallet.py::test_story_{number}" for number in range(4)]
    assert by_cell.all("output")[0].words() == "4 of 65 in e2e, wallet"
    assert len(left_over(by_outcome)) == 2


def test_without_a_state_every_case_is_shown(chromium: Browser, tmp_path: Path) -> None:
    assert len(left_over(opened(chromium, write(tmp_path, dossiers.red()), "#cases"))) == 65


def test_hostile_names_can_be_filtered_for(chromium: Browser, tmp_path: Path) -> None:
    text = page(dossiers.hostile())
    state = re.search(r'href="(#phase=[^"]*)"', text)
    assert state is not None

    shown = opened(chromium, write(tmp_path, dossiers.hostile()), state[1].replace("&amp;", "&"))

    assert len(left_over(shown)) == 1


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (["j", "j", "k"], ["failure-1", "failure-2", "failure-1"]),
        (["2", "3", "5", "1"], ["failures", "trends", "cases", "overview"]),
        (["/", "j", "Escape", "j"], ["query", "query", "", "failure-1"]),
    ],
)
def test_keys_move_through_the_page(
    chromium: Browser, tmp_path: Path, keys: list[str], told: list[str]
) -> None:
    shown = opened(chromium, write(tmp_path, dossiers.red(), *keys))

    found = re.findall(r'"((?:[^"\\]|\\.)*)"', shown.all("body")[0].attributes["data-told"])
    assert [each for each, wanted in zip(found, told, strict=True) if wanted] == [
        each for each in told if each
    ]


def test_a_key_turns_the_colours_and_another_shows_the_keys(chromium: Browser, tmp_path: Path) -> None:
    shown = opened(chromium, write(tmp_path, dossiers.red(), "t", "?"))

    assert shown.all("body")[0].attributes["data-theme"] == "dark"
    assert "open" in shown.all("dialog")[0].attributes


def test_commands_can_be_copied(chromium: Browser, tmp_path: Path) -> None:
    shown = opened(chromium, write(tmp_path, dossiers.red()))

    commands = shown.all("div", "command")
    assert len(commands) == 3
    assert all(command.all("button")[0].words() == "Copy" for command in commands)


def test_without_its_script_the_page_looks_the_same(chromium: Browser, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    text = re.sub(r"<script>.*?</script>", "", page(dossiers.red()), count=1, flags=re.DOTALL)
    bare.write_text(text, encoding="utf-8")

    picture = pixels(chromium.screenshot(bare, WIDE, LIGHT).read_bytes())

    assert "<script" not in text
    assert difference(picture, pixels((FOLDER / "red-light.png").read_bytes())) < TOLERANCE


def test_it_prints(chromium: Browser, tmp_path: Path) -> None:
    printed = chromium.paper(write(tmp_path, dossiers.red()))

    assert printed.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 12


@pytest.mark.parametrize("name", VIEWS)
def test_the_page_looks_as_it_was_kept(chromium: Browser, name: str) -> None:
    kept = (FOLDER / f"{name}.png").read_bytes()

    found = difference(pixels(taken(chromium, name)), pixels(kept))

    assert found < TOLERANCE, (
        f"{name} differs from its golden picture by {found:.1f}, {TOLERANCE} are allowed; "
        "look at both, and if the new one is wanted: python -m tests.reports.page.golden"
    )


def test_the_whole_first_screen_fits_on_a_screen(chromium: Browser, tmp_path: Path) -> None:
    written = write(tmp_path, dossiers.red(), "x")
    text = written.read_text(encoding="utf-8")
    measure = (
        "document.body.dataset.bottom = document.querySelector('.screen').getBoundingClientRect().bottom;"
    )
    written.write_text(text.replace("const told = [];", f"const told = []; {measure}"), encoding="utf-8")

    shown = Page(chromium.dom(written.as_uri(), f"--window-size={WIDE[0]},{WIDE[1]}")).root

    assert float(shown.all("body")[0].attributes["data-bottom"]) <= WIDE[1]


def test_a_page_that_lost_its_styles_is_told_from_the_kept_one(chromium: Browser, tmp_path: Path) -> None:
    written = tmp_path / "bare.html"
    written.write_text(re.sub(r"<style>.*?</style>", "", page(dossiers.red()), count=1, flags=re.DOTALL))

    picture = pixels(chromium.screenshot(written, WIDE, LIGHT).read_bytes())

    assert difference(picture, pixels((FOLDER / "red-light.png").read_bytes())) > 2 * TOLERANCE


def test_light_is_told_from_dark() -> None:
    light, dark = (pixels((FOLDER / f"red-{shade}.png").read_bytes()) for shade in ("light", "dark"))

    assert light.shape == (400, 640, 3)
    assert difference(light, dark) > 20 * TOLERANCE


def test_a_machine_without_a_browser_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(
        LookupError, match=r"none of chromium, .* is on the PATH; on Debian: apt-get install chromium"
    ):
        find(tmp_path)
