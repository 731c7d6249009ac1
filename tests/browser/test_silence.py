"""A page that tries to reach a listener on this machine, every way there is; nothing comes."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress

import pytest

from prerender.browser.launch import Chromium
from prerender.browser.pages import ORIGIN, Browser, PageRequest, Resource, open_page

#: what may be asked for: a page that others may be loaded into, no more
_BLANK = Resource("<!doctype html><body>")

#: {} is the address of the listener
WAYS = {
    "prefetch": "add('script', {type: 'speculationrules', textContent: JSON.stringify("
    "{prefetch: [{source: 'list', urls: ['http://{}/a', 'https://{}/a'], eagerness: 'immediate'}],"
    " prerender: [{source: 'list', urls: ['http://{}/b'], eagerness: 'immediate'}]})})",
    "anonymous prefetch": "add('script', {type: 'speculationrules', textContent: JSON.stringify("
    "{prefetch: [{source: 'list', urls: ['https://{}/a'], requires:"
    " ['anonymous-client-ip-when-cross-origin'], referrer_policy: 'no-referrer'}]})})",
    "STUN": "call(RTCPeerConnection, 'stun:{}')",
    "TURN": "call(RTCPeerConnection, 'turn:{}?transport=udp')",
    "TURN by TCP": "call(RTCPeerConnection, 'turn:{}?transport=tcp')",
    "prefixed": "call(webkitRTCPeerConnection, 'stun:{}')",
    "of a frame": "call(add('iframe').contentWindow.RTCPeerConnection, 'stun:{}')",
    "of a frame's frame": "{const one = add('iframe').contentDocument;"
    " const two = one.body.appendChild(one.createElement('iframe'));"
    " call(two.contentWindow.RTCPeerConnection, 'stun:{}')}",
    "fetch": "fetch('http://{}/', {mode: 'no-cors', keepalive: true})",
    "beacon": "navigator.sendBeacon('http://{}/', 'x')",
    "socket": "new WebSocket('ws://{}/')",
    "transport": "new WebTransport('https://{}/')",
    "event source": "new EventSource('http://{}/')",
    "image": "new Image().src = 'http://{}/'",
    "links": "for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'preload', 'stylesheet',"
    " 'modulepreload', 'icon', 'manifest', 'prerender', 'expect', 'compression-dictionary'])"
    " add('link', {rel, href: 'http://{}/', as: 'script'})",
    "style": "add('style', {textContent: '@import \"http://{}/\"; body {background: url(http://{}/);"
    " cursor: url(http://{}/), auto} @font-face {font-family: a; src: url(http://{}/)}'})",
    "frame": "add('iframe', {src: 'http://{}/'})",
    "object": "add('object', {data: 'http://{}/'})",
    "media": "add('video', {src: 'http://{}/', poster: 'http://{}/', autoplay: true})",
    "module": "import('http://{}/')",
    "worker": "new Worker(URL.createObjectURL(new Blob([\"fetch('http://{}/')\"])))",
    "form": "add('form', {action: 'http://{}/', target: '_blank'}).submit()",
    "window": "open('http://{}/')",
    "ping": "add('a', {href: '#', ping: 'http://{}/'}).click()",
    "refresh": "add('meta', {httpEquiv: 'refresh', content: '0; url=http://{}/'})",
    "location": "location = 'http://{}/'",
}
_HELPERS = """
const add = (name, given = {}) => document.body.appendChild(Object.assign(document.createElement(name), given));
const call = async (Connection, urls) => {
  const server = { urls, username: 'a', credential: 'b' };
  const connection = new Connection({ iceServers: [server] });
  connection.createDataChannel('x');
  await connection.setLocalDescription(await connection.createOffer());
};
"""  # noqa: E501


class Listener(asyncio.DatagramProtocol):
    """Whoever says anything to a port, by TCP or UDP."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.append(f"UDP {data[:20]!r}")

    async def came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError):
            self.heard.append(f"TCP {await asyncio.wait_for(reader.read(40), 1)!r}")
        writer.close()


def _address() -> str:
    """An address of this machine that is not its loopback, which has rules of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _serve(request: PageRequest) -> Resource | None:
    return _BLANK if request.url == f"{ORIGIN}/" else None


def test_nothing_leaves() -> None:
    async def try_all(browser: Browser, port: int) -> None:
        addresses = [f"127.0.0.1:{port}", f"{_address()}:{port}", f"localhost:{port}"]
        for way in WAYS.values():
            page = await open_page(browser, _serve)
            await page.goto(f"{ORIGIN}/")
            for address in addresses:
                script = f"() => {{ {_HELPERS} {way.replace('{}', address)} }}"
                with suppress(Exception):
                    await asyncio.wait_for(page.evaluate(script), 2)
        await asyncio.sleep(4)

    async def listen() -> list[str]:
        listener = Listener()
        server = await asyncio.start_server(listener.came, "0.0.0.0", 0)
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: listener, local_addr=("0.0.0.0", port)
        )
        chromium = Chromium(os.environ.get("PRERENDER_BROWSER"))
        try:
            await try_all(await chromium.running(), port)
        finally:
            await chromium.close()
            transport.close()
            server.close()
        return listener.heard

    assert asyncio.run(listen()) == []


def test_a_listener_hears() -> None:
    """Else the test above would say nothing."""

    async def heard() -> list[str]:
        listener = Listener()
        server = await asyncio.start_server(listener.came, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x")
        writer.close()
        await asyncio.sleep(0.2)
        server.close()
        return listener.heard

    assert asyncio.run(heard()) == ["TCP b'x'"]


@pytest.mark.parametrize("way", WAYS)
def test_ways_are_scripts(way: str) -> None:
    assert "{}" in WAYS[way]
