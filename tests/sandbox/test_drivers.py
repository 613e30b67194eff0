"""Both drivers over real connections: what they call unsent, what they never do, that they agree."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars.api.drivers import Driver, Timeouts
from airflow_provider_calendars.api.flow import Flow, Request, Response, Upload, send, sleep
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import TransportError
from airflow_provider_calendars.memory import MaskingStore

Run = Callable[..., Any]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def make_driver(read: float = 5.0, connect: float = 5.0) -> Driver:
    return Driver(MaskingStore(), Timeouts(connect, read), "tests/1", pause=lambda _: None)


def run_sync(flow: Flow[Any], **timeouts: float) -> Any:
    return make_driver(**timeouts).run(flow)


def run_async(flow: Flow[Any], **timeouts: float) -> Any:
    return asyncio.run(make_driver(**timeouts).run_async(flow))


@pytest.fixture(params=[run_sync, run_async], ids=["requests", "aiohttp"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a flow by one driver and by the other."""
    return request.param  # type: ignore[no-any-return]


class Server:
    """A server of few words: each connection is handed to a script."""

    def __init__(self, script: Callable[[socket.socket, Server], None]) -> None:
        self.heard: list[bytes] = []
        self.connections = 0
        self.released = threading.Event()
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            try:
                self._script(connection, self)
            except OSError:
                return

    def hear(self, connection: socket.socket) -> bytes:
        """Read one whole request; an empty text where the client has hung up."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := connection.recv(65536)):
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1]) if lengths else 0
        while b"transfer-encoding: chunked" in head.lower() and not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(65536)
        while len(body) < length:
            body += connection.recv(65536)
        self.heard.append(head + b"\r\n\r\n" + body)
        return self.heard[-1]

    def close(self) -> None:
        self.released.set()
        self._listener.close()


@contextmanager
def serving(script: Callable[[socket.socket, Server], None]) -> Iterator[Server]:
    server = Server(script)
    try:
        yield server
    finally:
        server.close()


def saying(answer: bytes) -> Callable[[socket.socket, Server], None]:
    """Return a script that gives one answer to a request and hangs up."""

    def script(connection: socket.socket, server: Server) -> None:
        if server.hear(connection):
            connection.sendall(answer)

    return script


def call(url: str, method: str = "GET", repeat: Repeat = Repeat.ALWAYS, **parts: Any) -> Request:
    return Request(method, url, repeat, **parts)


def test_a_refused_connection_is_provably_unsent(run: Run) -> None:
    """A server that is down leaves no doubt, so the call may be made again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = run(send(call(f"http://127.0.0.1:{port}/x", "POST", Repeat.NEVER)))
    assert isinstance(outcome, TransportError)
    assert outcome.sent is False


def test_an_unknown_host_is_provably_unsent(run: Run) -> None:
    """A typing error in the host's name leaves no doubt either."""
    outcome = run(send(call("http://no-such-host.invalid/x", "POST", Repeat.NEVER)))
    assert isinstance(outcome, TransportError)
    assert outcome.sent is False


