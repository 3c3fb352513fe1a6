"""Questions to the Hub over HTTP: finite in time and size, repeated where that may help.

Session, headers, token, endpoint and errors are those of huggingface_hub. Its own lists give
objects in place of JSON, hide the cursor, and wait for ever on a server that stalls, so pages
are asked for here.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import orjson
from huggingface_hub import constants
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.utils import (
    build_hf_headers,
    get_session,
    hf_raise_for_status,
    httpx,
    parse_ratelimit_headers,
)

from licet_ingest.hub_json import bounded
from licet_ontology.errors import SourceError

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""A longer answer is given up; a page of 500 models with their cards is of some megabytes."""
MAX_WAIT_S = 3600.0
"""Nobody sits through a longer wait, whatever the server asks for: what was read is kept."""
RETRIES = 5
_MAX_ERROR_BYTES = 64 * 1024
_BACKOFF_S = 1.0
# Five waits of 10, 20, 40, 80 and 160 s outlast the Hub's window of 300 s.
_BACKOFF_AT_LIMIT_S = 10.0
_TOO_MANY_REQUESTS = 429
_RETRIED = frozenset({408, _TOO_MANY_REQUESTS, 500, 502, 503, 504})

_Read = TypeVar("_Read")
Query = tuple[tuple[str, str], ...]
"""The parameters of a request, in order; a key may stand more than once."""


class HubUnavailableError(SourceError):
    """The Hub gave no usable answer, however often it was asked; later it may."""


class HubRefusedError(SourceError):
    """The Hub answered that it will not give what was asked for.

    Attributes:
        status: The HTTP status.
        gone: Whether the repository is not there, or no longer public, or disabled.
        bad_token: Whether the token is what is wrong, so that nothing else will be given.
    """

    def __init__(self, message: str, status: int, *, gone: bool, bad_token: bool) -> None:
        self.status = status
        self.gone = gone
        self.bad_token = bad_token
        super().__init__(message)


