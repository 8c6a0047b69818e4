"""How often, how long and from where one may ask; what is over it is refused and says when."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.api.allowance import CAPACITY, Allowances, Guesses, Windows, client_of
from ledger.api.app import create_api
from ledger.api.services import UNLIMITED, Limits, Rates
from ledger.service.register import Register
from tests.api.conftest import Clock, serve
from tests.api.test_bad_input import batch
from tests.world import token, unit
from viz.site.app import create_app

LISTED = "/api/v1/processes"
ONE = "/api/v1/processes/cours-fraiches"


@contextmanager
def asking(
    register: Register, clock: Clock, address: str = "192.0.2.1", **rates: Any
) -> Iterator[TestClient]:
    app = create_api(register, clock=clock, limits=Limits(rates=Rates(**rates)))
    with TestClient(app, client=(address, 50_000)) as client:
        yield client


def bearer(register: Register, account: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(register, name=account)}"}


def test_who_asks_too_often_is_told_how_long_to_wait_and_then_answered(
    told: Register, clock: Clock
) -> None:
    with asking(told, clock, reads="3/minute") as client:
        assert client.get(ONE).status_code == 200
        clock.now += timedelta(seconds=20)
        assert [client.get(ONE).status_code for _ in range(3)] == [200, 200, 429]
        refused = client.get(ONE)
        assert refused.json()["code"] == "too_many_requests"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["cache-control"] == "no-store"
        assert refused.headers["retry-after"] == "40"
        clock.now += timedelta(seconds=39)
        assert client.get(ONE).status_code == 429
        clock.now += timedelta(seconds=1)
        assert client.get(ONE).status_code == 200


def test_one_token_is_one_writer_however_its_header_is_spelt(
    told: Register, clock: Clock
) -> None:
    shown = token(told)
    schemes = ("Bearer ", "bearer ", "BEARER  ", "Bearer   ")
    with asking(told, clock, writes="3/minute") as client:
        statuses = [
            client.post(
                "/api/v1/entries?check=true",
                json={"drafts": [unit("R9")]},
                headers={"Authorization": f"{scheme}{shown}"},
            ).status_code
            for scheme in schemes
        ]
    assert statuses == [200, 200, 200, 429]


def test_the_past_costs_much_however_its_parameter_is_spelt(
    told: Register, clock: Clock
) -> None:
    with asking(told, clock, heavy="1/minute") as client:
        assert client.get(f"{ONE}?size=17").status_code == 200
        assert client.get(f"{ONE}?%73ize=17").status_code == 429


def test_what_costs_much_has_an_allowance_of_its_own(told: Register, clock: Clock) -> None:
    with asking(told, clock, heavy="1/minute", reads="5/minute") as client:
        assert client.get(LISTED).status_code == 200
        for path in (
            LISTED, "/api/v1/board", f"{ONE}/graph", f"{ONE}/items/R1/lineage",
            f"{ONE}?size=17", f"{ONE}/changes?since=0", "/api/v1/contributions?reference=x",
            "/en/tableau", "/p/x/R1/voix", "/ma-contribution",
        ):  # fmt: skip
            assert client.get(path).status_code == 429, path
        assert client.get(ONE).status_code == 200


def test_writes_are_counted_by_token_and_not_by_address(told: Register, clock: Clock) -> None:
    one, two = bearer(told, "dialogue-citoyen"), bearer(told, "autre-service")
    with asking(told, clock, writes="2/minute", reads="1/minute") as client:

        def write(id_: str, auth: dict[str, str]) -> int:
            return client.post(
                "/api/v1/entries", content=batch(unit(id_)), headers=auth
            ).status_code

        assert [write(f"W{n}", one) for n in range(3)] == [201, 201, 429]
        assert write("W9", two) == 201
        assert client.get(ONE).status_code == 200


def test_tokens_cannot_be_guessed_one_after_the_other(told: Register, clock: Clock) -> None:
    good = bearer(told, "dialogue-citoyen")
    late = bearer(told, "autre-service")
    with asking(told, clock, failures="3/minute") as client:

        def write(id_: str, auth: dict[str, str]) -> int:
            return client.post(
                "/api/v1/entries", content=batch(unit(id_)), headers=auth
            ).status_code

        assert write("W1", good) == 201
        guesses = [
            write("X1", {"Authorization": f"Bearer fr_{n}.{'x' * 43}"}) for n in range(5)
        ]
        assert guesses == [401, 401, 401, 429, 429]
        assert write("W2", good) == 201, "who was known to be good before is not locked out"
        assert write("W3", late) == 429, "a right guess is not told from a wrong one"
        clock.now += timedelta(seconds=61)
        assert write("W4", late) == 201


def test_a_wrong_token_is_not_made_good_by_a_route_for_everybody(
    told: Register, clock: Clock
) -> None:
    with asking(told, clock, failures="3/minute") as client:
        guesses = [{"Authorization": f"Bearer fr_{n}"} for n in range(5)]
        assert {client.get(ONE, headers=guess).status_code for guess in guesses} == {200}
        found = [client.post("/api/v1/entries", headers=g).status_code for g in guesses]
        assert found == [401, 401, 401, 429, 429]


def test_guesses_made_all_at_once_are_counted_like_others(clock: Clock) -> None:
    guesses = Guesses(Allowances(Rates(failures="3/minute"), clock))
    assert [guesses.begin("here", b"%d" % n) for n in range(4)] == [0, 0, 0, 60]
    guesses.end("here", b"0", wrong=False)
    assert guesses.begin("here", b"4") == 0, "the good one was given back"
    assert guesses.begin("here", b"0") == 0
    assert guesses.begin("here", b"5") == 60


def test_one_token_at_once_in_many_requests_is_one_guess(clock: Clock) -> None:
    guesses = Guesses(Allowances(Rates(failures="1/minute"), clock))
    assert [guesses.begin("here", b"good") for _ in range(50)] == [0] * 50
    for _ in range(50):
        guesses.end("here", b"good", wrong=False)
    assert guesses.begin("here", b"other") == 0


def test_a_token_that_was_good_and_is_not_any_more_counts_again(clock: Clock) -> None:
    guesses = Guesses(Allowances(Rates(failures="1/minute"), clock))
    guesses.begin("here", b"revoked")
    guesses.end("here", b"revoked", wrong=False)
    guesses.begin("here", b"revoked")
    guesses.end("here", b"revoked", wrong=True)
    assert guesses.begin("here", b"revoked") == 60


def test_a_token_that_was_not_looked_at_is_neither_right_nor_wrong(clock: Clock) -> None:
    guesses = Guesses(Allowances(Rates(failures="1/minute"), clock))
    for _ in range(3):
        assert guesses.begin("here", b"refused before") == 0
        guesses.end("here", b"refused before", wrong=None)
    assert guesses.begin("here", b"refused before") == 0
    guesses.end("here", b"refused before", wrong=True)
    assert guesses.begin("here", b"refused before") == 60


def test_one_client_cannot_take_all_the_streams(told: Register) -> None:
    served = serve(told, limits=Limits(rates=Rates(streams=2)))
    try:
        held = [stream(served.port) for _ in range(2)]
        with stream(served.port) as third:
            head = third.recv(4096)
        assert head.startswith(b"HTTP/1.1 429 ")
        assert b"retry-after: 30" in head
        held.pop().close()
        until(lambda: served.services.live.listeners == 1)
        with stream(served.port) as fourth:
            assert fourth.recv(4096).startswith(b"HTTP/1.1 200 ")
        held.pop().close()
    finally:
        served.stop()


def stream(port: int) -> socket.socket:
    """An open stream whose first bytes, if it was let in, are still to be read."""
    client = socket.create_connection(("127.0.0.1", port), 10)
    client.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
    client.recv(1, socket.MSG_PEEK)
    return client


def until(done: Any) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_hundred_thousand_addresses_do_not_fill_the_memory(clock: Clock) -> None:
    windows = Windows(clock)
    for n in range(100_000):
        assert windows.acquire_entry(f"reads/198.18.{n}", 1, 60)
    assert len(windows) == CAPACITY
    assert not windows.acquire_entry("reads/198.18.99999", 1, 60)
    assert windows.acquire_entry("reads/198.18.0", 1, 60), "the oldest was forgotten"


def test_a_clock_set_back_holds_nobody_off(clock: Clock) -> None:
    allowances = Allowances(Rates(reads="1/hour"), clock)
    assert allowances.take("reads", "here") == 0
    clock.now -= timedelta(minutes=10)
    assert allowances.take("reads", "here") == 0


def test_a_client_of_ipv6_is_the_network_it_was_given() -> None:
    assert client_of("2001:db8:1:2:3:4:5:6") == client_of("2001:db8:1:2::1")
    assert client_of("2001:db8:1:2::1") != client_of("2001:db8:1:3::1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1") == "192.0.2.1"
    assert client_of("fe80::1%eth0") == "fe80::/64"
    assert client_of("192.0.2.1") != client_of("192.0.2.2")
    assert len(client_of("x" * 5000)) == 64


@pytest.mark.parametrize("proxied", [False, True])
def test_nobody_gets_a_new_allowance_by_naming_another_address(
    told: Register, proxied: bool
) -> None:
    served = serve(told, proxied=proxied, limits=Limits(rates=Rates(reads="2/minute")))
    try:
        last = ", 192.0.2.9" if proxied else ""
        found = [
            status(served.port, ONE, f"X-Forwarded-For: 198.51.100.{n}{last}") for n in range(4)
        ]
        assert found == [200, 200, 429, 429]
        other = status(served.port, ONE, "X-Forwarded-For: 198.51.100.1, 192.0.2.10")
        # Only a proxy that one said is there may tell clients apart.
        assert other == (200 if proxied else 429)
    finally:
        served.stop()


def status(port: int, path: str, *headers: str) -> int:
    """The status of one answer."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        lines = [f"GET {path} HTTP/1.1", "Host: x", *headers, "Connection: close", "", ""]
        client.sendall("\r\n".join(lines).encode())
        return int(client.recv(4096).split()[1])


