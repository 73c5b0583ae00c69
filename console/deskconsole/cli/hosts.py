"""`deskconsole hosts`: the inventory, listed and changed."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from ..errors import ConfigurationError
from ..hosts import Host
from ..inventory import Inventory
from ..paths import Paths
from .terminal import print_json, print_table, say

app = typer.Typer(help="List, add and remove the hosts that the console knows.", invoke_without_command=True)


@app.callback()
def hosts(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """List the hosts."""
    if context.invoked_subcommand is not None:
        return
    inventory = Inventory.load(Paths.default().hosts)
    if json:
        print_json([msgspec.to_builtins(host) for host in inventory.hosts])
    elif inventory.hosts:
        rows = [(h.name, h.target, str(h.port or ""), h.user or "", h.group) for h in inventory.hosts]
        print_table(("name", "address", "port", "user", "group"), rows)
    else:
        say(f"No hosts yet in {inventory.path}: add one with `deskconsole hosts add NAME`.")


@app.command()
def add(
    name: str,
    *,
    address: Annotated[str, typer.Option(help="Host name, address or SSH alias; default: the name.")] = "",
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    user: Annotated[str | None, typer.Option()] = None,
    identity_file: Annotated[str | None, typer.Option(help="Private key to offer.")] = None,
    jump: Annotated[str | None, typer.Option(help="[user@]host[:port] to go through.")] = None,
    group: Annotated[str, typer.Option(help="A label to filter by.")] = "",
) -> None:
    """Add a host."""
    fields = {
        "name": name,
        "address": address,
        "port": port,
        "user": user,
        "identity_file": identity_file,
        "jump": jump,
        "group": group,
    }
    try:
        host = msgspec.convert(fields, Host)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"that is no host: {error}") from None
    inventory = Inventory.load(Paths.default().hosts)
    inventory.add(host)
    say(f"{name} is in {inventory.path}")


@app.command()
def remove(name: str) -> None:
    """Remove a host from the inventory; nothing is done to the machine itself."""
    inventory = Inventory.load(Paths.default().hosts)
    inventory.remove(name)
    say(f"{name} is no longer in {inventory.path}")
