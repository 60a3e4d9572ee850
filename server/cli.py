"""The command `creditgraph`: serve, migrate, import, reconcile, documents, token, api-key, demo.

What only one command needs is imported by that command, so that serving starts sooner and takes no memory
for what it never runs.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import click

from domain.role import KINDS, Role
from persistence import embedded, revisions
from server.opening import BAD_USAGE, database, settings, stop

DEVELOPMENT = """\
DEVELOPMENT TOKENS. Whoever can read {file} can sign tokens for any role.
This server listens on this machine only; do not forward it to a network."""


def _import() -> click.Command:
    from server.importing import import_command

    return import_command


def _api_key() -> click.Command:
    from server.key_commands import key_commands

    return key_commands


def _reconcile() -> click.Command:
    from server.reconciling import reconcile_command

    return reconcile_command


def _documents() -> click.Command:
    from server.documents import documents_command

    return documents_command


LATER: Mapping[str, Callable[[], click.Command]] = {
    "import": _import,
    "reconcile": _reconcile,
    "documents": _documents,
    "api-key": _api_key,
}
ORDER = ("serve", "migrate", "import", "reconcile", "documents", "token", "api-key", "demo")


class Commands(click.Group):
    """The commands, those of `LATER` loaded when they are run or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return list(ORDER)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None when there is none of that name."""
        if cmd_name in LATER and cmd_name not in self.commands:
            self.commands[cmd_name] = LATER[cmd_name]()
        return super().get_command(ctx, cmd_name)


PORT = click.IntRange(0, 65535)


@click.group(cls=Commands, context_settings={"show_default": True})
def app() -> None:
    """Credit and collections for a group of companies, as a localized GraphQL backend.

    Keeps its data in the PostgreSQL of DATABASE_URL; without one, in an own server that it starts and stops.
    """


@app.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 when not said.")
@click.option("--port", type=PORT, metavar="PORT", help="Port; 8000 when not said, 0: a free one.")
def serve(host: str | None, port: int | None) -> None:
    """Answer GraphQL at /graphql until Ctrl-C.

    Beside it /graphiql to ask from a browser, /schema.graphql for code generators, /livez (the process lives), /readyz
    (the database answers and is migrated) and /metrics (for Prometheus). Logs are JSON lines on standard error. Tokens
    come from `creditgraph token`.
    """
    # What is made while starting stays: looking for garbage among it costs a fifth of the start.
    gc.disable()
    from server.app import Application
    from server.auth import KEY_FILE
    from server.auth.choosing import authentication
    from server.documents import trusted_documents
    from server.log import configure_logs
    from server.serving import NotLoopback, address_of, listen, require_loopback
    from server.serving import serve as serve_on
    from server.tracing import tracing

    chosen = settings()
    trusted = trusted_documents(chosen)
    host, port = host or chosen.host, chosen.port if port is None else port
    try:
        if chosen.trusts_development:
            require_loopback(host)
        bound = listen(host, port)
    except NotLoopback as error:
        stop(str(error), BAD_USAGE)
    except OSError as error:
        stop(f"Nobody can listen on {host} port {port}: {error.strerror}. Choose another with --port.")
    with bound, database(chosen) as found:
        found.require_migrated()
        folder = embedded.data_folder()
        if chosen.trusts_development:
            click.secho(DEVELOPMENT.format(file=folder / KEY_FILE), err=True, fg="yellow", bold=True)
        configure_logs()
        authenticate = authentication(chosen, folder)
        application = Application(chosen, found.url, authenticate, trusted=trusted, tracing=tracing(os.environ))

        def started() -> None:
            # There is hardly any garbage yet, and looking for it would take a tenth of the start.
            gc.freeze()
            # What planning leaves behind hangs together in circles. Looking through it five times as often costs
            # nothing that can be measured, since all that was made until now is left out, and saves 4 MB.
            gc.set_threshold(700, 10, 2)
            gc.enable()
            click.echo(f"Serving {address_of(bound)}/graphql", err=True)

        serve_on(application, bound, started)


@app.command("migrate")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when something is to be done.")
def migrate_command(check: bool) -> None:
    """Bring the tables of the database up to date, and say what was done.

    Safe to run at any time and by several processes at once: it does what is missing, once.
    """
    from persistence import migrate

    with database(settings()) as found:
        if check:
            wanted = revisions.head()
            click.echo(f"The database is at migration {found.revision or 'none'}; this version needs {wanted}.")
            raise click.exceptions.Exit(1 if found.behind else 0)
        done = migrate.upgrade(found.url)
    if done.before == done.after:
        click.echo(f"Nothing to do: the database is at migration {done.after}.")
    else:
        click.echo(f"Migrated from {done.before or 'an empty database'} to {done.after}.")
    if not done.scoped_role:
        click.echo(
            "The role creditgraph_scoped does not exist and could not be made here; create it for jobs and ad-hoc "
            "sessions under row-level security, then migrate again.",
            err=True,
        )


@app.command()
@click.option("--subject", required=True, help="Who it is: stable, as in a directory (anna, erp-se).")
@click.option(
    "--grant",
    required=True,
    multiple=True,
    help="Company and roles, SE01=CREDIT_MANAGER or SE01=VIEWER,AUDITOR; '*' is every company. Repeat for more. "
    f"Roles: {', '.join(Role)}.",
)
@click.option("--name", help="The name others see; the subject when not said.")
@click.option("--locale", help="The language of the person, as sv-SE.")
@click.option("--kind", default="USER", help=f"What it is: {' or '.join(KINDS)}.")
@click.option("--days", type=click.IntRange(1, 365), default=30, metavar="DAYS", help="How many days it is good for.")
def token(subject: str, grant: Sequence[str], name: str | None, locale: str | None, kind: str, days: int) -> None:
    """Print a token of the development issuer, for the Authorization header after "Bearer ".

    It is good at servers of this checkout or installation only: their key stays in its data folder.
    """
    from locales.negotiate import negotiate
    from locales.sentences import catalogs
    from schema.context import Claims
    from server.auth import DevelopmentIssuer, development_key

    if kind not in KINDS:
        stop(f"--kind is {' or '.join(KINDS)}, not {kind}.", BAD_USAGE)
    if locale is not None and negotiate(locale, catalogs()) is None:
        stop(f"--locale {locale} is none we speak. There are: {', '.join(sorted(catalogs()))}.", BAD_USAGE)
    claims = Claims(subject, name or subject, _grants(grant), kind, locale)
    issuer = DevelopmentIssuer(development_key(embedded.data_folder()))
    click.echo(issuer.issue(claims, timedelta(days=days)))


@app.command()
@click.option("--port", type=PORT, metavar="PORT", help="Port; when not said 8000, or a free one if that is taken.")
@click.option(
    "--once",
    is_flag=True,
    envvar="CREDITGRAPH_DEMO_EXIT",
    show_envvar=True,
    help="Load, print, ask what is printed, and end; for checks.",
)
@click.option("--small", is_flag=True, help="Load a small part of the group only; for checks.")
def demo(port: int | None, once: bool, small: bool) -> None:
    """Serve a small group of companies with customers, limits, orders and holds, and print what to ask it.

    The data are loaded through the API at the first start, into an own server that stays on this machine; DATABASE_URL
    is left alone. Later starts find them again, and whatever was changed since.
    """
    from persistence import migrate
    from server.app import Application
    from server.auth import DevelopmentIssuer, TokenAuthentication, development_key
    from server.demo.facts.scale import FULL, SMALL
    from server.demo.running import Demo
    from server.log import configure_logs

    chosen = settings()
    if chosen.database_url:
        click.echo("DATABASE_URL is left alone: the demo keeps its data in a server of its own.", err=True)
        chosen = replace(chosen, database_url=None, scoped_database_url=None)
    bound = _listen_for_demo(chosen.port, port)
    with bound, database(chosen) as found:
        migrate.upgrade(found.url)
        configure_logs()
        key = development_key(embedded.data_folder())
        application = Application(chosen, found.url, TokenAuthentication(key), tell=lambda _: None)
        shown = Demo(application, DevelopmentIssuer(key), click.echo, once, SMALL if small else FULL)
        shown.run(bound)
    if shown.failure is not None:
        stop(f"The demo does not work: {shown.failure}")


def _listen_for_demo(usual: int, wanted: int | None) -> socket.socket:
    from server.serving import listen

    try:
        return listen("127.0.0.1", usual if wanted is None else wanted)
    except OSError as error:
        if wanted is not None:
            stop(f"Nobody can listen on port {wanted}: {error.strerror}. Choose another with --port.")
        return listen("127.0.0.1", 0)


def _grants(given: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Company codes to roles, from `SE01=VIEWER,AUDITOR`."""
    grants: dict[str, tuple[str, ...]] = {}
    for one in given:
        company, separator, said = one.partition("=")
        roles = tuple(role.strip() for role in said.split(","))
        if not separator or not company.strip():
            stop(f"--grant {one} should be COMPANY=ROLE, as in SE01=VIEWER or '*=VIEWER'.", BAD_USAGE)
        for role in roles:
            if role not in [*Role]:
                stop(f"There is no role {role}. Roles: {', '.join(Role)}.", BAD_USAGE)
        grants[company.strip()] = (*grants.get(company.strip(), ()), *roles)
    return grants


def main() -> None:
    """Run a command. SIGTERM ends it in the same order as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="creditgraph")


if __name__ == "__main__":
    main()
