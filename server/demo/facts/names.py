"""What the group calls things: reasons, terms and groups by code, in eight languages. Words of the group's people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("sv", "fi", "nb", "da", "de", "fr", "ja")
"""Beside English, in which the names are saved."""


@dataclass(frozen=True)
class Named:
    """A coded name. `kind`: what it names, as in `save<Kind>`; `said`: it in each of `LANGUAGES`."""

    kind: str
    code: str
    english: str
    said: Sequence[str]
    values: Mapping[str, Any] = field(default_factory=dict)


def _reason(kind: str, code: str, english: str, *said: str) -> Named:
    return Named("reason", code, english, said, {"kind": kind})


def _status(code: str, effect: str, english: str, *said: str) -> Named:
    return Named("accountStatus", code, english, said, {"effect": effect})


def _terms(days: int) -> Named:
    said = (
        f"{days} dagar netto",
        f"{days} päivää netto",
        f"{days} dager netto",
        f"{days} dage netto",
        f"{days} Tage netto",
        f"{days} jours nets",
        f"{days}日後払い",
    )
    # The longer, the better for who pays.
    return Named("paymentTerms", f"N{days}", f"{days} days net", said, {"days": days, "rank": days})


def _discount(percent: int) -> Named:
    said = (
        f"{percent} % inom 10 dagar",
        f"{percent} % 10 päivän kuluessa",
        f"{percent} % innen 10 dager",
        f"{percent} % inden 10 dage",
        f"{percent} % innerhalb von 10 Tagen",
        f"{percent} % sous 10 jours",
        f"10日以内{percent}%引き",
    )
    return Named("cashDiscount", f"D{percent}", f"{percent}% within 10 days", said, {"rank": percent})


def _group(kind: str, code: str, english: str, *said: str) -> Named:
    return Named(kind, code, english, said)


NAMES = (
    _reason("RELEASE", "PAYMENT_PROMISED", "Payment promised", "Betalning utlovad", "Maksu luvattu", "Betaling lovet",
            "Betaling lovet", "Zahlung zugesagt", "Paiement promis", "支払約束あり"),
    _reason("RELEASE", "CUSTOMER_RELIABLE", "Long and reliable relation", "Lång och pålitlig relation",
            "Pitkä ja luotettava asiakassuhde", "Lang og pålitelig relasjon", "Lang og pålidelig relation",
            "Lange, verlässliche Beziehung", "Relation longue et fiable", "長年の信頼関係"),
    _reason("RELEASE", "PREPAID", "Paid in advance", "Betalt i förskott", "Maksettu ennakkoon", "Betalt på forhånd",
            "Betalt forud", "Im Voraus bezahlt", "Payé d'avance", "前払い済み"),
    _reason("RELEASE", "INSURER_AGREED", "The insurer agreed", "Försäkringsbolaget har godkänt",
            "Vakuutusyhtiö on hyväksynyt", "Forsikringsselskapet har godkjent", "Forsikringsselskabet har godkendt",
            "Der Versicherer hat zugestimmt", "L'assureur a donné son accord", "保険会社が承諾"),
    _reason("HOLD", "UNDER_REVIEW", "Under review", "Under granskning", "Tarkastettavana", "Under vurdering",
            "Under vurdering", "In Prüfung", "En cours d'examen", "審査中"),
    _reason("HOLD", "OWNER_CHANGED", "Change of owner", "Ägarbyte", "Omistaja vaihtunut", "Eierskifte", "Ejerskifte",
            "Eigentümerwechsel", "Changement de propriétaire", "所有者変更"),
    _reason("STATUS", "BANKRUPTCY", "Bankruptcy petition", "Konkursansökan", "Konkurssihakemus", "Konkursbegjæring",
            "Konkursbegæring", "Insolvenzantrag", "Demande de mise en faillite", "破産申立て"),
    _reason("STATUS", "CHEQUE_BOUNCED", "A payment was returned", "En betalning returnerades", "Maksu palautettiin",
            "En betaling ble returnert", "En betaling blev returneret", "Eine Zahlung wurde zurückgegeben",
            "Un paiement a été rejeté", "支払いが差し戻された"),
    _status("NORMAL", "NONE", "Normal", "Normal", "Normaali", "Normal", "Normal", "Normal", "Normal", "通常"),
    _status("CLOSE_EYE", "NONE", "Under observation", "Under bevakning", "Seurannassa", "Under oppsikt",
            "Under observation", "Unter Beobachtung", "Sous surveillance", "要観察"),
    _status("NO_INVOICES", "HOLD_INVOICING", "No invoices", "Ingen fakturering", "Ei laskutusta", "Ingen fakturering",
            "Ingen fakturering", "Keine Rechnungen", "Facturation suspendue", "請求停止"),
    _status("STOPPED", "HOLD_ALL", "Stopped", "Stoppad", "Pysäytetty", "Stoppet", "Stoppet", "Gesperrt", "Bloqué",
            "取引停止"),
    *(_terms(days) for days in (10, 14, 30, 45, 60)),
    *(_discount(percent) for percent in (2, 3)),
    _group("collateralType", "CREDIT_INSURANCE", "Credit insurance", "Kreditförsäkring", "Luottovakuutus",
           "Kredittforsikring", "Kreditforsikring", "Kreditversicherung", "Assurance-crédit", "取引信用保険"),
    _group("collateralType", "BANK_GUARANTEE", "Bank guarantee", "Bankgaranti", "Pankkitakaus", "Bankgaranti",
           "Bankgaranti", "Bankbürgschaft", "Garantie bancaire", "銀行保証"),
    _group("coverageType", "NAMED", "Named buyer", "Namngiven köpare", "Nimetty ostaja", "Navngitt kjøper",
           "Navngiven køber", "Benannter Käufer", "Acheteur dénommé", "記名買主"),
    _group("coverageType", "BLANKET", "Blanket cover", "Onamngivna köpare", "Nimeämättömät ostajat",
           "Unavngitte kjøpere", "Unavngivne købere", "Pauschaldeckung", "Acheteurs non dénommés", "包括補償"),
    _group("customerGroup", "TRADE", "Trades", "Hantverk", "Käsiteollisuus", "Håndverk", "Håndværk", "Handwerk",
           "Artisanat", "職人・小規模業者"),
    _group("customerGroup", "BUILDING", "Building", "Bygg", "Rakentaminen", "Bygg", "Byggeri", "Bau", "Bâtiment",
           "建設"),
    _group("customerGroup", "INDUSTRY", "Industry", "Industri", "Teollisuus", "Industri", "Industri", "Industrie",
           "Industrie", "工業"),
    _group("creditManagementGroup", "KEY", "Key accounts", "Nyckelkunder", "Avainasiakkaat", "Nøkkelkunder",
           "Nøglekunder", "Schlüsselkunden", "Grands comptes", "重要取引先"),
    _group("creditManagementGroup", "WATCH", "To be watched", "Under uppsikt", "Tarkkailtavat", "Til oppfølging",
           "Til opfølgning", "Zu beobachten", "À surveiller", "監視対象"),
    _group("riskGroup", "A", "Low risk", "Låg risk", "Pieni riski", "Lav risiko", "Lav risiko", "Geringes Risiko",
           "Risque faible", "低リスク"),
    _group("riskGroup", "B", "Middling risk", "Medelhög risk", "Kohtalainen riski", "Middels risiko",
           "Middel risiko", "Mittleres Risiko", "Risque moyen", "中リスク"),
    _group("riskGroup", "C", "High risk", "Hög risk", "Suuri riski", "Høy risiko", "Høj risiko", "Hohes Risiko",
           "Risque élevé", "高リスク"),
    _group("riskGroup", "D", "Very high risk", "Mycket hög risk", "Erittäin suuri riski", "Svært høy risiko",
           "Meget høj risiko", "Sehr hohes Risiko", "Risque très élevé", "極めて高いリスク"),
)  # fmt: skip


def terms_of(days: int) -> str:
    """Code of the payment terms of so many days."""
    return f"N{days}"
