"""Trusted documents of an installation: read before it serves, and `creditgraph documents check`."""

from __future__ import annotations

from pathlib import Path

import click

from domain.message import N_, Message, Trouble
from schema.app import SCHEMA, graphql_schema
from schema.trusted import Manifest, Mode, TrustedDocuments, WrongManifest, read_manifests
from server.commands import Group
from server.opening import stop
from server.settings import Settings

WRONG = N_("These trusted documents cannot be used:")


def trusted_documents(chosen: Settings) -> TrustedDocuments | None:
    """The trusted documents that the settings name; None where no client has any. A wrong one ends the command."""
    if chosen.manifests is None:
        return None
    manifests = _read(chosen.manifests)
    found = TrustedDocuments(Mode(chosen.trusted_documents or Mode.ALLOW), manifests)
    return found if found.used else None


@click.group(
    "documents",
    cls=Group,
    order=("check",),
    about=(
        N_("Trusted documents: what clients may ask by id."),
        N_(
            "A server reads the manifests in the folder CREDITGRAPH_MANIFESTS when it starts; see "
            "docs/trusted-documents.md."
        ),
    ),
)
def documents_command() -> None:
    """What is done with trusted documents."""


@documents_command.command(
    about=(N_("Tell whether every document of the manifests in FOLDER is valid, without a database; exit 1 when not."),)
)
@click.argument("folder", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """List the clients, or every mistake."""
    for client, manifest in _read(folder).items():
        mode = "" if manifest.mode is None else f", {manifest.mode}"
        click.echo(f"{client}: {len(manifest.documents)}{mode}")


def _read(folder: Path) -> dict[str, Manifest]:
    try:
        return dict(read_manifests(folder, graphql_schema(SCHEMA)))
    except WrongManifest as error:
        stop(Trouble(Message(WRONG), *error.messages))
