"""What the server does once, when it starts and when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cnnlib.runs.client import SupervisorKeeper

FIRST_PAGE_SECONDS = 3.0


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Keep a supervisor running beside the app, in the background, soon after the first page."""
    keeper = SupervisorKeeper(delay=FIRST_PAGE_SECONDS)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
