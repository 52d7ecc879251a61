"""Browsers that watch a run, without the browsers: `python -m benchmarks.viewers URL RUN COUNT`.

Each asks as the live chart does: once a second, from the last answer's cursor. Prints a line a
second: polls answered, and the slowest of them in milliseconds.
"""

import asyncio
import json
import random
import sys
import time
from urllib.parse import urlsplit


async def watch(host: str, port: int, run_id: str, taken: list[float]) -> None:
    await asyncio.sleep(random.random())
    reader, writer = await asyncio.open_connection(host, port)
    cursor = 0
    while True:
        began = time.perf_counter()
        path = f"/api/runs/{run_id}?after={cursor}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        cursor = json.loads(await reader.readexactly(length))["cursor"]
        taken.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, 1.0 - taken[-1]))


async def watch_all(url: str, run_id: str, count: int) -> None:
    address = urlsplit(url)
    taken: list[float] = []
    tasks = [
        asyncio.create_task(watch(str(address.hostname), int(address.port or 80), run_id, taken))
        for _ in range(count)
    ]
    while True:
        await asyncio.sleep(1)
        for task in tasks:
            if task.done():
                task.result()
        print(len(taken), f"{1000 * max(taken, default=0):.0f}", flush=True)
        taken.clear()


if __name__ == "__main__":
    asyncio.run(watch_all(sys.argv[1], sys.argv[2], int(sys.argv[3])))
