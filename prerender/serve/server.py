"""A site in; a web server out that shows its pages rendered, and has them reloaded as they change.

The one module that knows the server (starlette on uvicorn).
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote_to_bytes, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from prerender.aio import Renderer
from prerender.errors import UsageError
from prerender.garbage import set_aside
from prerender.report.diagnostics import Diagnostic
from prerender.serve.command import running
from prerender.serve.preview import Preview, Rendered, View, screens, with_script
from prerender.serve.watch import changes
from prerender.settings import Settings
from prerender.site.files import open_site

_OWN = Path(__file__).parent
_OWN_FILES = ("live.js", "panel.js", "screens.js", "own.css")
#: the screens of /_screens: widths and heights in CSS pixels, those of phones and a tablet
_SCREENS = {320: 568, 390: 844, 820: 1180}
#: seconds after which an idle connection is sent something, so that it is known to live
_HEARTBEAT = 15.0
#: ports that are tried after the one that is taken, if the user has named none
_NEXT_PORTS = 20
#: the port, if the user has named none
DEFAULT_PORT = 8000


class Changes:
    """Lets many wait for the next change of a site."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        """There was a change."""
        self._next.set()
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """Return what is set at the next change."""
        return self._next


async def serve(
    site: Path,
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    build: str | None = None,
    ready: Callable[[str], None],
    told: Callable[[str], None],
    rendered: Rendered,
) -> None:
    """Serve a site until cancelled; `ready` is told its URL, `told` what else there is to say.

    `build` is a command that runs meanwhile. Raises UsageError, EngineError.
    """
    async with contextlib.AsyncExitStack() as open:
        listening = open.enter_context(_listen(host, port))
        if build is not None:
            await open.enter_async_context(running(build, told))
            await _wait_for(site, told)
        opened = open_site(site, None, settings.include, settings.exclude)
        renderer = Renderer(settings, site=opened.root, notice=told)
        renderer = await open.enter_async_context(renderer)
        await renderer.warm()
        set_aside()  # else a save waits 50 ms, now and then, until all of it is looked at
        preview, changed = Preview(opened, renderer, rendered), Changes()
        group = await open.enter_async_context(asyncio.TaskGroup())
        group.create_task(_watch(opened.root, preview, changed))
        first = "" if opened.single is None else quote(str(opened.single))
        ready(f"http://{_url_host(host)}:{listening.getsockname()[1]}/{first}")
        config = uvicorn.Config(
            _guarded(application(preview, changed), host),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        group.create_task(_Server(config).serve([listening]))


class _Server(uvicorn.Server):
    """A server that leaves signals alone: they end the run (cli/process.py)."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _listen(host: str, port: int | None) -> Iterator[socket.socket]:
    """A socket on a port, or the next that is free. Raises UsageError."""
    ports = [port] if port is not None else range(DEFAULT_PORT, DEFAULT_PORT + _NEXT_PORTS)
    error = OSError()
    for one in ports:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listening = socket.create_server((host, one), family=family)
        except OSError as found:
            error = found
        else:
            with listening:
                yield listening
            return
    raise UsageError(f"{host}:{ports[-1]} cannot be listened on: {error.strerror}") from error


