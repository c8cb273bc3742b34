"""The built wheel, installed elsewhere: everything that is found from `__file__` is in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = """
import booking, web
from pathlib import Path
from booking import database, ledger
from booking.fixture_files import packaged_fixtures, read_fixtures
from booking.config import Settings
from web.app import create_app
FILES = "terms", "devices", "companies", "people"

for module in (booking, web):
    assert Path(module.__file__).is_relative_to(HERE), module.__file__
assert len(read_fixtures([packaged_fixtures() / f"{name}.yaml" for name in FILES]).devices) == 50
assert (Path(ledger.__file__).parent / "ledger.sql").exists()
assert sorted(database.MIGRATIONS.glob("versions/0*.py"))
app = create_app("postgresql:///none", Settings())
assert {"/sign-in", "/timeline", "/api/reservations"} < {route.path_format for route in app.routes}
print("the wheel is whole")
"""


def test_the_wheel_is_whole(tmp_path: Path) -> None:
    """Programs, templates, static files, catalogues, migrations and fixtures come along."""
    wheels, here = tmp_path / "wheels", tmp_path / "here"
    run("-m", "hatchling", "build", "--target", "wheel", "--directory", str(wheels), cwd=ROOT)
    (wheel,) = wheels.glob("*.whl")
    unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])"
    run("-c", unpack, str(wheel), str(here), cwd=tmp_path)
    packed = {path.relative_to(ROOT / "web") for path in (ROOT / "web").rglob("*") if kept(path)}
    assert packed == {path.relative_to(here / "web") for path in (here / "web").rglob("*.*")}
    program = PROGRAM.replace("HERE", repr(str(here)))
    said = run("-c", program, cwd=tmp_path, environment={"PYTHONPATH": str(here)})
    assert "the wheel is whole" in said


def kept(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def run(*words: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, *words],
        cwd=cwd,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
