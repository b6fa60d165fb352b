"""SQLite on a host's disk: with `sqlite3`, aiosqlite, and SQLAlchemy's async engine."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from typing import NoReturn

import aiosqlite
import pytest
from sqlalchemy import ForeignKey, event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

from lydite.model import seconds
from lydite.world import World


async def keep_accounts(argv: Sequence[str]) -> None:
    """Add ten entries, as a plain synchronous program would; then stay.

    With less than EXTRA, SQLite does not sync the folder in which it has deleted its journal, and a loss of
    power may bring the journal, and so the time before the last commit, back. A world finds that out.
    """
    with sqlite3.connect("accounts.db") as database:
        database.execute("pragma synchronous = extra")
        database.execute("create table if not exists entry (id integer primary key, amount integer)")
        database.executemany("insert into entry (amount) values (?)", [(n,) for n in range(10)])
    count, total = database.execute("select count(*), sum(amount) from entry").fetchone()
    print(f"{count} entries, {total} in all")
    database.close()
    await asyncio.Event().wait()


def last_words(world: World, host: str) -> list[str]:
    """What the programs of a host have printed."""
    return [text for _, _, text in world.host(host).last_words]  # type: ignore[attr-defined]


async def sqlite3_keeps_what_was_committed(world: World) -> None:
    await world.start("bank", keep_accounts)
    await world.sleep(seconds(1))
    for cause in (world.process.crash, world.process.power_off):
        with cause("bank"):
            await world.sleep(seconds(1))
        await world.sleep(seconds(1))

    assert last_words(world, "bank") == [f"{n} entries, {n // 10 * 45} in all" for n in (10, 20, 30)]


async def two_hosts_have_two_databases(world: World) -> None:
    await world.start("left", keep_accounts)
    await world.start("right", keep_accounts)
    await world.sleep(seconds(1))

    assert last_words(world, "left") == last_words(world, "right") == ["10 entries, 45 in all"]


async def an_open_transaction_dies_with_its_process(world: World) -> None:
    async def begin_and_wait(argv: Sequence[str]) -> None:
        database = sqlite3.connect("accounts.db")
        database.execute("create table if not exists entry (amount integer)")
        database.commit()
        print(database.execute("select count(*) from entry").fetchone()[0])
        database.execute("insert into entry values (1)")
        await asyncio.Event().wait()

    await world.start("bank", begin_and_wait)
    await world.sleep(seconds(1))
    with world.process.power_off("bank"):
        await world.sleep(seconds(1))
    await world.sleep(seconds(1))

    assert last_words(world, "bank") == ["0", "0"]


async def sqlite3_knows_the_time_of_the_host(world: World) -> None:
    async def ask(argv: Sequence[str]) -> None:
        database = sqlite3.connect(":memory:")
        told = int(database.execute("select strftime('%s', 'now')").fetchone()[0])
        assert abs(told - time.time()) <= 1, (told, time.time())

    await world.sleep(seconds(3_000))
    assert await (await world.start("bank", ask)).wait() == 0


async def aiosqlite_works_without_its_thread(world: World) -> None:
    async def work(argv: Sequence[str]) -> None:
        async with aiosqlite.connect("a.db") as database:
            await database.execute("create table t (a integer primary key, b text)")
            await database.executemany("insert into t values (?, ?)", [(n, str(n)) for n in range(100)])
            await database.commit()
            async with database.execute("select sum(a), max(b) from t") as cursor:
                assert await cursor.fetchone() == (4950, "99")
            seen = [row[0] async for row in await database.execute("select a from t where a % 10 = 0")]
            assert seen == list(range(0, 100, 10))
            with pytest.raises(sqlite3.IntegrityError):
                await database.execute("insert into t values (1, 'again')")
            await database.execute("delete from t")
            await database.rollback()
            rows = await (await database.execute("select count(*) from t")).fetchall()
            assert list(rows) == [(100,)]

    assert await (await world.start("bank", work)).wait() == 0


class Model(DeclarativeBase):
    """Tables."""


class Owner(Model):
    """Somebody with accounts."""

    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    accounts: Mapped[list["Account"]] = relationship(back_populates="owner")


class Account(Model):
    """An account with money."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"))
    balance: Mapped[int] = mapped_column(default=0)
    owner: Mapped[Owner] = relationship(back_populates="accounts")


class Refused(Exception):
    """The transfer was not made."""


async def transfer(session: AsyncSession, source: int, target: int, amount: int) -> None:
    """Move money, or nothing at all."""
    async with session.begin():
        (await session.get_one(Account, target)).balance += amount
        giver = await session.get_one(Account, source)
        if giver.balance < amount:
            raise Refused
        giver.balance -= amount


async def bank(argv: Sequence[str]) -> None:
    """Open, transfer, tell the balances; then stay."""
    engine = create_async_engine("sqlite+aiosqlite:///bank.db")

    @event.listens_for(engine.sync_engine, "connect")
    def sync_folders_too(connection: DBAPIConnection, _record: object) -> None:
        connection.cursor().execute("pragma synchronous = extra")

    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        if not await session.scalar(select(func.count()).select_from(Owner)):
            session.add_all(
                [Owner(name=name, accounts=[Account(balance=100)]) for name in ("ann", "bob", "cid")]
            )
            await session.commit()
    async with sessions() as session:
        await transfer(session, 1, 2, 30)
    async with sessions() as session:
        with pytest.raises(Refused):
            await transfer(session, 3, 1, 1_000)
    async with sessions() as session:
        session.add(Owner(name="ann"))
        with pytest.raises(IntegrityError):
            await session.commit()
    async with sessions() as session:
        owners = (await session.scalars(select(Owner).options(selectinload(Owner.accounts)))).all()
        print({owner.name: [account.balance for account in owner.accounts] for owner in owners})
    await engine.dispose()
    await asyncio.Event().wait()


async def sqlalchemy_transactions_hold_over_restarts(world: World) -> None:
    await world.start("bank", bank)
    await world.sleep(seconds(5))
    world.process.crash("bank")
    world.process.revive("bank")
    await world.sleep(seconds(5))
    with world.process.power_off("bank"):
        await world.sleep(seconds(1))
    await world.sleep(seconds(5))

    assert last_words(world, "bank") == [
        "{'ann': [70], 'bob': [130], 'cid': [100]}",
        "{'ann': [40], 'bob': [160], 'cid': [100]}",
        "{'ann': [10], 'bob': [190], 'cid': [100]}",
    ]


async def a_full_disk_is_an_error_of_the_database(world: World) -> None:
    async def fill(argv: Sequence[str]) -> NoReturn:
        database = sqlite3.connect("accounts.db")
        database.execute("create table entry (text text)")
        database.commit()
        while True:
            try:
                with database:
                    database.execute("insert into entry values (?)", ("x" * 10_000,))
            except sqlite3.OperationalError as error:
                print(f"{type(error).__name__}: {error}")
            await asyncio.sleep(1)

    await world.start("bank", fill)
    await world.sleep(seconds(3))
    with world.disk.fill("bank"):
        await world.sleep(seconds(1.5))
    told = last_words(world, "bank")
    await world.sleep(seconds(3))

    assert told
    assert set(told) <= {"OperationalError: database or disk is full", "OperationalError: disk I/O error"}
    assert last_words(world, "bank") == told
