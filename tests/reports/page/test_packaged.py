"""What the page is made of travels with the package."""

import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from tests.house.tree import ROOT


def test_templates_styles_and_script_are_in_the_wheel(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])

    home = ROOT / "src/lydite/reports/page"
    wanted = {
        path.relative_to(ROOT / "src").as_posix()
        for path in home.rglob("*")
        if path.suffix in {".html", ".css", ".js"}
    }
    with zipfile.ZipFile(wheel) as packed:
        assert wanted <= set(packed.namelist())
    assert len(wanted) >= 9
