"""`creditgraph demo` from start to end: database, migrations, server, data, and what to paste."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from domain.message import N_
from server.app import Application
from server.auth import DevelopmentIssuer
from server.demo.client import Client
from server.demo.group import TIME_ZONE
from server.demo.loading import begun, load, loaded, refresh
from server.demo.showing import check, printed, tokens
from server.serving import Server, address_of
from server.spoken import told

Say = Callable[[str], None]


@dataclass
class Demo:
    """A server that loads the demo group through its own API once it answers.

    `once`: end after asking the questions that are printed. `failure`: what went wrong, when something did.
    """

    application: Application
    issuer: DevelopmentIssuer
    say: Say
    once: bool = False
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
            clients = {name: Client(address, token) for name, token in found.items()}
            today = self.application.clock().astimezone(ZoneInfo(TIME_ZONE)).date()
            if loaded(clients["ADMIN"]):
                self.say(f"# {told(N_('The demo group is there already.'))}")
            else:
                self.say(f"# {told(N_('Loading the demo group through the API ...'))}")
                load(clients, begun(clients["ADMIN"]) or today)
            refresh(clients, today)
            explanation = check(address, found)
            self.say(printed(address, found))
            if self.once:
                self.say(f"\n# {told(N_('It answers: {explanation}'), explanation=explanation)}")
            else:
                self.say(f"\n# {told(N_('Ctrl-C ends the demo; the data stay.'))}")
        except Exception as error:
            # Said by the command, which also decides on the exit status; here it would die with the thread.
            if not server.should_exit:
                self.failure = error
        if self.failure is not None or self.once:
            server.should_exit = True
