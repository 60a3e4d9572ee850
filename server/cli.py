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

from domain.message import N_, Message, Trouble
from domain.role import KINDS, Role
from persistence import embedded, revisions
from server.commands import Group, Option
from server.opening import BAD_USAGE, database, settings, stop
from server.spoken import told

DEVELOPMENT = (
    N_("DEVELOPMENT TOKENS. Whoever can read {file} can sign tokens for any role."),
    N_("This server listens on this machine only; do not forward it to a network."),
)
NOT_LISTENING = N_("Nobody can listen on {host} port {port}: {reason}. Choose another with --port.")
SERVING = N_("Serving {address}")


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


PORT = click.IntRange(0, 65535)


@click.group(
    cls=Group,
    order=ORDER,
    later=LATER,
    context_settings={"show_default": True},
    about=(
        N_("Credit and collections for a group of companies, as a localized GraphQL backend."),
        N_("Keeps its data in the PostgreSQL of DATABASE_URL; without one, in an own server that it starts and stops."),
    ),
)
def app() -> None:
    """All commands."""


@app.command(
    about=(
        N_("Answer GraphQL at /graphql until Ctrl-C."),
        N_(
            "Beside it /graphiql to ask from a browser, /schema.graphql for code generators, /livez (the process "
            "lives), /readyz (the database answers and is migrated) and /metrics (for Prometheus). Logs are JSON lines "
            "on standard error. Tokens come from `creditgraph token`."
        ),
    )
)
@click.option("--host", cls=Option, metavar="HOST", about=N_("Address to listen on; 127.0.0.1 when not said."))
@click.option("--port", cls=Option, type=PORT, metavar="PORT", about=N_("Port; 8000 when not said, 0: a free one."))
def serve(host: str | None, port: int | None) -> None:
    """Answer requests until told to end."""
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
        stop(error, BAD_USAGE)
    except OSError as error:
        stop(_not_listening(host, port, error))
    with bound, database(chosen) as found:
        found.require_migrated()
        folder = embedded.data_folder()
        if chosen.trusts_development:
            warning = "\n".join(told(line, file=str(folder / KEY_FILE)) for line in DEVELOPMENT)
            click.secho(warning, err=True, fg="yellow", bold=True)
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
            click.echo(told(SERVING, address=f"{address_of(bound)}/graphql"), err=True)

        serve_on(application, bound, started)


@app.command(
    "migrate",
    about=(
        N_("Bring the tables of the database up to date, and say what was done."),
        N_("Safe to run at any time and by several processes at once: it does what is missing, once."),
    ),
)
@click.option("--check", cls=Option, is_flag=True, about=N_("Change nothing; exit 1 when something is to be done."))
def migrate_command(check: bool) -> None:
    """Bring the database to the newest revision."""
    from persistence import migrate

    with database(settings()) as found:
        if check:
            wanted = revisions.head()
            click.echo(_where(found.revision, wanted))
            raise click.exceptions.Exit(1 if found.behind else 0)
        done = migrate.upgrade(found.url)
    if done.before == done.after:
        click.echo(told(N_("Nothing to do: the database is at migration {migration}."), migration=done.after or ""))
    elif done.before is None:
        click.echo(told(N_("Migrated from an empty database to {migration}."), migration=done.after or ""))
    else:
        click.echo(told(N_("Migrated from {before} to {migration}."), before=done.before, migration=done.after or ""))
    if not done.scoped_role:
        click.echo(
            told(
                N_(
                    "The role creditgraph_scoped does not exist and could not be made here; create it for jobs and "
                    "ad-hoc sessions under row-level security, then migrate again."
                )
            ),
            err=True,
        )


def _where(revision: str | None, wanted: str) -> str:
    if revision is None:
        return told(N_("The database is empty; this version needs migration {wanted}."), wanted=wanted)
    text = N_("The database is at migration {migration}; this version needs {wanted}.")
    return told(text, migration=revision, wanted=wanted)


