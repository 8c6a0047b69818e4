"""Streams over real connections: every entry once, to everyone, and nobody holds the server."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.types import Message

from ledger.api.live import RETRY, Live
from ledger.api.stream import EventStream
from ledger.service.query import Queries
from ledger.service.register import Register, open_register
from tests.api.conftest import Served, serve
from tests.world import opened, put, token, unit

PATIENCE = 10.0


class Stream:
    """One open stream, read block by block."""

    def __init__(self, served: Served, query: str = "", **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", served.port, PATIENCE)
        self.connection.request("GET", f"/api/v1/stream{query}", headers=headers)
        self.answer = self.connection.getresponse()
        self.last: str | None = None
        self.deadline = time.monotonic() + PATIENCE

    def block(self) -> dict[str, str]:
        """The fields of the next block; `""` is a comment. Empty at the end of the stream."""
        assert time.monotonic() < self.deadline, "heartbeats, and nothing else"
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode():
            if line == "\n":
                break
            name, _, value = line.rstrip("\n").partition(":")
            fields[name] = value.strip()
        self.last = fields.get("id", self.last)
        return fields

    def events(self, count: int) -> list[dict[str, Any]]:
        """The next events, heartbeats passed over."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            block = self.block()
            assert block, "the stream ended"
            if "data" in block:
                found.append({"id": int(block["id"]), **json.loads(block["data"])})
        return found

    def close(self) -> None:
        """Hangs up."""
        self.answer.close()
        self.connection.close()


Open = Callable[..., Stream]


@pytest.fixture
def stream(served: Served) -> Iterator[Open]:
    """Opens streams, and hangs up in the end."""
    streams: list[Stream] = []

    def open_(query: str = "", **headers: str) -> Stream:
        streams.append(Stream(served, query, **headers))
        return streams[-1]

    yield open_
    for each in streams:
        each.close()


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def shown(told: Register) -> str:
    """A token, granted before anybody listens."""
    return token(told)


def test_every_listener_is_told_of_every_entry_once(
    shown: str, served: Served, told: Register, stream: Open
) -> None:
    first, second = stream(), stream()
    for each in (first, second):
        assert each.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert each.answer.headers["cache-control"] == "no-store"
        assert each.answer.headers["access-control-allow-origin"] == "*"
        assert each.block() == {"retry": str(RETRY), "id": "17"}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, PATIENCE)
    headers = {"Authorization": f"Bearer {shown}"}
    for ids in (["R5", "R6"], ["R7"]):
        body = json.dumps({"drafts": [unit(id_) for id_ in ids]})
        connection.request("POST", "/api/v1/entries", body, headers)
        with connection.getresponse() as answer:
            assert answer.status == 201
            answer.read()
    connection.close()
    put(told, [unit("R8")])
    wanted = [
        {
            "id": 18 + i,
            "seq": 18 + i,
            "nth": 13 + i,
            "process": "cours-fraiches",
            "kind": "unit.submitted",
        }
        for i in range(4)
    ]
    assert first.events(4) == wanted
    assert second.events(4) == wanted
    assert "data" not in first.block()


def test_what_the_writer_records_is_told_at_once(shown: str, told: Register) -> None:
    served = serve(told, poll=60.0)
    listener = Stream(served)
    listener.block()
    connection = http.client.HTTPConnection("127.0.0.1", served.port, PATIENCE)
    began = time.monotonic()
    body = json.dumps({"drafts": [unit("R5")]})
    connection.request("POST", "/api/v1/entries", body, {"Authorization": f"Bearer {shown}"})
    assert listener.events(1)[0]["seq"] == 18
    assert time.monotonic() - began < PATIENCE / 2
    connection.close()
    listener.close()
    served.stop()


def test_what_another_process_writes_is_noticed(
    served: Served, told: Register, stream: Open
) -> None:
    listener = stream()
    other = open_register(told.data)
    put(other, [unit("R5")])
    other.close()
    assert listener.events(1)[0]["seq"] == 17


def test_a_listener_that_comes_again_misses_nothing_and_hears_nothing_twice(
    served: Served, told: Register, stream: Open
) -> None:
    listener = stream()
    put(told, [unit("R5")])
    heard = listener.events(1)
    listener.close()
    put(told, [unit("R6"), unit("R7")])
    assert eventually(lambda: served.services.live.listeners == 0)
    again = stream(**{"Last-Event-ID": listener.last or ""})
    put(told, [unit("R8")])
    heard += again.events(3)
    assert [event["seq"] for event in heard] == [17, 18, 19, 20]
    assert "data" not in again.block()