@dataclass(frozen=True)
class Timeouts:
    """How long one question may take, in seconds.

    Attributes:
        connect_s: Until there is a connection.
        read_s: Between two pieces of an answer.
        whole_s: From the question to the end of the answer, so that a trickle ends too.
    """

    connect_s: float = 10.0
    read_s: float = 60.0
    whole_s: float = 300.0


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Attributes:
        items: Each as JSON on one line, or what stands in place of JSON.
        next: The query of the next page; None on the last.
        date: When the server says it answered.
    """

    items: tuple[bytes, ...]
    next: Query | None
    date: datetime | None


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    response: httpx.Response

    @property
    def next_url(self) -> str | None:
        url: str | None = self.response.links.get("next", {}).get("url")
        return url


class _BrokenAnswerError(Exception):
    """An answer ended early or is not what it should be; the next may be whole."""


class HubClient:
    """Asks one Hub.

    Args:
        endpoint: Its address; by default ``HF_ENDPOINT``, else the public Hub.
        token: By default from ``HF_TOKEN`` or where ``hf auth login`` put it.
        timeouts: Of each question.
        say: Told of waits.
        sleep: Waits some seconds; by default until then, or until the client is closed.
        monotonic: A clock of seconds that never goes back.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        token: str | None = None,
        timeouts: Timeouts | None = None,
        say: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], object] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        self._token = token
        self._timeouts = timeouts or Timeouts()
        self._say = say
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._monotonic = monotonic
        self._headers: dict[str, str] | None = None
        self._not_before_s = 0.0

    def close(self) -> None:
        """Let no thread ask or wait any longer."""
        self._closed.set()

    def page(self, kind: str, query: Query) -> Page:
        """Return one page of the list of all works of a kind.

        Raises:
            HubUnavailableError: No usable answer came.
            HubRefusedError: The Hub refuses.
        """
        items, answer = self._get(f"/api/{kind}s", query, _split_page)
        return Page(items, _query_of(answer.next_url), _date(answer.headers.get("date")))

    def work(self, kind: str, work_id: str, query: Query) -> bytes:
        """Return the JSON of one work, under its present id if it has been renamed.

        Raises:
            HubUnavailableError: No usable answer came.
            HubRefusedError: It is not there, or not for this token.
        """
        item, _ = self._get(f"/api/{kind}s/{quote(work_id, safe='/')}", query, _one_object)
        return item

    def _get(
        self, path: str, query: Query, read: Callable[[bytes], _Read]
    ) -> tuple[_Read, _Answer]:
        """Return what an answer says, as ``read`` understands it; ask again where that may help."""
        tries = 0
        while True:
            self._pause(self._not_before_s - self._monotonic())
            asked_wait_s: float | None = None
            backoff_s = min(_BACKOFF_S * 2**tries, 8 * _BACKOFF_S)
            try:
                answer = self._ask(path, query)
                if answer.status == 200:
                    self._heed_limit(answer)
                    return read(answer.body), answer
                if answer.status not in _RETRIED:
                    raise _refusal(path, answer)
                problem = f"status {answer.status}"
                asked_wait_s = _asked_wait_s(answer)
                if answer.status == _TOO_MANY_REQUESTS:
                    backoff_s = _BACKOFF_AT_LIMIT_S * 2**tries
            except (
                httpx.TimeoutException,
                httpx.NetworkError,
                httpx.RemoteProtocolError,
                httpx.DecodingError,
                _BrokenAnswerError,
            ) as error:
                problem = bounded(str(error)) or type(error).__name__
            except (httpx.HTTPError, httpx.InvalidURL, OfflineModeIsEnabled) as error:
                raise HubUnavailableError(
                    f"{self.endpoint} cannot be asked: {bounded(str(error))}"
                ) from error
            if tries == RETRIES:
                raise HubUnavailableError(
                    f"{self.endpoint}{path} gave no usable answer in {tries + 1} tries: {problem}; "
                    "what was read is kept, and the same command goes on from there"
                )
            tries += 1
            wait_s = backoff_s if asked_wait_s is None else asked_wait_s
            self._say(f"{self.endpoint}{path}: {problem}; asking again in {wait_s:.0f} s")
            self._pause(wait_s)

    def _pause(self, seconds: float) -> None:
        if seconds > MAX_WAIT_S:
            raise HubUnavailableError(
                f"{self.endpoint} asks to wait {seconds:.0f} s; what was read is kept: give the "
                "same command again after that"
            )
        if seconds > 0:
            self._sleep(seconds)
        if self._closed.is_set():
            raise HubUnavailableError("the client was closed")

    def _heed_limit(self, answer: _Answer) -> None:
        """Let nobody ask before the window ends in which nothing more may be asked."""
        wait_s = _window_s(answer)
        if wait_s is not None:
            self._not_before_s = self._monotonic() + wait_s

    def _ask(self, path: str, query: Query) -> _Answer:
        if self._headers is None:  # it may look for the token in files
            self._headers = build_hf_headers(
                token=self._token, library_name="licet", library_version=version("licet")
            )
        limits = self._timeouts
        deadline_s = self._monotonic() + limits.whole_s
        with get_session().stream(
            "GET",
            self.endpoint + path,
            params=list(query),
            headers=self._headers,
            follow_redirects=True,
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
        ) as response:
            most = MAX_ANSWER_BYTES if response.status_code == 200 else _MAX_ERROR_BYTES
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > most:
                    if response.status_code != 200:
                        break
                    raise HubUnavailableError(f"{response.url} answers more than {most} bytes")
                if self._monotonic() > deadline_s:
                    raise _BrokenAnswerError(f"did not end within {limits.whole_s:g} s")
            return _Answer(response.status_code, response.headers, bytes(body[:most]), response)


def _window_s(answer: _Answer) -> float | None:
    """Return how long nothing more may be asked; None if something may."""
    try:
        limit = parse_ratelimit_headers(answer.headers)
    except ValueError:  # a number of thousands of digits
        return None
    if limit is None or limit.remaining > 0:
        return None
    return float(min(limit.reset_in_seconds, 10**9)) + 1  # it counts whole seconds


