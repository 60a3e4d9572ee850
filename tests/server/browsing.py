"""GraphiQL in a real browser: Debian's Chromium, driven by playwright, which downloads none of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import ConsoleMessage, Page, Request, Response, async_playwright

CHROMIUM = shutil.which("chromium")
NO_CHROMIUM = "no chromium is installed here (on Debian: apt-get install -y chromium)"


@dataclass
class Browsing:
    """A page, what it asked for, and what the browser complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def sign_in(self, token: str) -> None:
        """Put in a token, and wait until GraphiQL has the schema."""
        async with self.page.expect_response(_answers) as answered:
            await self.page.fill("#token", token)
        await (await answered.value).finished()

    async def run(self) -> str:
        """Run what is in the editor, and wait for the answer."""
        await self.page.locator(".graphiql-query-editor").get_by_text("OnHold").wait_for()
        async with self.page.expect_response(_answers) as answered:
            await self.page.get_by_label("Execute query").click()
        said = await (await answered.value).text()
        assert '"data"' in said, said
        window = self.page.locator(".result-window .CodeMirror-code")
        await window.get_by_text('"data"').first.wait_for()
        return await window.inner_text()


def _answers(response: Response) -> bool:
    return response.url.endswith("/graphql")


@asynccontextmanager
async def browsing(address: str, width: int = 1280, height: int = 760) -> AsyncIterator[Browsing]:
    """GraphiQL of a server, opened in Swedish."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": height})
        opened = Browsing(page)

        def asked(request: Request) -> None:
            opened.requests.append(request.url)

        def said(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                opened.complaints.append(message.text)

        page.on("request", asked)
        page.on("console", said)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        await page.goto(f"{address}/graphiql?language=sv-SE")
        yield opened
        await browser.close()
