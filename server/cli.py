"""The command `creditgraph`: serve, migrate, import, token, reconcile, demo."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer

from domain.role import Role
from locales.negotiate import negotiate
from locales.sentences import catalogs
from persistence import embedded, migrate
from schema.context import Claims
from server.app import Application
from server.auth import KEY_FILE, KINDS, DevelopmentIssuer, TokenAuthentication, development_key
from server.demo.running import Demo
from server.importing import HELP, import_command
from server.log import configure_logs
from server.opening import BAD_USAGE, database, settings, stop
from server.reconciling import reconcile_command
from server.serving import NotLoopback, address_of, listen, require_loopback
from server.serving import serve as serve_on

DEVELOPMENT = """\
DEVELOPMENT TOKENS. Whoever can read {file} can sign tokens for any role.
This server listens on this machine only; do not forward it to a network."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Credit and collections for a group of companies, as a localized GraphQL backend. "
    "Keeps its data in the PostgreSQL of DATABASE_URL; without one, in an own server that it starts and stops.",
)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 when not said.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 8000 when not said, 0: a free one.")] = None,
) -> None:
    """Answer GraphQL at /graphql until Ctrl-C.

    Beside it /schema.graphql for code generators, /livez (the process lives) and /readyz (the database answers and is
    migrated). Logs are JSON lines on standard error. Tokens come from `creditgraph token`.
    """
    chosen = settings()
    host, port = host or chosen.host, chosen.port if port is None else port
    try:
        require_loopback(host)
        bound = listen(host, port)
    except NotLoopback as error:
        stop(str(error), BAD_USAGE)
    except OSError as error:
        stop(f"Nobody can listen on {host} port {port}: {error.strerror}. Choose another with --port.")
    with bound, database(chosen) as found:
        found.require_migrated()
        folder = embedded.data_folder()
        typer.secho(DEVELOPMENT.format(file=folder / KEY_FILE), err=True, fg="yellow", bold=True)
        configure_logs()
        application = Application(chosen, found.url, TokenAuthentication(development_key(folder)))
        serve_on(application, bound, lambda: typer.echo(f"Serving {address_of(bound)}/graphql", err=True))


@app.command("migrate")
def migrate_command(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when something is to be done.")
    ] = False,
) -> None:
    """Bring the tables of the database up to date, and say what was done.

    Safe to run at any time and by several processes at once: it does what is missing, once.
    """
    with database(settings()) as found:
        if check:
            typer.echo(f"The database is at migration {found.revision or 'none'}; this version needs {migrate.head()}.")
            raise typer.Exit(1 if found.behind else 0)
        done = migrate.upgrade(found.url)
    if done.before == done.after:
        typer.echo(f"Nothing to do: the database is at migration {done.after}.")
    else:
        typer.echo(f"Migrated from {done.before or 'an empty database'} to {done.after}.")
    if not done.scoped_role:
        typer.echo(
            "The role creditgraph_scoped does not exist and could not be made here; create it for jobs and ad-hoc "
            "sessions under row-level security, then migrate again.",
            err=True,
        )


app.command("import", help=HELP)(import_command)
app.command("reconcile")(reconcile_command)


@app.command()
def token(
    subject: Annotated[str, typer.Option(help="Who it is: stable, as in a directory (anna, erp-se).")],
    grant: Annotated[
        list[str],
        typer.Option(
            help="Company and roles, SE01=CREDIT_MANAGER or SE01=VIEWER,AUDITOR; '*' is every company. Repeat for "
            f"more. Roles: {', '.join(Role)}.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="The name others see; the subject when not said.")] = None,
    locale: Annotated[str | None, typer.Option(help="The language of the person, as sv-SE.")] = None,
    kind: Annotated[str, typer.Option(help=f"What it is: {' or '.join(KINDS)}.")] = "USER",
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days it is good for.")] = 30,
) -> None:
    """Print a token of the development issuer, for the Authorization header after "Bearer ".

    It is good at servers of this checkout or installation only: their key stays in its data folder.
    """
    if kind not in KINDS:
        stop(f"--kind is {' or '.join(KINDS)}, not {kind}.", BAD_USAGE)
    if locale is not None and negotiate(locale, catalogs()) is None:
        stop(f"--locale {locale} is none we speak. There are: {', '.join(sorted(catalogs()))}.", BAD_USAGE)
    claims = Claims(subject, name or subject, _grants(grant), kind, locale)
    issuer = DevelopmentIssuer(development_key(embedded.data_folder()))
    typer.echo(issuer.issue(claims, timedelta(days=days)))


@app.command()
def demo(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; when not said 8000, or a free one if that is taken.")
    ] = None,
    once: Annotated[
        bool,
        typer.Option(
            "--once", envvar="CREDITGRAPH_DEMO_EXIT", help="Load, print, ask what is printed, and end; for checks."
        ),
    ] = False,
) -> None:
    """Serve a small group of companies with customers, limits, orders and holds, and print what to ask it.

    The data are loaded through the API at the first start, into an own server that stays on this machine; DATABASE_URL
    is left alone. Later starts find them again, and whatever was changed since.
    """
    chosen = settings()
    if chosen.database_url:
        typer.echo("DATABASE_URL is left alone: the demo keeps its data in a server of its own.", err=True)
        chosen = chosen.model_copy(update={"database_url": None, "scoped_database_url": None})
    bound = _listen_for_demo(chosen.port, port)
    with bound, database(chosen) as found:
        migrate.upgrade(found.url)
        configure_logs(logging.WARNING)
        key = development_key(embedded.data_folder())
        application = Application(chosen, found.url, TokenAuthentication(key), tell=lambda _: None)
        shown = Demo(application, DevelopmentIssuer(key), typer.echo, once)
        shown.run(bound)
    if shown.failure is not None:
        stop(f"The demo does not work: {shown.failure}")


def _listen_for_demo(usual: int, wanted: int | None) -> socket.socket:
    try:
        return listen("127.0.0.1", usual if wanted is None else wanted)
    except OSError as error:
        if wanted is not None:
            stop(f"Nobody can listen on port {wanted}: {error.strerror}. Choose another with --port.")
        return listen("127.0.0.1", 0)


def _grants(given: list[str]) -> Mapping[str, tuple[str, ...]]:
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
