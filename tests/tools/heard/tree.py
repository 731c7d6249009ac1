"""A program that runs on a desktop in, its accessibility tree (AT-SPI) out.

The tree is asked for over the bus (https://gnome.pages.gitlab.gnome.org/at-spi2-core/devel-docs/),
a level at a time: each question alone would wait for its answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.low_level import HeaderFields, Message, MessageType

from tests.tools.heard.desktop import wait_for

_Place = tuple[str, str]
_REGISTRY = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
_ACCESSIBLE = "org.a11y.atspi.Accessible"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_NAME = ("ss", (_ACCESSIBLE, "Name"))
#: numbers of atspi-constants.h
_ROLES = {
    27: "image",
    29: "label",
    39: "group",
    73: "paragraph",
    82: "document frame",
    83: "heading",
    85: "section",
    88: "link",
    95: "document",
    113: "math",
    116: "static",
}
#: questions that wait for answers at a time: the bus keeps no more than it must
_AT_ONCE = 500


@dataclass
class Node:
    """A node of the tree: its role, its name, its attributes, and what is in it."""

    place: _Place
    role: str = ""
    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """The name of its element."""
        return self.attributes.get("tag", "")

    def walk(self) -> Iterator[Node]:
        """The node and all that is in it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


class Bus:
    """The bus for accessibility."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection

    def documents(self, program: str) -> list[Node]:
        """The innermost documents of an application, as readers get them."""
        place = wait_for(lambda: self._application(program), f"{program} is not on the bus")
        tree = self._tree(place)
        found = [node for node in tree.walk() if node.role == "document"]
        return [one for one in found if sum(inner.role == "document" for inner in one.walk()) == 1]

    def _tree(self, place: _Place) -> Node:
        """All nodes below one."""
        root = Node(place)
        level = found = [root]
        while level:
            answers = self._ask([node.place for node in level], _ACCESSIBLE, "GetChildren")
            for node, children in zip(level, answers, strict=True):
                node.children = [Node(tuple(child)) for child in children or ()]
            level = [child for node in level for child in node.children]
            found = [*found, *level]
        places = [node.place for node in found]
        told = zip(
            found,
            self._ask(places, _ACCESSIBLE, "GetRole"),
            self._ask(places, _PROPERTIES, "Get", *_NAME),
            self._ask(places, _ACCESSIBLE, "GetAttributes"),
            strict=True,
        )
        for node, role, name, attributes in told:
            node.role = _ROLES.get(role, str(role))
            node.name = name[1] if name else ""
            node.attributes = dict(attributes or {})
        return root

    def _application(self, program: str) -> _Place | None:
        places = [tuple(place) for place in self._ask([_REGISTRY], _ACCESSIBLE, "GetChildren")[0]]
        names = self._ask(places, _PROPERTIES, "Get", *_NAME)
        found = zip(places, names, strict=True)
        return next((place for place, name in found if name and program in name[1].lower()), None)

    def _ask(
        self,
        places: Sequence[_Place],
        interface: str,
        method: str,
        signature: str | None = None,
        body: tuple[str, ...] = (),
    ) -> list[Any]:
        """What each object answers; None for one that has gone."""
        answers: list[Any] = []
        for start in range(0, len(places), _AT_ONCE):
            serials = []
            for name, path in places[start : start + _AT_ONCE]:
                message = new_method_call(
                    DBusAddress(path, name, interface), method, signature, body
                )
                serials.append(next(self._connection.outgoing_serial))
                self._connection.send(message, serials[-1])
            answered = self._answers(set(serials))
            answers += (answered[serial] for serial in serials)
        return answers

    def _answers(self, serials: set[int]) -> dict[int, Any]:
        answers: dict[int, Any] = {}
        while len(answers) < len(serials):
            message = self._connection.receive(timeout=120)
            if (serial := _answers_what(message)) in serials:
                right = message.header.message_type is MessageType.method_return
                answers[serial] = message.body[0] if right else None
        return answers


@contextmanager
def bus(environment: Mapping[str, str]) -> Iterator[Bus]:
    """Connect to the bus for accessibility of a desktop."""
    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as session:
        asked = new_method_call(
            DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress"
        )
        address = session.send_and_get_reply(asked).body[0]
    with open_dbus_connection(address) as connection:
        yield Bus(connection)


def _answers_what(message: Message) -> int:
    return int(message.header.fields.get(HeaderFields.reply_serial, -1))