def test_a_class_that_looks_at_embeds_is_not_refused(clock: Clock) -> None:
    """30 pupils behind one address, 10 embeds each, and as many pages besides."""
    script = Path(__file__).parents[2] / "viz" / "site" / "static" / "embed.js"
    found = re.search(r"EVERY = (\d+)", script.read_text())
    assert found is not None
    every = int(found[1]) / 1000
    # A site may have its embeds ask every 15 seconds.
    looks = 30 * 10 * round(60 / min(every, 15))
    allowances = Allowances(Rates(), clock)
    assert {allowances.take("reads", "school") for _ in range(2 * looks)} == {0}


def test_who_watches_over_the_server_is_always_answered(told: Register, clock: Clock) -> None:
    app = create_app(told, clock=clock, limits=Limits(rates=Rates(reads="1/minute")))
    with TestClient(app) as client:
        assert [client.get(ONE).status_code for _ in range(2)] == [200, 429]
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/site.css").status_code == 200


@pytest.mark.parametrize(
    ("path", "lang"), [("/p/cours-fraiches", "fr"), ("/en/p/cours-fraiches", "en")]
)
def test_a_person_is_told_on_a_page(told: Register, clock: Clock, path: str, lang: str) -> None:
    app = create_app(told, clock=clock, limits=Limits(rates=Rates(reads="1/minute")))
    with TestClient(app) as client:
        client.get(path)
        answer = client.get(path)
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["retry-after"] == "60"
    assert f'<html lang="{lang}">' in answer.text
    assert ("Trop de demandes" if lang == "fr" else "Too many requests") in answer.text


