"""The command line: `python -m ledger bank|pay|books`."""

import asyncio
import contextlib
import sys
from typing import Any

import httpx

from ledger import node

USAGE = """\
python -m ledger bank --name NAME [--port PORT] [--data DIR] [--banks NAME=HOST:PORT ...]
python -m ledger pay HOST:PORT KEY PAYER PAYEE AMOUNT
python -m ledger books HOST:PORT"""


async def ask(method: str, url: str, wanted: object = None) -> Any:
    """What a bank answers."""
    async with node.plain_client(node.PATIENCE_S) as client:
        return (await client.request(method, f"http://{url}", json=wanted)).json()


async def main(argv: list[str]) -> None:
    """Run a bank, or ask one."""
    match argv:
        case ["bank", *options]:
            await node.main(options)
        case ["pay", address, key, payer, payee, amount] if amount.isdecimal():
            wanted = {"key": key, "payer": payer, "payee": payee, "amount": int(amount)}
            print((await ask("POST", f"{address}/transfers", wanted))["answer"])
        case ["books", address]:
            for key, account, amount in (await ask("GET", f"{address}/books"))["entries"]:
                print(f"{amount:>6}  {account:<8}  {key}")
        case _:
            sys.exit(USAGE)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(main(sys.argv[1:]))
        except httpx.TransportError as error:
            sys.exit(f"nobody answers: {str(error) or 'in time'}")
