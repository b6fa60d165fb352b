"""What the users do: each tells one node or another what it has seen, and notes what it was answered."""

from collections.abc import Sequence

from gossip.node import ask
from lydite.model import seconds
from lydite.world import World

PORT = 7000


async def tell(world: World, node: str, text: str) -> bool:
    """Tell a node; whether it was acknowledged. If not, the rumour may live all the same."""
    world.note("write", phase="invoke", item=text)
    try:
        answer = await ask(f"{node}:{PORT}", {"kind": "tell", "text": text})
    except (OSError, ValueError):
        answer = {}
    world.note("write", phase="ok" if "told" in answer else "info", item=text)
    return "told" in answer


async def heard(node: str) -> list[str] | None:
    """What a node has delivered so far, in its order; nothing, if it does not answer."""
    try:
        return [text for _, text in (await ask(f"{node}:{PORT}", {"kind": "list"}))["rumours"]]
    except (OSError, ValueError):
        return None


async def chatter(world: World, user: str, nodes: Sequence[str], rumours: int, within_s: float) -> None:
    """A user who tells so many rumours at times and places of chance."""
    draws = world.draws(user)
    kept = world.several(f"rumours of {user}", rumours, least=0)
    for number in range(1, rumours + 1):
        await world.sleep(round(seconds(2 * within_s / rumours) * draws.unit()))
        node = draws.choice(nodes)
        # What a shrunk run leaves out takes its time and its draws all the same.
        if number in kept:
            await tell(world, node, f"{user} has seen {number} owls")