def _asked_wait_s(answer: _Answer) -> float | None:
    """Return how long the server asks to wait; None if it does not say."""
    if answer.status == _TOO_MANY_REQUESTS and (wait_s := _window_s(answer)) is not None:
        return wait_s
    asked = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", asked, re.ASCII):
        return float(asked)
    until = _date(asked)
    # The server's clock, where it tells: ours may be wrong.
    now = _date(answer.headers.get("date")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds()) if until else None


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _refusal(path: str, answer: _Answer) -> HubRefusedError:
    # Its body was read in pieces, so huggingface_hub needs it in a response of its own.
    request = answer.response.request
    headers = answer.response.headers.raw
    kept = [(name, text) for name, text in headers if name.lower().startswith(b"x-")]
    whole = httpx.Response(answer.status, headers=kept, content=answer.body, request=request)
    code = answer.headers.get("x-error-code", "")
    said = answer.headers.get("x-error-message", "")
    # The Hub says 401 of what is not there, too; to a request without a token it means just that.
    unknown_401 = answer.status == 401 and not code
    with_token = "authorization" in request.headers
    gone = answer.status in {404, 410} or (unknown_401 and not with_token)
    bad_token = unknown_401 and with_token
    try:
        hf_raise_for_status(whole)
    except GatedRepoError:
        gone = False
    except (RepositoryNotFoundError, DisabledRepoError):
        gone, bad_token = True, False
    except HfHubHTTPError as error:
        said = said or error.server_message or ""
    words = bounded(": ".join(filter(None, [code, said.strip().partition("\n")[0]])))
    advice = ""
    if answer.status in {401, 403} and not gone:
        advice = "; is the token right, and may it read this?"
    return HubRefusedError(
        f"{request.url.copy_with(query=None)} answered {answer.status}"
        f"{f' ({words})' if words else ''}{advice}",
        answer.status,
        gone=gone,
        bad_token=bad_token,
    )


def _query_of(url: str | None) -> Query | None:
    """Return the query of a link to a next page.

    Only the query is taken: the page is asked of the same endpoint, wherever the link points,
    so that no token goes elsewhere and a mirror works whose links name the Hub.
    """
    if not url:
        return None
    try:
        return tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=200))
    except ValueError as error:
        raise HubUnavailableError(f"the link to the next page is none: {bounded(url)}") from error


def _one_object(body: bytes) -> bytes:
    try:
        item = orjson.loads(body)
    except orjson.JSONDecodeError:
        item = None
    if isinstance(item, dict):
        return orjson.dumps(item)
    elements = _elements(b"[" + body + b"]")
    if elements is None or len(elements) != 1 or not elements[0].startswith(b"{"):
        raise _BrokenAnswerError("answered something that is not an object")
    return elements[0]


def _split_page(body: bytes) -> tuple[bytes, ...]:
    try:
        page = orjson.loads(body)
    except orjson.JSONDecodeError:
        # One record can make a page unreadable: a text that is not Unicode, values nested too
        # deep. The others must not be lost with it.
        elements = _elements(body)
        if elements is None:
            raise _BrokenAnswerError("answered a page that is not whole") from None
        return elements
    if not isinstance(page, list):
        raise _BrokenAnswerError("answered something that is not a list")
    return tuple(orjson.dumps(item) for item in page)


_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


def _elements(body: bytes) -> tuple[bytes, ...] | None:
    """Return the elements of a JSON list, each on one line, without reading them.

    Returns:
        None if the text is not one whole list.
    """
    text = body.strip()
    depth = 0
    begin = 1
    found: list[bytes] = []
    for token in _TOKEN.finditer(text):
        match token.group():
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
                if depth == 0:
                    if not text.startswith(b"[") or token.end() != len(text):
                        return None
                    found.append(text[begin : token.start()])
                    # Between values a line break is space; within a text it is no JSON at all.
                    lines = (re.sub(rb"[\r\n]+", b" ", element).strip() for element in found)
                    return tuple(line for line in lines if line)
            case b"," if depth == 1:
                found.append(text[begin : token.start()])
                begin = token.end()
            case _:
                pass
    return None