BROKEN = {
    "no_byte": b"",
    "half_head": b"HTTP/1.1 2",
    "half_body": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
    "half_chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "bad_gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    "no_http": b"220 mail.example ESMTP\r\n\r\n",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_may_have_taken_effect(run: Run, answer: bytes) -> None:
    """Once a connection stood, nobody knows what the server did, whatever came back."""
    with serving(saying(answer)) as server:
        outcome = run(send(call(f"{server.url}/x", "POST", Repeat.NEVER, json={"a": 1})))
    assert isinstance(outcome, TransportError)
    assert outcome.sent is True
    assert len(server.heard) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_drivers_repeat_nothing_themselves(run: Run, method: str) -> None:
    """Only the rules for retries repeat; a library that repeats a dropped GET would hide the second call."""
    with serving(saying(b"")) as server:
        run(send(call(f"{server.url}/x", method)))
        assert len(server.heard) == 1


def test_a_slow_server_times_out(run: Run) -> None:
    """A server that says nothing does not hold a worker for ever, and may have acted."""

    def script(connection: socket.socket, server: Server) -> None:
        server.hear(connection)
        server.released.wait(10)

    with serving(script) as server:
        outcome = run(send(call(f"{server.url}/x")), read=0.2)
    assert isinstance(outcome, TransportError)
    assert outcome.sent is True
    assert "in time" in str(outcome)


def test_redirects_are_not_followed(run: Run) -> None:
    """The credentials do not travel to another host, nor does the call happen twice on this one."""
    with serving(saying(OK)) as elsewhere:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}/y\r\nContent-Length: 0\r\n\r\n".encode()
        with serving(saying(moved)) as server:
            secret = {"Authorization": "Bearer 1|token"}
            outcome = run(send(call(f"{server.url}/x", headers=secret)))
        assert isinstance(outcome, Response)
        assert outcome.status == 302
        assert elsewhere.heard == []


def two(first: Request, second: Request, pause: float = 0.0) -> Flow[list[Any]]:
    outcomes = [(yield from send(first))]
    yield from sleep(pause)
    outcomes.append((yield from send(second)))
    return outcomes


@pytest.mark.parametrize(("method", "repeat"), [("POST", Repeat.NEVER), ("POST", Repeat.IF_UNSENT)])
def test_a_call_that_must_not_be_repeated_gets_a_connection_of_its_own(
    run: Run, method: str, repeat: Repeat
) -> None:
    """A kept-alive connection that the server closes does not leave a sending in doubt."""

    def script(connection: socket.socket, server: Server) -> None:
        # answers as if the connection stayed open, then drops it at the next request without a word
        if server.hear(connection):
            connection.sendall(OK)
            server.hear(connection)

    with serving(script) as server:
        outcomes = run(two(call(f"{server.url}/a"), call(f"{server.url}/b", method, repeat, json={})))
        assert [outcome.status for outcome in outcomes] == [200, 200]
        assert server.connections == 2
        assert b"connection: close" in server.heard[-1].lower()


def test_a_get_on_a_dropped_connection_is_not_repeated_unseen(run: Run) -> None:
    """Every request the server sees is one the rules for retries know of."""

    def script(connection: socket.socket, server: Server) -> None:
        if server.hear(connection):
            connection.sendall(OK)
            server.hear(connection)

    with serving(script) as server:
        outcomes = run(two(call(f"{server.url}/a"), call(f"{server.url}/b")))
        assert len(server.heard) == len(outcomes) == 2


def test_a_netrc_file_does_not_replace_the_credentials(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry for the host in the worker's .netrc changes neither calls with a token nor those without."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(saying(OK)) as server:
        run(send(call(f"{server.url}/x", headers={"Authorization": "Bearer 1|token"})))
        run(send(call(f"{server.url}/x")))
    with_token, without = server.heard
    assert b"Authorization: Bearer 1|token" in with_token
    assert b"authorization" not in without.lower()
    assert b"Basic" not in with_token + without


def use_proxy(monkeypatch: pytest.MonkeyPatch, url: str, *, bypass: str) -> None:
    for name, value in (("HTTP_PROXY", url), ("NO_PROXY", bypass)):
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)


