"""The command line: `python -m gossip node|tell|list`."""

import asyncio
import contextlib
import sys

from gossip import node

USAGE = """\
python -m gossip node --name NAME [--port PORT] [--data DIR] [--peers HOST:PORT ...]
python -m gossip tell HOST:PORT TEXT
python -m gossip list HOST:PORT"""


async def main(argv: list[str]) -> None:
    """Run a node, or ask one."""
    match argv:
        case ["node", *options]:
            await node.main(options)
        case ["tell", address, text]:
            answer = await node.ask(address, {"kind": "tell", "text": text})
            print(answer.get("told") or answer["error"])
        case ["list", address]:
            for name, text in (await node.ask(address, {"kind": "list"}))["rumours"]:
                print(f"{name}: {text}")
        case _:
            sys.exit(USAGE)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(main(sys.argv[1:]))
        except OSError as error:
            sys.exit(f"nobody answers: {str(error) or 'in time'}")
