"""`creditgraph demo` from start to end: database, migrations, server, data, and what to paste."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.message import N_, Percent, Value
from server.app import Application
from server.auth import DevelopmentIssuer
from server.demo.client import Client
from server.demo.facts.companies import TIME_ZONE
from server.demo.facts.scale import FULL, Scale
from server.demo.loading import begun, load, refresh
from server.demo.showing import check, printed, tokens
from server.serving import Server, address_of
from server.spoken import told

Say = Callable[[str], None]

LOADING = N_("Loading the demo group through the API: about a minute, once. Ctrl-C stops it; the next start goes on.")
PROGRESS = N_("{percent} loaded")
THERE = N_("The demo group is there already, as it was loaded on {day}; its days stay as they are.")
ANSWERS = N_("It answers: {explanation}")
ENDS = N_("Ctrl-C ends the demo; the data stay.")


@dataclass
class Demo:
    """A server that loads the demo group through its own API once it answers.

    `once`: end after asking the questions that are printed. `scale`: how much is loaded, when nothing is there yet.
    `failure`: what went wrong, when something did.
    """

    application: Application
    issuer: DevelopmentIssuer
    say: Say
    once: bool = False
    scale: Scale = FULL
    failure: Exception | None = field(default=None, init=False)

    def run(self, bound: socket.socket) -> None:
        """Serve on a socket until a signal, or until the questions are answered."""
        showing = threading.Thread(target=lambda: self._show(address_of(bound), server))
        server = Server(self.application, showing.start)
        server.run([bound])
        if showing.ident is not None:
            showing.join()

    def _show(self, address: str, server: Server) -> None:
        """Load, print, check; in a thread of its own, as any other client would."""
        try:
            found = tokens(self.issuer)
            self._load({name: Client(address, token) for name, token in found.items()})
            explanation = check(address, found)
            self.say(printed(address, found))
            self.say("")
            self._tell(ANSWERS, explanation=explanation) if self.once else self._tell(ENDS)
        except Exception as error:
            # Said by the command, which also decides on the exit status; here it would die with the thread.
            if not server.should_exit:
                self.failure = error
        if self.failure is not None or self.once:
            server.should_exit = True

    def _load(self, clients: Mapping[str, Client]) -> None:
        """What is not there yet, and today's rates."""
        today = self.application.clock().astimezone(ZoneInfo(TIME_ZONE)).date()
        there = begun(clients["ADMIN"])
        if there is not None and there.whole:
            self._tell(THERE, day=there.today)
        else:
            self._tell(LOADING)
            load(clients, today, self.scale, lambda percent: self._tell(PROGRESS, percent=Percent(Decimal(percent))))
        refresh(clients, today)

    def _tell(self, sentence: str, **values: Value | Percent) -> None:
        """Say a sentence as a comment for a shell."""
        self.say(f"# {told(sentence, **values)}")