def test_rates_may_be_switched_off(told: Register, clock: Clock) -> None:
    allowances = Allowances(UNLIMITED, clock)
    assert {allowances.take("failures", "here") for _ in range(1000)} == {0}
    assert all(allowances.open_stream("here") for _ in range(1000))


def test_a_huge_address_is_refused(told: Register, clock: Clock) -> None:
    with asking(told, clock) as client:
        for address in ("/p/" + "x" * 9000, "/?" + "x" * 9000):
            answer = client.get(address)
            assert answer.status_code == 413
        assert client.get("/api/v1/nothing?" + "x" * 8000).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{f"X-{n}": "1" for n in range(120)}, {"X-Long": "x" * 40_000}],
    ids=["too many", "too long"],
)
def test_too_many_or_too_long_headers_are_refused(
    told: Register, clock: Clock, headers: dict[str, str]
) -> None:
    with asking(told, clock) as client:
        answer = client.get(ONE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_head_without_end_is_refused(served: Any) -> None:
    with socket.create_connection(("127.0.0.1", served.port), 10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        answer = b""
        try:
            for n in range(10_000):
                client.sendall(b"X-%d: %s\r\n" % (n, b"x" * 100))
        except OSError:
            pass
        try:
            answer = client.recv(4096)
        except OSError:
            return  # closed before the answer was read
    assert answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("drop", [b" ", b""], ids=["a byte at a time", "nothing at all"])
def test_a_body_that_trickles_in_is_not_waited_for(told: Register, drop: bytes) -> None:
    served = serve(told, limits=Limits(patience=0.3))
    try:
        auth = bearer(told, "dialogue-citoyen")["Authorization"]
        head = f"POST /api/v1/entries HTTP/1.1\r\nHost: x\r\nAuthorization: {auth}\r\n"
        with socket.create_connection(("127.0.0.1", served.port), 10) as client:
            client.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n")
            client.settimeout(0.02)
            answer = b""
            for _ in range(400):
                try:
                    answer = client.recv(4096)
                    break
                except TimeoutError:
                    client.sendall(drop)
            client.settimeout(10)
            answer += b"".join(iter(lambda: client.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"too_slow" in answer
        assert b"connection: close" in answer.lower()
    finally:
        served.stop()


def test_a_head_that_trickles_in_is_not_waited_for(told: Register) -> None:
    served = serve(told, head=0.3)
    try:
        for begun in (b"", b"GET /healthz HTTP/1.1\r\nHost", GOOD + b"GET /"):
            with socket.create_connection(("127.0.0.1", served.port), 10) as client:
                client.sendall(begun)
                client.settimeout(10)
                b"".join(iter(lambda: client.recv(4096), b""))  # ends
    finally:
        served.stop()


GOOD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_body_that_nobody_reads_is_not_waited_for(told: Register) -> None:
    served = serve(told)
    try:
        for path in ("/api/v1/entries", "/api/v1/nothing", "/checkpoint"):
            with socket.create_connection(("127.0.0.1", served.port), 10) as client:
                head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"
                client.sendall(head.encode())
                answer = b"".join(iter(lambda: client.recv(4096), b""))
            assert b"connection: close" in answer.lower(), path
    finally:
        served.stop()


def test_where_names_are_set_other_hosts_are_refused(told: Register, clock: Clock) -> None:
    app = create_app(told, clock=clock, hosts=("registre.example", "registre.example:8443"))
    with TestClient(app, base_url="http://registre.example") as client:
        assert client.get("/").status_code == 200
        for host in ("registre.example:8443", "REGISTRE.example"):
            assert client.get("/", headers={"Host": host}).status_code == 200
        for host in ("evil.example", "registre.example.evil.example", "registre.example:1"):
            answer = client.get("/", headers={"Host": host})
            assert answer.status_code == 400
            assert "evil" not in answer.text
        # Who watches over the server asks it by its address.
        assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/p/cours-fraiches", "/en/p/cours-fraiches", "/verifier"])
@pytest.mark.parametrize("host", ["evil.example", 'x"><script>', "evil.example/p/"])
def test_no_page_repeats_a_host_that_was_made_up(
    told: Register, clock: Clock, path: str, host: str
) -> None:
    with TestClient(create_app(told, clock=clock)) as client:
        answer = client.get(path, headers={"Host": host})
    assert "evil" not in answer.text
    assert "<script>" not in answer.text


def test_the_code_for_embedding_names_the_site(told: Register, clock: Clock) -> None:
    app = create_app(told, clock=clock, hosts=("registre.example",))
    with TestClient(app, base_url="https://registre.example") as client:
        page = client.get("/p/cours-fraiches").text
    assert "https://registre.example/embed/cours-fraiches" in page
