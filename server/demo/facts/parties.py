"""The legal persons of the demo group beside those of the README's story: families in several countries, and others."""

from __future__ import annotations

from dataclasses import dataclass

from server.demo.facts.companies import COMPANIES
from server.demo.facts.scale import Scale, shared_out
from server.demo.facts.story import GROUPS, PARTIES
from server.demo.facts.words import FIRST_COMPANIES, company_name, daughter_name, family_word, trader_name

FEWEST = FIRST_COMPANIES
"""Parties of each country that are there at any scale: every part of the stories is somebody's."""


@dataclass(frozen=True)
class Party:
    """A legal person. `family`: those of one number share a credit group. `place`: which of its country it is."""

    number: str
    name: str
    country: str
    place: int
    family: int | None = None


def parties(scale: Scale) -> list[Party]:
    """The generated ones: the first of every country, two of each family, and those who make up the number."""
    made: list[Party] = []

    def add(name: str, country: str, place: int, family: int | None = None) -> None:
        made.append(Party(f"P{len(PARTIES) + len(made) + 1:03d}", name, country, place, family))

    countries = [company.country for company in COMPANIES]
    for country in countries:
        for place in range(FEWEST):
            add(company_name(country, place), country, place)
    for family in range(scale.credit_groups - len(GROUPS)):
        home = countries[family % len(countries)]
        abroad = countries[(family + 1 + family // len(countries)) % len(countries)]
        word = family_word(home, family // len(countries))
        add(daughter_name(word, home, family), home, family, family)
        add(daughter_name(word, abroad, family + 1), abroad, family, family)
    counts = shared_out(scale.parties - len(PARTIES) - len(made), [company.share for company in COMPANIES])
    for country, count in zip(countries, counts, strict=True):
        for place in range(count):
            add(trader_name(country, place), country, FEWEST + place)
    return made
