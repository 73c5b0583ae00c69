"""The user's changes of the list of hosts: adds one, edits it, takes it off. All on the event loop."""

from __future__ import annotations

from deskconsole.common.errors import DeskconsoleError, HostGone
from deskconsole.inventory.host import Host, same_way
from deskconsole.session.events import Event, HostAdded, HostEdited, HostRemoved

from .controller import Controller


def add(controller: Controller, host: Host) -> None:
    """Adds a host; returns at once."""
    controller.act(host.name, lambda fleet: fleet.add(host), HostAdded(host=host.name))


async def remove(controller: Controller, host: Host) -> None:
    """Takes a host off the list and shows what is refused."""
    error = await take_off(controller, host)
    if error is not None:
        controller.report(host.name, error)


async def take_off(controller: Controller, host: Host) -> DeskconsoleError | None:
    """Takes a host off the list, its question with it; what is refused is returned."""
    controller.questions.withdraw(host.name)
    error = await controller.attempt(lambda fleet: fleet.remove(host.name))
    if isinstance(error, HostGone):
        return None  # another program removed it
    if error is None:
        controller.note(HostRemoved(host=host.name))
    return error


async def save(controller: Controller, before: Host | None, host: Host) -> DeskconsoleError | None:
    """Adds `host`, or puts it in the place of `before`; what is refused is returned."""
    name = host.name
    if before is None:
        error = await controller.attempt(lambda fleet: fleet.add(host))
        done: Event | None = HostAdded(host=name)
    elif before == host:
        error, done = None, None
    else:
        if before.name != name or not same_way(before, host):
            controller.questions.withdraw(before.name)
        error = await controller.attempt(lambda fleet: fleet.replace(before.name, host))
        done = HostEdited(host=name, previous="" if before.name == name else before.name)
    if error is None:
        if done is not None:
            controller.note(done)
        controller.host_saved.publish(name)
    return error
