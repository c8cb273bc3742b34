"""What staff see of backups: the list, the page and the counters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from booking.backing_up import back_up
from booking.backups import last_good
from tests.web.conftest import World, running, world_settings
from web.app import create_app

STAFF, ADMIN = "staff@testbed.example", "admin@testbed.example"
OTHERS = ("kim@mudeung.example", "park@mudeung.example", "auditor@testbed.example")


async def test_the_laboratory_sees_files_and_the_last_good_one(
    world_url: str, tmp_path: Path
) -> None:
    """Newest first and page by page; companies and auditors get 403."""
    async with served(world_url, data=tmp_path, backup_hours=24) as world:
        for hours in (50, 26, 2):
            await backup_of(world_url, tmp_path / "backups", hours)
        for email in (STAFF, ADMIN):
            client = await world.client(email)
            body = (await client.get("/api/backups", params={"limit": 2})).json()
            assert (len(body["items"]), body["every_hours"]) == (2, 24)
            assert body["last_good"] == body["items"][0]
            assert body["items"][0]["made_at"] > body["items"][1]["made_at"]
            assert body["items"][0]["bytes"] > 1000
            rest = (await client.get("/api/backups", params={"after": body["next"]})).json()
            assert (len(rest["items"]), rest["next"]) == (1, None)
        wrong = await client.get("/api/backups", params={"after": "../../etc/passwd"})
        assert wrong.status_code == 422
        for email in OTHERS:
            assert (await (await world.client(email)).get("/api/backups")).status_code == 403


async def test_the_page_and_the_counters_tell_its_age(world_url: str, tmp_path: Path) -> None:
    """Staff read when it was made; monitoring reads its age in seconds, and lateness is said."""
    async with served(world_url, data=tmp_path, backup_hours=1) as world:
        staff = await world.client(STAFF)
        page = (await staff.get("/staff", headers={"Accept": "text/html"})).text
        assert "아직 백업이 없어요." in page
        assert "booking_backup_age_seconds" not in (await staff.get("/metrics")).text
        await backup_of(world_url, tmp_path / "backups", 1)
        made = last_good(tmp_path / "backups")
        assert made is not None
        page = (await staff.get("/staff", headers={"Accept": "text/html"})).text
        assert f"{made.position}번 기록까지 담고 있어요." in page
        assert "늦음</span>" not in page
        lines = (await staff.get("/metrics")).text.splitlines()
        assert "booking_backup_interval_seconds 3600" in lines
        (age,) = (line.split()[1] for line in lines if line.startswith("booking_backup_age_s"))
        assert 3600 <= int(age) < 3700
        late = tmp_path / "backups" / made.file
        late.rename(late.with_name(named(made.made_at - timedelta(hours=3), made.position)))
        page = (await staff.get("/staff", headers={"Accept": "text/html"})).text
        assert "늦음</span>" in page


async def test_a_backup_made_by_hand_is_the_last_one(world_url: str, tmp_path: Path) -> None:
    """Without FILE it lies among the service's own, and the page says nothing else of it."""
    async with served(world_url, data=tmp_path, backup_hours=0) as world:
        make(tmp_path / "backups")
        manifest, _ = await back_up(world_url, tmp_path / "backups", lambda _done, _total: None)
        kept = f"{manifest.head.position}번 기록까지 담고 있어요."
        staff = await world.client(STAFF)
        page = (await staff.get("/staff", headers={"Accept": "text/html"})).text
        assert "마지막 백업은" in page
        assert kept in page
        assert "자동 백업을 하지 않아요" in page
        assert "“booking backup 파일”로 다른 곳에 만든 백업은 여기에 나오지 않아요." in page


@asynccontextmanager
async def served(url: str, **settings: Any) -> AsyncIterator[World]:
    app = create_app(url, world_settings(**settings))
    async with running(app), AsyncExitStack() as stack:
        yield World(url, app, stack)


async def backup_of(url: str, folder: Path, hours: int) -> None:
    """A good backup in the folder, named as if it had been made some hours ago."""
    make(folder)
    manifest, path = await back_up(url, folder, lambda _done, _total: None)
    made_at = datetime.now(UTC) - timedelta(hours=hours)
    path.rename(folder / named(made_at, manifest.head.position))


def make(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


def named(made_at: datetime, position: int) -> str:
    return f"booking-{made_at:%Y%m%dT%H%M%SZ}-{position}.backup"
