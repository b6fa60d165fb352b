"""Libraries that would use threads run unmodified, without one."""

import asyncio
import sqlite3
from pathlib import Path

import aiosqlite
import anyio
import anyio.to_thread
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from tests.sim.patches.inside import in_fresh_python, in_world


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_function_for_anyios_thread_runs_after_a_moment() -> None:
    async def program() -> tuple[object, ...]:
        started = now()
        answer = await anyio.to_thread.run_sync(lambda: 42)
        return answer, round(now() - started, 6), await run_in_threadpool(len, "abc")

    assert in_world(program) == [(42, 0.0001, 3)]


def test_an_error_in_anyios_thread_reaches_the_caller() -> None:
    async def program() -> str:
        with pytest.raises(ZeroDivisionError) as caught:
            await anyio.to_thread.run_sync(lambda: 1 // 0)
        return caught.typename

    assert in_world(program) == ["ZeroDivisionError"]


def test_starlette_iterates_over_what_is_no_coroutine() -> None:
    async def program() -> list[int]:
        return [item async for item in iterate_in_threadpool(iter([1, 2, 3]))]

    assert in_world(program) == [[1, 2, 3]]


def test_anyio_still_has_threads_outside_of_a_world() -> None:
    async def main() -> bool:
        import threading

        here = threading.get_ident()
        return await anyio.to_thread.run_sync(threading.get_ident) != here

    assert asyncio.run(main())


def test_aiosqlite_runs_without_its_thread() -> None:
    async def program() -> tuple[object, ...]:
        started = now()
        async with aiosqlite.connect(":memory:", iter_chunk_size=7) as database:
            await database.execute("CREATE TABLE numbers (n INTEGER)")
            await database.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(20)])
            await database.commit()
            async with database.execute("SELECT sum(n) FROM numbers") as cursor:
                total = await cursor.fetchone()
            async with database.execute("SELECT n FROM numbers ORDER BY n") as cursor:
                listed = [row[0] async for row in cursor]
            with pytest.raises(sqlite3.OperationalError):
                await database.execute("SELECT nothing FROM nowhere")
        with pytest.raises(ValueError, match=r"no active connection|Connection closed"):
            await database.execute("SELECT 1")
        return total, listed, now() > started

    assert in_world(program) == [((190,), list(range(20)), True)]


def test_aiosqlite_lets_other_tasks_run_between_question_and_answer() -> None:
    async def program() -> list[str]:
        seen: list[str] = []

        async def other() -> None:
            seen.append("other")

        async with aiosqlite.connect(":memory:") as database:
            task = asyncio.create_task(other())
            await database.execute("SELECT 1")
            seen.append("answer")
            await task
        return seen

    assert in_world(program) == [["other", "answer"]]


def test_aiosqlite_still_has_a_thread_outside_of_a_world() -> None:
    async def main() -> object:
        async with aiosqlite.connect(":memory:") as database, database.execute("SELECT 7") as cursor:
            return await cursor.fetchone()

    assert asyncio.run(main()) == (7,)


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"
    name: Mapped[str] = mapped_column(primary_key=True)
    balance: Mapped[int]


def test_sqlalchemy_sessions_work_on_the_hosts_disk() -> None:
    async def program() -> list[int]:
        engine = create_async_engine("sqlite+aiosqlite:///ledger.db", isolation_level="SERIALIZABLE")
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        sessions = async_sessionmaker(engine)
        async with sessions() as session:
            session.add_all([Account(name="ann", balance=3), Account(name="bob", balance=4)])
            await session.commit()
        async with sessions() as session:
            rows = await session.execute(select(Account.balance).order_by(Account.name))
            balances = list(rows.scalars())
        await engine.dispose()
        return balances

    assert in_world(program, program) == [[3, 4], [3, 4]]


LATE = """
import json, sys
from lydite.sim.patches import install
install()
from lydite.model import Header
from lydite.sim import simulate
answers = []
async def program(argv):
    import os, random
    import aiosqlite, anyio.to_thread, numpy, own_entropy
    async with aiosqlite.connect(":memory:") as database:
        await database.execute("SELECT 1")
    answers.append([
        await anyio.to_thread.run_sync(lambda: 1), numpy.random.rand(), random.random(), os.urandom(4).hex(),
    ])
async def trial(world):
    await (await world.start("node-1", program)).wait()
assert "aiosqlite" not in sys.modules and "anyio" not in sys.modules
for _ in range(2):
    outcome = simulate(trial, Header(trial="late", seed=5))
    assert outcome.error is None, outcome
print(json.dumps(answers))
"""


def test_a_library_imported_late_is_adapted_and_draws_nothing_from_its_importer(tmp_path: Path) -> None:
    (tmp_path / "own_entropy.py").write_text("import os, random\nID = os.urandom(8)\nrandom.random()\n")

    first, second = in_fresh_python(LATE, tmp_path)

    assert first == second
