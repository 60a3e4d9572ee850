"""Takes the picture of GraphiQL that answers in Swedish, of a server that runs, as somebody with a token.

./run demo, and then: .venv/bin/python -m tests.server.picture http://127.0.0.1:8000 "$MANAGER"
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.server.browsing import browsing

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "graphiql-sv.png"


async def take(address: str, token: str, file: Path = PICTURE) -> None:
    """Ask what GraphiQL asks at first, and write the picture."""
    async with browsing(address) as opened:
        await opened.sign_in(token)
        await opened.run()
        await opened.page.screenshot(path=file)


if __name__ == "__main__":
    asyncio.run(take(*sys.argv[1:3]))