def test_an_entry_heard_of_elsewhere_is_not_heard_of_again_here(told: Register) -> None:
    served = serve(told, poll=60.0)
    put(told, [unit("R5"), unit("R6")])
    # This server has not noticed them yet; another one, which the listener comes from, had.
    listener = Stream(served, "?after=18")
    assert listener.block()["id"] == "18"
    put(told, [unit("R7")])
    served.services.live.wake()
    assert listener.events(1)[0]["seq"] == 19
    listener.close()
    served.stop()


def test_the_whole_register_can_be_asked_for(stream: Open) -> None:
    assert [event["seq"] for event in stream("?after=-1").events(17)] == list(range(17))
    assert [event["seq"] for event in stream("?after=14").events(2)] == [15, 16]


def test_an_id_of_a_register_begun_anew_does_not_silence_a_listener(
    told: Register, stream: Open
) -> None:
    listener = stream(**{"Last-Event-ID": "5000"})
    assert listener.block()["id"] == "16"
    put(told, [unit("R5")])
    assert listener.events(1)[0]["seq"] == 17


def test_an_id_that_is_no_number_is_passed_over(told: Register, stream: Open) -> None:
    listener = stream(**{"Last-Event-ID": "x' OR 1"})
    assert listener.block()["id"] == "16"


def test_a_listener_may_ask_for_one_process(told: Register, stream: Open) -> None:
    listener = stream("?process=autre&after=-1")
    put(told, [unit("R5")])
    put(told, [opened("autre")])
    put(told, [unit("R6")])
    (event,) = listener.events(1)
    assert (event["process"], event["seq"]) == ("autre", 18)
    # Silence moves the place to go on from past what concerned others.
    while listener.last != "19":
        assert "data" not in listener.block()


def test_a_silent_stream_is_kept_alive(stream: Open) -> None:
    listener = stream()
    listener.block()
    assert listener.block() == {"": "still here", "id": "16"}


def test_one_listener_too_many_is_refused(served: Served, stream: Open) -> None:
    streams = [stream() for _ in range(4)]
    assert [each.answer.status for each in streams] == [200] * 4
    refused = stream()
    assert refused.answer.status == 503
    assert json.loads(refused.answer.read())["code"] == "busy"
    assert refused.answer.headers["retry-after"]
    streams[0].close()
    assert eventually(lambda: served.services.live.listeners == 3)
    assert stream().answer.status == 200


def test_a_listener_that_does_not_read_is_dropped_and_others_are_not(told: Register) -> None:
    live = Live(Queries(told), poll=0.05, max_pending=10)
    heard: list[bytes] = []
    more = asyncio.Event()

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def deaf(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def good(message: Message) -> None:
        heard.extend(line for line in message.get("body", b"").split(b"\n") if b"data" in line)
        more.set()

    async def listen() -> None:
        await live.start()
        scope = {"type": "http"}
        dropped = asyncio.ensure_future(EventStream(live, None, None)(scope, never, deaf))
        kept = asyncio.ensure_future(EventStream(live, None, None)(scope, never, good))
        for start in range(100, 160, 10):
            await asyncio.to_thread(put, told, [unit(f"R{start + i}") for i in range(10)])
            async with asyncio.timeout(PATIENCE):
                while len(heard) < start + 10 - 100:
                    more.clear()
                    await more.wait()
        await asyncio.wait_for(dropped, PATIENCE)
        assert live.listeners == 1
        live.close()
        await asyncio.wait_for(kept, PATIENCE)

    asyncio.run(listen())
    live.stop()
    assert len(heard) == 60


def test_the_server_stops_at_once_while_streams_are_open(told: Register) -> None:
    served = serve(told, heartbeat=60.0)
    listeners = [Stream(served) for _ in range(3)]
    for each in listeners:
        each.block()
    began = time.monotonic()
    served.stop()
    assert time.monotonic() - began < 5
    for each in listeners:
        assert each.block() == {}
        each.close()


def test_the_server_stops_while_a_listener_does_not_read(told: Register) -> None:
    served = serve(told, heartbeat=60.0)
    deaf = socket.create_connection(("127.0.0.1", served.port))
    deaf.sendall(b"GET /api/v1/stream?after=-1 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert eventually(lambda: served.services.live.listeners == 1)
    began = time.monotonic()
    served.stop()
    assert time.monotonic() - began < 5
    deaf.close()
