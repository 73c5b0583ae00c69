"""`deskconsole hosts`: the inventory, listed and changed.

What a field may hold, and the sentence where it holds something else, are in
`deskconsole.inventory.host`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskconsole.common.counted import counted
from deskconsole.common.errors import ConfigurationError

from .options import Json
from .running import consoles_running
from .terminal import print_json, print_table, say, say_failure

if TYPE_CHECKING:
    from deskconsole.inventory.host import Host
    from deskconsole.inventory.inventory import Inventory

app = typer.Typer(
    help="List, add, edit and remove the hosts that the console knows.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


def _option(meaning: str, metavar: str = "TEXT") -> Any:
    return typer.Option(help=meaning, metavar=metavar, show_default=False)


Name = Annotated[str, typer.Argument(help="A name for the host.", show_default=False)]
Address = Annotated[str | None, _option("Host name, IP or SSH alias, or user@host:port.")]
Port = Annotated[int | None, _option("SSH port.", "NUMBER")]
User = Annotated[str | None, _option("SSH user.")]
IdentityFile = Annotated[str | None, _option("Private key to offer.", "FILE")]
Jump = Annotated[str | None, _option("[user@]host[:port] to go through, several with commas.")]
WantedDisplay = Annotated[int | None, _option("0: the whole desktop; 1, 2, ...: one display.", "NUMBER")]
XDisplay = Annotated[str | None, _option("DISPLAY on the host, such as :0; default: found.")]
XAuthority = Annotated[str | None, _option("XAUTHORITY on the host; default: found.", "FILE")]
Python = Annotated[str | None, _option("Python on the host; default: found.", "FILE")]
Folder = Annotated[
    str | None, _option("Folder for the agent's files on the host; default: in the home folder.", "FOLDER")
]
RunLevel = Annotated[
    str | None, _option("Rights of the agent on Windows: least or highest (elevated windows too).", "LEVEL")
]
Control = Annotated[
    str | None,
    _option("ask: the person at the host is asked before you act there; never: look only.", "WORD"),
]
Consent = Annotated[
    str | None,
    _option("Ask the person at the host before you see the screen: others (default), always, never.", "WORD"),
]
Keyboard = Annotated[
    str | None, _option("position: send keys by their place alone, for virtual machines.", "WORD")
]
Group = Annotated[str | None, _option("A label to filter by.")]
Autoconnect = Annotated[
    bool | None,
    typer.Option(
        "--autoconnect/--no-autoconnect", help="Connect when the console starts.", show_default=False
    ),
]
Mac = Annotated[str | None, _option("MAC address to wake the host by; default: as it told.", "ADDRESS")]
WakeAddress = Annotated[
    str | None, _option("Where the waking packet goes, such as 10.0.3.255; default: all networks.", "ADDRESS")
]


@app.callback()
def hosts(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """List the hosts; with a command: change them."""
    if context.invoked_subcommand is not None:
        return
    inventory = _inventory()
    if json:
        print_json(inventory.hosts)
    elif inventory.hosts:
        rows = [(h.name, h.target, str(h.port or ""), h.user or "", h.group) for h in inventory.hosts]
        print_table(("name", "address", "port", "user", "group"), rows)
    else:
        say(f"No hosts yet in {inventory.path}: add one with `deskconsole hosts add NAME`.")
        if any(console.demo for console in consoles_running()):
            say("A demo runs: `deskconsole status` lists its hosts.")


@app.command()
def add(
    name: Name,
    *,
    address: Address = None,
    port: Port = None,
    user: User = None,
    identity_file: IdentityFile = None,
    jump: Jump = None,
    display: WantedDisplay = None,
    x_display: XDisplay = None,
    x_authority: XAuthority = None,
    python: Python = None,
    folder: Folder = None,
    run_level: RunLevel = None,
    control: Control = None,
    consent: Consent = None,
    keyboard: Keyboard = None,
    group: Group = None,
    autoconnect: Autoconnect = None,
    mac: Mac = None,
    wake_address: WakeAddress = None,
    json: Json = False,
) -> None:
    """Add a host. Without --address the name is the address; what else is missing comes from the SSH
    configuration. A user and a port in the address, user@host:port or ssh://user@host:port, are put into
    their own fields.

    \b
    Examples:
      deskconsole hosts add lab-01.example.org
      deskconsole hosts add alice@10.0.3.7:2222
      deskconsole hosts add lab-01 --address 10.0.3.1 --user alice --group lab
    """
    from deskconsole.inventory.host import host_from, with_plain_name

    given = _given(
        address=address, port=port, user=user, identity_file=identity_file, jump=jump, display=display,
        x_display=x_display, x_authority=x_authority, python=python, folder=folder, run_level=run_level,
        control=control, consent=consent, keyboard=keyboard, group=group, autoconnect=autoconnect,
        mac=mac, wake_address=wake_address,
    )  # fmt: skip
    host = host_from(with_plain_name({"name": name, **given}))
    inventory = _inventory()
    inventory.add(host)
    _tell(host, f"{host.name} is in {inventory.path}", json=json)


@app.command()
def edit(
    name: Name,
    *,
    rename: Annotated[str | None, _option("Another name.", "NAME")] = None,
    address: Address = None,
    port: Port = None,
    user: User = None,
    identity_file: IdentityFile = None,
    jump: Jump = None,
    display: WantedDisplay = None,
    x_display: XDisplay = None,
    x_authority: XAuthority = None,
    python: Python = None,
    folder: Folder = None,
    run_level: RunLevel = None,
    control: Control = None,
    consent: Consent = None,
    keyboard: Keyboard = None,
    group: Group = None,
    autoconnect: Autoconnect = None,
    mac: Mac = None,
    wake_address: WakeAddress = None,
    json: Json = False,
) -> None:
    """Change fields of a host; the others stay. An empty text ('') or port 0 takes a field away.

    \b
    Examples:
      deskconsole hosts edit lab-01 --port 2222
      deskconsole hosts edit lab-01 --jump '' --rename lab-one
    """
    import msgspec

    from deskconsole.inventory.host import host_from, split_address, with_plain_name

    given = _given(
        name=rename, address=address, port=port, user=user, identity_file=identity_file, jump=jump,
        display=display, x_display=x_display, x_authority=x_authority, python=python, folder=folder,
        run_level=run_level, control=control, consent=consent, keyboard=keyboard, group=group,
        autoconnect=autoconnect, mac=mac, wake_address=wake_address,
    )  # fmt: skip
    if not given:
        raise ConfigurationError(
            f"nothing was given to change of {name}",
            remedy="`deskconsole hosts edit --help` lists what can be.",
        )
    inventory = _inventory()
    wanted = {field: value for field, value in given.items() if value not in ("", 0)}
    if address:  # a user and a port in it replace those that the host had
        wanted = split_address(wanted)
    kept = {
        field: value
        for field, value in msgspec.to_builtins(inventory.get(name)).items()
        if field not in given
    }
    host = host_from(with_plain_name(kept | wanted))
    inventory.replace(name, host)
    _tell(host, f"{host.name} is changed in {inventory.path}", json=json)


@app.command()
def remove(name: Name, *, json: Json = False) -> None:
    """Remove a host from the list.

    Nothing is done to the machine itself: `undeploy` does that.
    """
    inventory = _inventory()
    host = inventory.get(name)
    inventory.remove(name)
    _tell(host, f"{name} is no longer in {inventory.path}", json=json)


@app.command("import")
def import_hosts(
    aliases: Annotated[
        list[str] | None, typer.Argument(metavar="ALIAS...", help="Aliases to add.", show_default=False)
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All aliases that are not listed yet.")] = False,
    group: Annotated[str, _option("A group for the new hosts.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """Add hosts that your SSH configuration names. What each stands for is still read from there.

    \b
    Examples:
      deskconsole hosts import lab-01 lab-02
      deskconsole hosts import --all --group lab
    """
    import difflib

    from deskconsole.ssh.aliases import host_of, read_aliases
    from deskconsole.ssh.expansion import home

    if bool(aliases) == everything:
        raise ConfigurationError(
            "give aliases, or --all", remedy="`deskconsole hosts import --help` has examples."
        )
    inventory = _inventory()
    config = home() / ".ssh" / "config"
    known = read_aliases(config)
    for alias in aliases or ():
        if alias not in known:
            near = difflib.get_close_matches(alias, known, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else "Names after `Host` without * and ? count."
            raise ConfigurationError(f"{config} names no host {alias!r}", remedy=remedy)
    listed = {name for host in inventory.hosts for name in (host.name, host.target)}
    added = []
    for alias in aliases or [alias for alias in known if alias not in listed]:
        try:
            host = host_of(alias, group)
        except ConfigurationError as error:
            if aliases:
                raise
            say_failure(alias, error)  # one odd name keeps no other away
            continue
        inventory.add(host)
        added.append(host)
    if json:
        print_json(added)
    elif added:
        names = ", ".join(host.name for host in added)
        say(f"{counted(len(added), 'host')} added to {inventory.path}: {names}")
    else:
        say(f"{config} names no hosts that are not here already")


@app.command("forget-key")
def forget_key(
    names: Annotated[list[str], typer.Argument(help="Hosts whose key has changed.", metavar="NAME...")],
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """Forget the trusted keys of hosts.

    It is for hosts that were installed again. Compare the new fingerprint with the host's own first. The next
    connection asks whether to trust the new key. Keys in your own known_hosts are left alone; the command
    that removes them is printed.

    \b
    Examples:
      deskconsole hosts forget-key lab-01
      deskconsole hosts forget-key lab-01 lab-02 lab-03
    """
    from deskconsole.common.paths import Paths
    from deskconsole.ssh.forget_keys import forget_keys

    from .targets import find_host

    paths = Paths.default()
    found = [forget_keys(find_host(name, paths, connecting=False), paths.known_hosts) for name in names]
    if json:
        from deskconsole.app.results import ForgetKeyResult

        print_json([ForgetKeyResult.of(keys) for keys in found])
        return
    for keys in found:
        for key in keys.forgotten:
            say(f"{keys.host}: forgot {key.fingerprint} ({key.algorithm})")
        for key in keys.left:
            say(f"{keys.host}: {key.fingerprint} is still trusted by line {key.line} of {key.path}")
        if keys.left:
            say(f"  To remove it too: {keys.command}")
        if not keys.forgotten and not keys.left:
            say(f"{keys.host}: no key is trusted for {keys.name}")


def _inventory() -> Inventory:
    from deskconsole.common.paths import Paths
    from deskconsole.inventory.inventory import Inventory

    return Inventory.load(Paths.default().hosts)


def _given(**fields: object) -> dict[str, object]:
    return {field: value for field, value in fields.items() if value is not None}


def _tell(host: Host, sentence: str, *, json: bool) -> None:
    if json:
        print_json(host)
    else:
        say(sentence)
