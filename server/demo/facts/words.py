"""What invented companies of each country are called: a place or family, a trade, and the form that is usual there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Words:
    """Families, separated by commas, trades and forms of one country; `pattern` puts them together.

    `goods` stand on the lines of orders; `group` is what several companies of one family are called.
    """

    all_families: str
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    goods: tuple[str, ...]
    group: str
    pattern: str = "{family} {trade} {form}"

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Families and places."""
        return tuple(self.all_families.split(", "))


WORDS = {
    "SE": Words(
        (
            "Alvesjö, Bråtamo, Dalsrud, Ekhamre, Fagerlidén, Granvåg, Hällemo, Ingelstrand, Järvsele, Kvarnhed, "
            "Lövåsa, Mossebro, Näverå, Ottersjö, Rimsta, Skogalid, Tallbäcka, Ulvsele, Vargåsen, Älghult"
        ),
        ("Bygg", "El", "Måleri", "Plåt", "VVS", "Trä", "Mark", "Verkstad"),
        ("AB", "AB", "AB", "HB"),
        ("Skruv och beslag", "Takplåt", "Isolering", "Reglar", "Verktyg"),
        "{family}gruppen",
    ),
    "FI": Words(
        (
            "Aurinkola, Haukiranta, Ilveskoski, Jokivarsi, Kuusilampi, Lehtosaari, Mustaharju, Niinimaa, "
            "Onkivesi, Pihlajakallio, Rantakorpi, Saarivirta, Tervajoki, Uusikangas, Vaahteramäki"
        ),
        ("Rakennus", "Sähkö", "Konepaja", "Maalaamo", "Putki", "Puu", "Kuljetus", "Kaivuu"),
        ("Oy", "Oy", "Ky"),
        ("Ruuvit ja helat", "Kattopelti", "Eristeet", "Sahatavara", "Työkalut"),
        "{family}-konserni",
    ),
    "NO": Words(
        (
            "Bjørkedalen, Dvergsnes, Eidsmoen, Fossheimen, Gråvikhaug, Havnbakken, Isfjellet, Kjerrviken, "
            "Lauvstad, Myrholtet, Nesfjord, Oterhalsen, Revstua, Stavlia, Tindeskog"
        ),
        ("Bygg", "Elektro", "Rør", "Maskin", "Entreprenør", "Tre", "Transport", "Marine"),
        ("AS", "AS", "ANS"),
        ("Skruer og beslag", "Takplater", "Isolasjon", "Trelast", "Verktøy"),
        "{family}-gruppen",
    ),
    "DE": Words(
        (
            "Aschenbrunner, Birkenfurt, Dornwalder, Eichgrund, Falkenroth, Gänsbühl, Hasselmoor, Immenthal, "
            "Kieferstedt, Lerchenau, Mühlwinkel, Nesselbach, Ohrenhain, Quellweiler, Rautenfels, Schönbruck, "
            "Tannenloh, Wiesenkamp"
        ),
        ("Metallbau", "Elektrotechnik", "Bau", "Holzhandel", "Maschinen", "Haustechnik", "Logistik", "Dachbau"),
        ("GmbH", "GmbH", "GmbH & Co. KG", "AG"),
        ("Schrauben und Beschläge", "Dachbleche", "Dämmstoffe", "Bauholz", "Werkzeug"),
        "{family}-Gruppe",
    ),
    "FR": Words(
        (
            "Aubremont, Beauvernay, Castelbrun, Dorvaux, Fontgivray, Grandbois, Lacheraie, Marnefond, Noirvallon, "
            "Ormesson-Viel, Pontareille, Rochebelin, Sainteval, Tourmagne, Valcouronne, Vernoulet"
        ),
        ("Bâtiment", "Électricité", "Menuiserie", "Couverture", "Plomberie", "Négoce", "Transports", "Mécanique"),
        ("SAS", "SARL", "SARL", "SA"),
        ("Vis et ferrures", "Tôles de toiture", "Isolants", "Bois de charpente", "Outillage"),
        "Groupe {family}",
    ),
    "US": Words(
        (
            "Amberfield, Birch Hollow, Copper Bend, Dry Fork Mesa, Elkhorn Gap, Flintridge, Gray Heron, Harrow "
            "Creek, Ironwood Flats, Juniper Draw, Kestrel Point, Lantern Hill, Mossy Ford, Nine Oaks Bluff, Owl "
            "Canyon, Pine Barren"
        ),
        ("Builders", "Electric", "Roofing", "Lumber", "Machine Works", "Plumbing", "Freight", "Hardware"),
        ("LLC", "Inc.", "Inc.", "Co."),
        ("Screws and fittings", "Roof sheeting", "Insulation", "Framing lumber", "Tools"),
        "{family} Group",
    ),
    "CA": Words(
        (
            "Anse-aux-Hérons, Beaurivage-Nord, Clairefontenelle, Deux-Érables, Grand-Portage-Bleu, Lac-des- "
            "Loutres, Maple Hollow, Northern Spruce, Otter Narrows, Pointe-Boréale, Rivière-Castor, Val-Brumeux"
        ),
        ("Construction", "Électrique", "Toitures", "Bois", "Mécanique", "Plomberie", "Transport", "Quincaillerie"),
        ("inc.", "ltée", "inc."),
        ("Vis et quincaillerie", "Tôles de toiture", "Isolants", "Bois d'œuvre", "Outils"),
        "Groupe {family}",
    ),
    "JP": Words(
        "藤波台, 霧ヶ原, 桜瀬, 白鷺野, 杉見, 瀬音, 月ヶ岡, 鶴間原, 虹沢, 萩乃里, 緑風, 若汐",
        ("建設", "電設", "工業", "木材", "機械", "設備", "運輸", "商会"),
        ("株式会社", "株式会社", "有限会社"),
        ("ねじ・金物", "屋根板金", "断熱材", "木材", "工具"),
        "{family}グループ",
        pattern="{family}{trade}{form}",
    ),
}