def _url_host(host: str) -> str:
    """Return a host as it stands in a URL that works here."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{shown}]" if ":" in shown else shown


async def _wait_for(site: Path, told: Callable[[str], None]) -> None:
    """Wait until the build command has made the site."""
    if not site.exists():
        told(f"waiting for {site}")
    while not site.exists():
        await asyncio.sleep(0.2)


async def _watch(root: Path, preview: Preview, changed: Changes) -> None:
    async for names in changes(root):
        preview.note_changes(names)
        changed.tell()


def application(preview: Preview, changed: Changes) -> Starlette:
    """Return the application that serves a preview."""

    async def page(request: Request) -> Response:
        path = _path(request)
        name = preview.find(path)
        if name is None or preview.is_page(name):
            if name is not None and preview.is_folder(path):
                return RedirectResponse(f"{quote(os.fsencode(path))}/")
            return _page_response(await preview.view(path))
        if (data := preview.asset(name)) is not None:
            return Response(data, headers=_FRESH, media_type=_MEDIA[PurePosixPath(name).suffix])
        return FileResponse(preview.file(name), headers=_FRESH)

    async def events(request: Request) -> Response:
        asked = request.query_params
        stream = _events(preview, changed, asked.get("path", "/"), asked.get("version", ""))
        return StreamingResponse(stream, media_type="text/event-stream", headers=_FRESH)

    async def on_screens(request: Request) -> Response:
        path = _path(request).removeprefix("/_screens") or "/"
        shown = quote(os.fsencode("/" + path.lstrip("/")))
        return Response(screens(shown, _SCREENS), headers=_FRESH, media_type="text/html")

    async def own(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _OWN_FILES:
            return PlainTextResponse("no such file", 404)
        return FileResponse(_OWN / name, headers=_FRESH)

    return Starlette(
        routes=[
            Route("/_prerender/events", events),
            Route("/_prerender/{name}", own),
            Route("/_screens", on_screens),
            Route("/_screens/{path:path}", on_screens),
            Route("/{path:path}", page),
        ]
    )


_FRESH = {"cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}
_MEDIA = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


def _path(request: Request) -> str:
    """Return the path of a request; bytes that are no UTF-8 are as in names of files."""
    return os.fsdecode(unquote_to_bytes(request.scope["raw_path"].partition(b"?")[0]))


def _page_response(view: View) -> Response:
    # no charset: the page says it itself, as it does where it is opened as a file
    media = "application/xhtml+xml" if view.is_xml else "text/html"
    status = 200 if view.found else 404
    return Response(with_script(view), status, {**_FRESH, "content-type": media})


async def _events(
    preview: Preview, changed: Changes, path: str, version: str
) -> AsyncIterator[str]:
    """Yield the events for a page of which a client shows a version ("": not known which)."""
    said = ""
    while True:
        coming = changed.next()
        view = await preview.view(path)
        if version not in ("", view.version):
            yield _event("reload", view.version)
        version = view.version
        if (told := json.dumps(_told(view))) != said:
            said = told
            yield _event("diagnostics", told)
        while not coming.is_set():
            try:
                await asyncio.wait_for(coming.wait(), _HEARTBEAT)
            except TimeoutError:
                yield ":\n\n"


def _event(name: str, data: str) -> str:
    """Return an event as a line protocol (HTML Living Standard, 9.2)."""
    return f"event: {name}\ndata: {data}\n\n"


def _told(view: View) -> list[dict[str, object]]:
    """What the panel shows of a page: errors first."""
    ordered = sorted(view.diagnostics, key=lambda one: one.severity != "error")
    return [_shown(view.name, one) for one in ordered if one.severity != "note"]


def _shown(name: str, one: Diagnostic) -> dict[str, object]:
    excerpt = one.excerpt
    return {
        "severity": one.severity,
        "where": excerpt.where(name),
        "message": one.message,
        "source": excerpt.source,
        "caret": excerpt.caret,
        "cure": one.cure,
    }


def _guarded(application: ASGIApp, host: str) -> ASGIApp:
    """Return an application that answers nobody but pages of its own host, and the user.

    A name that an attacker lets point here (DNS rebinding) is not the host's, and browsers say of
    requests whose page they come from (https://www.w3.org/TR/fetch-metadata/). A link may be
    followed from anywhere.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_welcome(Request(scope), host):
            refusal = PlainTextResponse("prerender serve: not for other hosts", 403)
            await refusal(scope, receive, send)
            return
        await application(scope, receive, send)

    return guarded


def _is_welcome(request: Request, host: str) -> bool:
    named = request.headers.get("host", "")
    if not _is_own_name(_hostname(f"http://{named}"), host):
        return False
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != named:
        return False
    site = request.headers.get("sec-fetch-site", "same-origin")
    followed = request.headers.get("sec-fetch-dest") == "document" and request.method == "GET"
    return site in ("same-origin", "none") or followed


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_own_name(name: str, host: str) -> bool:
    """Whether a name is this host's: its own, an address, which nobody can let point elsewhere."""
    if name == "localhost" or name.endswith(".localhost") or name == host.lower():
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
