"""A server of pages ends, with everybody who was connected to it."""

from __future__ import annotations

import asyncio
import socket

from fastapi import FastAPI

from gate_agent.http.server import PageServer


def test_who_is_taken_in_the_turn_that_stops_the_server_is_let_go() -> None:
    async def story() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = PageServer(FastAPI())
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[listener]))
            while not server.started:
                await asyncio.sleep(0)
            lines = [socket.create_connection(listener.getsockname()) for _ in range(3)]
            asyncio.get_running_loop().call_soon(server.stopping.set)
            await serving

        assert not server.server_state.connections
        for line in lines:
            line.settimeout(5)
            assert line.recv(1) == b""
            line.close()

    asyncio.run(story())