ABROAD = {"虹沢": "Nijisawa", "萩乃里": "Haginosato", "緑風": "Ryokufu", "若汐": "Wakashio"}
"""How families of Japan write themselves in other countries."""

SOLE_TRADERS = {
    "SE": ("Enskild firma Elin Sandvall", "Målarmästare Tor Häggblad", "Åsa Lindmarks Plåt"),
    "FI": ("Tmi Aino Korpisaari", "Tmi Veikko Suoniemi", "Tmi Helmi Ketolampi"),
    "NO": ("Ingrid Solhaug ENK", "Rørlegger Odd Fjelltun ENK", "Snekker Live Myrdal ENK"),
    "DE": ("Malermeister Jost Riedkamp e.K.", "Elektro Antje Vossberg e.K.", "Tischlerei Heino Lauterbek e.K."),
    "FR": ("Camille Aubertet EI", "Menuiserie Loïc Pernavel EI", "Solène Gardavoine EI"),
    "US": ("Tess Hollowmoor Electric", "Wade Pruittson Roofing", "Inez Calderwood Plumbing"),
    "CA": ("Maude Laferrond, électricienne", "Étienne Boisclervaux, couvreur", "Ross McAverill Carpentry"),
    "JP": ("瀬尾原 健 工務店", "水無川 翔 電気", "花ヶ崎 結衣 塗装"),
}
"""Persons who trade under their own names, invented too."""

FIRST_COMPANIES = 26
"""So many of each country come before them."""

KEPT = 4
"""So many families of each country are those that share credit groups; the others take no name from them."""


def trader_name(country: str, place: int) -> str:
    """The name of one more customer beyond the stories: the first of them are persons."""
    persons = SOLE_TRADERS[country]
    return persons[place] if place < len(persons) else company_name(country, place + FIRST_COMPANIES)


def company_name(country: str, place: int) -> str:
    """The name of one more invented company of a country; the first sixty or so are all different."""
    words = WORDS[country]
    count = len(words.families) - KEPT
    trade = words.trades[(place % count + place // count) % len(words.trades)]
    form = words.forms[place % len(words.forms)]
    return words.pattern.format(family=words.families[place % count], trade=trade, form=form)


def family_word(country: str, place: int) -> str:
    """The name of one of the families that share a credit group."""
    return WORDS[country].families[place - KEPT]


def daughter_name(family: str, country: str, place: int) -> str:
    """The name of a company that a family has in a country, its own or another one."""
    words = WORDS[country]
    trade = words.trades[place % len(words.trades)]
    if family in words.families:
        return words.pattern.format(family=family, trade=trade, form=words.forms[0])
    if country == "JP":
        trade = "Japan"
    return f"{ABROAD.get(family, family)} {trade} {words.forms[0]}"