@app.command(
    about=(
        N_('Print a token of the development issuer, for the Authorization header after "Bearer ".'),
        N_("It is good at servers of this checkout or installation only: their key stays in its data folder."),
    )
)
@click.option(
    "--subject",
    cls=Option,
    metavar="SUBJECT",
    required=True,
    about=N_("Who it is: stable, as in a directory (anna, erp-se)."),
)
@click.option(
    "--grant",
    cls=Option,
    required=True,
    multiple=True,
    metavar="COMPANY=ROLE",
    about=Message(
        N_(
            "Company and roles, SE01=CREDIT_MANAGER or SE01=VIEWER,AUDITOR; '*' is every company. Repeat for more. "
            "Roles: {roles}."
        ),
        {"roles": ", ".join(Role)},
    ),
)
@click.option("--name", cls=Option, metavar="NAME", about=N_("The name others see; the subject when not said."))
@click.option("--locale", cls=Option, metavar="LOCALE", about=N_("The language of the person, as sv-SE."))
@click.option(
    "--kind",
    cls=Option,
    metavar="KIND",
    default="USER",
    about=Message(N_("What it is: {kinds}."), {"kinds": ", ".join(KINDS)}),
)
@click.option(
    "--days",
    cls=Option,
    type=click.IntRange(1, 365),
    default=30,
    metavar="DAYS",
    about=N_("How many days it is good for."),
)
def token(subject: str, grant: Sequence[str], name: str | None, locale: str | None, kind: str, days: int) -> None:
    """Sign a token and print it."""
    from locales.negotiate import negotiate
    from locales.sentences import catalogs
    from schema.context import Claims
    from server.auth import DevelopmentIssuer, development_key

    if kind not in KINDS:
        stop(Message(N_("--kind is one of {kinds}, not {kind}."), {"kinds": ", ".join(KINDS), "kind": kind}), BAD_USAGE)
    if locale is not None and negotiate(locale, catalogs()) is None:
        text = N_("--locale {locale} is none we speak. There are: {languages}.")
        stop(Message(text, {"locale": locale, "languages": ", ".join(sorted(catalogs()))}), BAD_USAGE)
    claims = Claims(subject, name or subject, _grants(grant), kind, locale)
    issuer = DevelopmentIssuer(development_key(embedded.data_folder()))
    click.echo(issuer.issue(claims, timedelta(days=days)))


@app.command(
    about=(
        N_("Serve an invented group of companies with customers, limits, orders and holds, and print what to ask it."),
        N_(
            "The data are loaded through the API at the first start, into an own server that stays on this machine; "
            "DATABASE_URL is left alone. Later starts find them again, and whatever was changed since."
        ),
    )
)
@click.option(
    "--port",
    cls=Option,
    type=PORT,
    metavar="PORT",
    about=N_("Port; when not said 8000, or a free one if that is taken."),
)
@click.option(
    "--once",
    cls=Option,
    is_flag=True,
    envvar="CREDITGRAPH_DEMO_EXIT",
    show_envvar=True,
    about=N_("Load, print, ask what is printed, and end; for checks."),
)
@click.option("--small", cls=Option, is_flag=True, about=N_("Load a small part of the group only; for checks."))
def demo(port: int | None, once: bool, small: bool) -> None:
    """Load the demo group into a server of its own, and serve it."""
    from persistence import migrate
    from server.app import Application
    from server.auth import DevelopmentIssuer, TokenAuthentication, development_key
    from server.demo.facts.scale import FULL, SMALL
    from server.demo.running import Demo
    from server.log import configure_logs

    chosen = settings()
    if chosen.database_url:
        left_alone = N_("DATABASE_URL is left alone: the demo keeps its data in a server of its own.")
        click.echo(told(left_alone), err=True)
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
        stop(Message(N_("The demo does not work: {reason}"), {"reason": _reason(shown.failure)}))


def _listen_for_demo(usual: int, wanted: int | None) -> socket.socket:
    from server.serving import listen

    try:
        return listen("127.0.0.1", usual if wanted is None else wanted)
    except OSError as error:
        if wanted is not None:
            stop(_not_listening("127.0.0.1", wanted, error))
        return listen("127.0.0.1", 0)


def _not_listening(host: str, port: int, error: OSError) -> Message:
    return Message(NOT_LISTENING, {"host": host, "port": str(port), "reason": error.strerror or str(error)})


def _reason(failure: Exception) -> str:
    return " ".join(map(told, failure.messages)) if isinstance(failure, Trouble) else str(failure)


def _grants(given: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Company codes to roles, from `SE01=VIEWER,AUDITOR`."""
    grants: dict[str, tuple[str, ...]] = {}
    for one in given:
        company, separator, said = one.partition("=")
        roles = tuple(role.strip() for role in said.split(","))
        if not separator or not company.strip():
            text = N_("--grant {given} should be COMPANY=ROLE, as in SE01=VIEWER or '*=VIEWER'.")
            stop(Message(text, {"given": one}), BAD_USAGE)
        for role in roles:
            if role not in [*Role]:
                text = N_("There is no role {role}. Roles: {roles}.")
                stop(Message(text, {"role": role, "roles": ", ".join(Role)}), BAD_USAGE)
        grants[company.strip()] = (*grants.get(company.strip(), ()), *roles)
    return grants


def main() -> None:
    """Run a command. SIGTERM ends it in the same order as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="creditgraph")


if __name__ == "__main__":
    main()
