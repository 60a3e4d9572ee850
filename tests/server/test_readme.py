"""The README is true: its first screen holds what a newcomer needs, every place and command it names is there. What it
asks is asked in tests/docs/.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FIRST_SCREEN = 60


def test_the_first_screen_has_the_two_commands_the_answer_and_the_mutation() -> None:
    screen = "\n".join(README.splitlines()[:FIRST_SCREEN])
    for part in ("./run demo", "./run test", "checkCredit", "spärras", "submitSalesOrder"):
        assert part in screen


def test_every_file_and_folder_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:domain|persistence|schema|locales|server|tests|docs)/[^`<*]*)`", README))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_command_it_names_is_one_of_the_door() -> None:
    said = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True).stdout
    commands = set(re.findall(r"\./run ([a-z]+)", README))
    assert commands - set(re.findall(r"^  \./run ([a-z]+)", said, re.MULTILINE)) == set()
