"""Makes `cldr.json`, what Babel leaves out of CLDR, from an unpacked CLDR-JSON release."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from babel.core import Locale

from locales.cldr import EXCERPT, babel_moment, babel_pattern, babel_sign, known, parents, tag_of

_KINDS = {"currency": "currencyFormats", "accounting": "currencyFormats"} | {
    "decimal": "decimalFormats",
    "percent": "percentFormats",
}

_SIGNS = ("decimal", "group", "minusSign", "percentSign", "currencyDecimal", "currencyGroup")


def main(arguments: list[str] | None = None) -> int:
    """Read two package folders of one CLDR release and write the excerpt."""
    parser = argparse.ArgumentParser(prog="python -m locales.cldr_excerpt", description=__doc__)
    parser.add_argument("numbers", type=Path, help="folder of cldr-numbers-full (holds main/)")
    parser.add_argument("dates", type=Path, help="folder of cldr-dates-full (holds main/)")
    parser.add_argument("core", type=Path, help="folder of cldr-core (holds supplemental/)")
    chosen = parser.parse_args(arguments)
    made = excerpt(chosen.numbers, chosen.dates, chosen.core)
    EXCERPT.write_text(json.dumps(made, indent=1, sort_keys=True, ensure_ascii=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{EXCERPT.name}: CLDR {made['cldr']}\n")
    return 0


def excerpt(numbers: Path, dates: Path, core: Path) -> dict[str, Any]:
    """What Babel lacks or has otherwise, for the locales that both have."""
    locales = {path.parent.name: _read(path)["main"][path.parent.name]["numbers"] for path in _files(numbers)}
    covered = {tag: data for tag, data in locales.items() if tag_of(known(tag)) == tag}
    systems = {data["defaultNumberingSystem"] for data in covered.values()} - {"latn"}
    known_digits = _read(core / "supplemental" / "numberingSystems.json")["supplemental"]["numberingSystems"]
    return {
        "cldr": _read(numbers / "package.json")["version"],
        "minimumGroupingDigits": _inherited({t: int(d["minimumGroupingDigits"]) for t, d in covered.items()}),
        "patterns": _differing({t: {k: _pattern(d, k) for k in _KINDS} for t, d in covered.items()}, babel_pattern),
        "signs": _differing({t: _signs(d) for t, d in covered.items()}, babel_sign),
        "moments": _differing({t: _moments(dates / "main" / t) for t in covered}, babel_moment),
        "currencies": _currencies(numbers, covered),
        "digits": {system: known_digits[system]["_digits"] for system in systems},
    }


def _files(numbers: Path) -> list[Path]:
    return sorted((numbers / "main").glob("*/numbers.json"))


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def _inherited(values: Mapping[str, int]) -> dict[str, int]:
    """Only the tags that differ from what they inherit, where the root says 1."""
    above = {tag: next((values[up] for up in list(parents(tag))[1:] if up in values), 1) for tag in values}
    return {tag: value for tag, value in values.items() if value != above[tag]}


def _differing(
    truth: Mapping[str, Mapping[str, str]], babel: Callable[[Locale, str], str | None]
) -> dict[str, dict[str, str]]:
    """Only what is not found without the excerpt, nor by inheritance within it."""
    kept: dict[str, dict[str, str]] = {}
    for tag in sorted(truth, key=lambda tag: len(list(parents(tag)))):
        for kind, value in truth[tag].items():
            above = (kept[up][kind] for up in parents(tag) if kind in kept.get(up, {}))
            if value != next(above, babel(known(tag), kind)):
                kept.setdefault(tag, {})[kind] = value
    return kept


def _pattern(data: Mapping[str, Any], kind: str) -> str:
    formats = data[f"{_KINDS[kind]}-numberSystem-{data['defaultNumberingSystem']}"]
    found: str = formats["accounting" if kind == "accounting" else "standard"]
    return found


def _signs(data: Mapping[str, Any]) -> dict[str, str]:
    found = data[f"symbols-numberSystem-{data['defaultNumberingSystem']}"]
    return {kind: found[kind] for kind in _SIGNS if kind in found}


def _moments(folder: Path) -> dict[str, str]:
    """How a day and a time of it are put together."""
    calendar = _read(folder / "ca-gregorian.json")["main"][folder.name]["dates"]["calendars"]["gregorian"]
    found = calendar["dateTimeFormats-atTime"]["standard"]
    return {kind: found[kind] for kind in ("short", "medium")}


def _currencies(numbers: Path, covered: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """Currencies that a locale writes otherwise than it writes others, and symbols that Babel has otherwise.

    What is inherited is left out. A pattern comes with the signs of the locale that has it, as ICU keeps it: English in
    Sweden, which takes `¤#,##0.00` for euros from English in Europe, writes €1,234.50 among numbers like 1 234,50.
    """
    kept: dict[str, dict[str, dict[str, str]]] = {}
    for tag in sorted(covered, key=lambda tag: len(list(parents(tag)))):
        every = _read(numbers / "main" / tag / "currencies.json")["main"][tag]["numbers"]["currencies"]
        for code, entry in every.items():
            above: dict[str, str] = {}
            for up in reversed(list(parents(tag))):
                above |= kept.get(up, {}).get(code, {})
            own = _own(entry, covered[tag], above)
            usual = above.get("symbol") or known(tag).currency_symbols.get(code, code)
            if entry.get("symbol", usual) != usual:
                own["symbol"] = entry["symbol"]
            if own:
                kept.setdefault(tag, {})[code] = own
    return kept


def _own(entry: Mapping[str, str], data: Mapping[str, Any], above: Mapping[str, str]) -> dict[str, str]:
    """Pattern and signs of one currency, where they are not what stands above, or where nothing does."""
    said = {key: entry[key] for key in ("pattern", "decimal", "group") if key in entry}
    if "pattern" in said and said.get("pattern") != above.get("pattern"):
        signs = _signs(data)
        usual = {key: signs.get(f"currency{key.title()}", signs[key]) for key in ("decimal", "group")}
        own = usual | said
        standard = usual | {"pattern": _pattern(data, "currency")}
        return own if own != standard or "pattern" in above else {}
    return {key: value for key, value in said.items() if value != above.get(key)}


if __name__ == "__main__":
    raise SystemExit(main())
