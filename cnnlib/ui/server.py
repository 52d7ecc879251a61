"""What the server does once, when it starts and when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cnnlib.runs.client import SupervisorKeeper


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Keep a supervisor running beside the app, in the background from the first moment."""
    keeper = SupervisorKeeper()
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