def test_the_proxy_of_the_environment_is_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers and triggerers behind a proxy reach the vendor the same way."""
    with serving(saying(OK)) as proxy:
        use_proxy(monkeypatch, f"http://user:word@127.0.0.1:{proxy.port}", bypass="localhost")
        outcome = run(send(call("http://vendor.example/api?q=1", headers={"Authorization": "Bearer t"})))
        assert isinstance(outcome, Response)
    assert proxy.heard[0].startswith(b"GET http://vendor.example/api?q=1 HTTP/1.1")
    assert b"\r\nProxy-Authorization: Basic dXNlcjp3b3Jk\r\n" in proxy.heard[0]
    assert b"\r\nAuthorization: Bearer t\r\n" in proxy.heard[0]


def test_no_proxy_is_obeyed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts in NO_PROXY are reached directly."""
    with serving(saying(OK)) as proxy, serving(saying(OK)) as server:
        use_proxy(monkeypatch, proxy.url, bypass="127.0.0.1")
        run(send(call(f"{server.url}/x")))
        assert (len(server.heard), proxy.heard) == (1, [])


def test_a_proxy_that_is_down_is_provably_unsent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that refuses connections has passed nothing on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    use_proxy(monkeypatch, f"http://127.0.0.1:{port}", bypass="localhost")
    outcome = run(send(call("http://vendor.example/x", "POST", Repeat.NEVER)))
    assert isinstance(outcome, TransportError)
    assert outcome.sent is False


def parts_of(request: bytes) -> list[tuple[bytes, bytes]]:
    """Return name line and content of each part of a multipart body."""
    head, _, body = request.partition(b"\r\n\r\n")
    boundary = head.split(b"boundary=")[1].split(b"\r\n")[0].strip(b'"')
    found = []
    for part in body.split(b"--" + boundary)[1:-1]:
        headers, _, content = part[2:-2].partition(b"\r\n\r\n")
        named = next(line for line in headers.split(b"\r\n") if b"disposition" in line.lower())
        kind = [line.split(b":")[1].strip() for line in headers.split(b"\r\n") if b"-type" in line.lower()]
        found.append((named.split(b":", 1)[1].strip() + b"|" + b"".join(kind), content))
    return found


@pytest.mark.parametrize("filename", ["contacts.csv", "Kontakte März.csv", 'a"b.csv'])
def test_both_drivers_upload_the_same_form(filename: str) -> None:
    """The vendor gets the same file under the same name, whoever sends it, and fields without a type."""
    content = "firstname,email\r\nJörg,j@example.com\r\n".encode()
    file = Upload(filename, content, "text/csv")
    with serving(saying(OK)) as server:
        request = call(
            f"{server.url}/upload",
            "POST",
            form={"campaign_id": "c/1 ü", "allow_duplicates": "0"},
            files={"file": file},
        )
        assert run_sync(send(request)).status == 200
        assert run_async(send(request)).status == 200
    by_requests, by_aiohttp = (parts_of(heard) for heard in server.heard)
    assert [body for _, body in by_requests] == ["c/1 ü".encode(), b"0", content]
    assert [body for _, body in by_aiohttp] == [body for _, body in by_requests]
    if filename == "contacts.csv":
        assert by_aiohttp[2] == by_requests[2]


TARGETS = ["/campaign/a%2Fb/edit", "/campaign/..%2Fx/edit", "/campaign/%C3%BC%20%3F%23%25/edit", "/x?"]


@pytest.mark.parametrize("target", TARGETS)
def test_quoted_ids_arrive_as_they_were_quoted(run: Run, target: str) -> None:
    """Neither library unquotes an id or resolves it to another path."""
    with serving(saying(OK)) as server:
        run(send(call(f"{server.url}{target}")))
    assert server.heard[0].split()[1].decode().rstrip("?") == target.rstrip("?")


def test_both_drivers_send_the_same_query_and_headers() -> None:
    """A sensor asks the same in the worker and in the triggerer."""
    with serving(saying(OK)) as server:
        request = call(
            f"{server.url}/x",
            params={"source": "Public URL", "q": "a+b&c=ü"},
            headers={"Accept": "application/json"},
        )
        run_sync(send(request))
        run_async(send(request))
    first, second = (heard.split(b"\r\n") for heard in server.heard)
    assert first[0] == second[0]
    for line in (b"User-Agent: tests/1", b"Accept: application/json"):
        assert line in first
        assert line in second
