"""Serves an ASGI application in a world: uvicorn, as it is, on the host's virtual port."""

from typing import Any

from lydite.model import InputError


async def serve(application: Any, port: int) -> None:
    """Serve until the process is told to stop."""
    try:
        import uvicorn
    except ImportError as error:
        raise InputError(
            "serving an ASGI application needs uvicorn, which is not installed",
            remedy="pip install 'lydite[web]'",
        ) from error
    config = uvicorn.Config(
        application,
        host="0.0.0.0",  # noqa: S104 - every address of a simulated host
        port=port,
        loop="none",
        http="h11",
        log_config=None,
        access_log=False,
    )
    await uvicorn.Server(config).serve()
