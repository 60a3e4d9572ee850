"""Stories told through the API: facts posted as an ERP, limits as a credit manager, orders submitted, answers read.

Nothing here touches the database: what a story shows, any client can do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.schema.asking import Asker
from tests.schema.world import TODAY

MONEY = "{ amount currency }"
WHY = f"""
  outcome explanation amount {MONEY}
  reasons {{ code active message }}
  tests {{ holder {{ __typename id displayName }} passed limit {MONEY} exposure {MONEY} amount {MONEY} available {MONEY}
    usedPercent rates {{ from to rate date }} day }}
  unblock {{ kind amount {MONEY} date message }}
"""
ERRORS = "errors { code message path } warnings { code message }"

UPSERT_COMPANIES = f"""mutation($input: UpsertCompaniesInput!) {{ upsertCompanies(input: $input) {{ {ERRORS} }} }}"""
UPSERT_PARTIES = f"""mutation($input: UpsertPartiesInput!) {{ upsertParties(input: $input) {{ {ERRORS} }} }}"""
UPSERT_CUSTOMERS = f"""mutation($input: UpsertCustomersInput!) {{
  upsertCustomers(input: $input) {{ customers {{ id }} {ERRORS} }} }}"""
SET_RATES = f"""mutation($input: SetExchangeRatesInput!) {{ setExchangeRates(input: $input) {{ {ERRORS} }} }}"""
CREATE_GROUP = f"""mutation($input: CreateCreditGroupInput!) {{
  createCreditGroup(input: $input) {{ creditGroup {{ id }} {ERRORS} }} }}"""
ADD_MEMBER = (
    f"""mutation($input: AddCreditGroupMemberInput!) {{ addCreditGroupMember(input: $input) {{ {ERRORS} }} }}"""
)
CREATE_ADJUSTMENT = f"""mutation($input: CreateCreditLimitAdjustmentInput!) {{
  createCreditLimitAdjustment(input: $input) {{ creditLimitAdjustment {{ id }} {ERRORS} }} }}"""
POST_ADJUSTMENT = f"""mutation($input: PostCreditLimitAdjustmentInput!) {{
  postCreditLimitAdjustment(input: $input) {{ creditLimitAdjustment {{ id status }} {ERRORS} }} }}"""
INSURE = f"""mutation($input: RecordInsuranceInput!) {{
  recordInsurance(input: $input) {{ collateral {{ id }} {ERRORS} }} }}"""
POST_ITEMS = (
    f"""mutation($input: PostOpenItemsInput!) {{ postOpenItems(input: $input) {{ openItems {{ id }} {ERRORS} }} }}"""
)
POST_PAYMENTS = f"""mutation($input: PostPaymentsInput!) {{
  postPayments(input: $input) {{ payments {{ id }} {ERRORS} }} }}"""
SUBMIT = f"""mutation($input: SubmitSalesOrderInput!) {{ submitSalesOrder(input: $input) {{
  salesOrder {{ id number status }} decision {{ id {WHY} }} creditHold {{ id status }} {ERRORS} replayed }} }}"""
CHECK = f"""query($input: CheckCreditInput!) {{ checkCredit(input: $input) {{
  check {{ {WHY} }} errors {{ code message path }} }} }}"""
SAVE_RULE = f"""mutation($input: SaveBlockingRuleInput!) {{
  saveBlockingRule(input: $input) {{ blockingRule {{ id }} {ERRORS} }} }}"""
SAVE_NAME = """mutation($input: Save%(kind)sInput!) {
  save%(kind)s(input: $input) { %(field)s { id } errors { code message path } } }"""
SAVE_PARTY_LIMITS = f"""mutation($input: SavePartyLimitsInput!) {{ savePartyLimits(input: $input) {{
  party {{ id blocked partyLimits {{ version }} }} customer {{ id partyLimits {{ version }} }} {ERRORS} }} }}"""
SAVE_PARAMETERS = f"""mutation($input: SaveCreditParametersInput!) {{
  saveCreditParameters(input: $input) {{ {ERRORS} }} }}"""
CREDIT = f"""query($key: CustomerKey!, $asOf: Date, $currency: CurrencyCode) {{ customer(by: $key) {{
  credit(asOf: $asOf, currency: $currency) {{ limit {{ kind total {MONEY} base {MONEY} insuranceAndGuarantees {MONEY}
      temporary {{ id limit {MONEY} from until }} parts {{ kind amount {MONEY} }} expiryDate }}
    exposure {{ total {MONEY} receivables {MONEY} openOrders {MONEY} openDeliveries {MONEY} openBilling {MONEY}
      unappliedPayments {MONEY} heldOrders {MONEY} overdue {MONEY} disputed {MONEY} daysOverdue }}
    available {MONEY} usedPercent effectiveAvailable {MONEY} }} }} }}"""


KEY = ("company", "account")


def money(amount: str, currency: str) -> dict[str, str]:
    """An amount as the API takes it."""
    return {"amount": amount, "currency": currency}


def fresh() -> str:
    """A key that nobody used."""
    return uuid4().hex


@dataclass
class Story:
    """Who does what, in their roles."""

    ask: Asker
    currencies: dict[str, str] = field(default_factory=dict)

    async def tell(self, query: str, given: Mapping[str, Any], as_: str, language: str | None = None) -> Any:
        """Do something that must succeed, and give what came of it."""
        answer = await self.ask(query, {"input": given}, as_=as_, language=language)
        (payload,) = answer.data.values()
        assert payload["errors"] == [], payload["errors"]
        return payload

    async def companies(self, *rows: tuple[str, str, str, str, str]) -> None:
        """Code, country, currency, language and time zone of each."""
        given = [
            {"code": code, "name": code, "country": country, "currency": currency, "locale": locale, "timeZone": zone}
            for code, country, currency, locale, zone in rows
        ]
        self.currencies |= {row["code"]: row["currency"] for row in given}
        await self.tell(UPSERT_COMPANIES, {"companies": given}, "ADMIN")

    async def customer(self, company: str, account: str, **more: Any) -> str:
        """A customer of a party of its own; its id."""
        party = more.pop("party", f"P-{company}-{account}")
        name = more.pop("name", f"Customer {account}")
        await self.tell(UPSERT_PARTIES, {"parties": [{"number": party, "name": name}]}, "INTEGRATION")
        row = {"company": company, "account": account, "party": party, "name": name}
        row |= {"currency": self.currencies[company], **more}
        payload = await self.tell(UPSERT_CUSTOMERS, {"customers": [row]}, "INTEGRATION")
        found: str = payload["customers"][0]["id"]
        return found

    async def group(
        self, number: str, currency: str, limit: str | None, *members: tuple[str, str], **counts: Any
    ) -> str:
        """A credit group of members (company, account) with a limit; its id. `counts`: what counts in it."""
        given = {"number": number, "name": f"Group {number}", "currency": currency, "timeZone": "Europe/Stockholm"}
        payload = await self.tell(CREATE_GROUP, given | counts | {"idempotencyKey": fresh()}, "CREDIT_MANAGER")
        found: str = payload["creditGroup"]["id"]
        for company, account in members:
            member = {"creditGroup": found, "customer": {"number": {"company": company, "account": account}}}
            await self.tell(ADD_MEMBER, member | {"idempotencyKey": fresh()}, "CREDIT_MANAGER")
        if limit is not None:
            await self.limit(members[0][0], {"creditGroup": number}, limit, currency)
        return found

    async def limit(
        self, company: str, holder: Mapping[str, Any], amount: str, currency: str | None = None, **more: Any
    ) -> Any:
        """A posted limit: permanent, or temporary when it says `until` and `kind`."""
        line = {"holder": holder, "newLimit": money(amount, currency or self.currencies[company])}
        kind = more.pop("kind", "PERMANENT")
        given = {"company": company, "kind": kind, "lines": [line | more], "idempotencyKey": fresh()}
        draft = await self.tell(CREATE_ADJUSTMENT, given, "CREDIT_MANAGER")
        post = {"creditLimitAdjustment": draft["creditLimitAdjustment"]["id"], "idempotencyKey": fresh()}
        return await self.tell(POST_ADJUSTMENT, post, "CREDIT_MANAGER")

    async def own_limit(self, company: str, account: str, amount: str, **more: Any) -> Any:
        """A posted limit of a customer."""
        return await self.limit(company, {"customer": {"company": company, "account": account}}, amount, **more)

    async def changed_limit(self, company: str, account: str, kind: str, **more: Any) -> Any:
        """A posted seasonal factor or tolerance of a customer's limit."""
        line = {"holder": {"customer": {"company": company, "account": account}}, **more}
        given = {"company": company, "kind": kind, "lines": [line], "idempotencyKey": fresh()}
        draft = await self.tell(CREATE_ADJUSTMENT, given, "CREDIT_MANAGER")
        post = {"creditLimitAdjustment": draft["creditLimitAdjustment"]["id"], "idempotencyKey": fresh()}
        return await self.tell(POST_ADJUSTMENT, post, "CREDIT_MANAGER")

    async def party_limits(self, holder: str | tuple[str, str], **limits: Any) -> Any:
        """Limits of a party by its number, or of a customer by company and account."""
        key = {"party": holder} if isinstance(holder, str) else {"customer": dict(zip(KEY, holder, strict=True))}
        return await self.tell(SAVE_PARTY_LIMITS, {"holder": key, **limits}, "CREDIT_MANAGER")

    async def insured(
        self, company: str, account: str, value: str, percent: str, *, flagged: bool = False, **more: Any
    ) -> Any:
        """An insurance policy without an end."""
        given = {
            "customer": {"number": {"company": company, "account": account}},
            "provider": "Insurer",
            "number": fresh(),
            "value": money(value, self.currencies[company]),
            "percent": percent,
            "from": "2020-01-01",
            "includedInExposure": flagged,
            "idempotencyKey": fresh(),
            **more,
        }
        return await self.tell(INSURE, given, "CREDIT_MANAGER")

    async def rate(self, base: str, quote: str, rate: str, day: str = TODAY.isoformat()) -> None:
        """A published rate."""
        row = {"from": base, "to": quote, "rate": rate, "date": day, "source": "test"}
        await self.tell(SET_RATES, {"rates": [row]}, "INTEGRATION")

    async def invoice(self, company: str, account: str, number: str, amount: str, due: str, **more: Any) -> None:
        """An open invoice."""
        currency = more.pop("currency", self.currencies[company])
        row = {"company": company, "account": account, "number": number, "amount": money(amount, currency)}
        row |= {"documentDate": more.pop("date", min(due, TODAY.isoformat())), "dueDate": due, **more}
        await self.tell(POST_ITEMS, {"items": [row], "idempotencyKey": fresh()}, "INTEGRATION")

    async def payment(
        self, company: str, account: str, number: str, amount: str, settles: Sequence[str] = (), **more: Any
    ) -> None:
        """A receipt of today that settles whole items."""
        row = {"company": company, "account": account, "number": number}
        row |= {"amount": money(amount, self.currencies[company]), "paidOn": TODAY.isoformat()}
        row |= {"settlements": [{"openItem": item} for item in settles], **more}
        await self.tell(POST_PAYMENTS, {"payments": [row], "idempotencyKey": fresh()}, "INTEGRATION")

    async def rule(self, company: str, kind: str, **more: Any) -> Any:
        """A blocking rule for all customers unless it says otherwise."""
        given = {"company": company, "kind": kind, "type": "BLOCK", "validFor": "ALL"} | more
        return await self.tell(SAVE_RULE, given, "CREDIT_MANAGER")

    async def name(self, type_: str, code: str, **more: Any) -> str:
        """A name that people give, such as an `AccountStatus`; its id."""
        saving = SAVE_NAME % {"kind": type_, "field": type_[0].lower() + type_[1:]}
        payload = await self.tell(saving, {"code": code, "name": f"Called {code}", **more}, "ADMIN")
        found: str = payload[type_[0].lower() + type_[1:]]["id"]
        return found

    async def parameters(self, company: str, **more: Any) -> Any:
        """How a company manages credit."""
        return await self.tell(SAVE_PARAMETERS, {"company": company} | more, "CREDIT_MANAGER")

    async def submit(
        self, company: str, account: str, number: str, amount: str, language: str | None = None, **more: Any
    ) -> Any:
        """An order that is submitted; the payload."""
        currency = more.pop("currency", self.currencies[company])
        given = {"company": company, "account": account, "number": number, "amount": money(amount, currency)}
        given |= {"idempotencyKey": fresh(), **more}
        return await self.tell(SUBMIT, given, "INTEGRATION", language)

    async def check(self, company: str, account: str, amount: str, language: str | None = None, **more: Any) -> Any:
        """What would be answered to an order."""
        currency = more.pop("currency", self.currencies[company])
        customer = {"number": {"company": company, "account": account}}
        given = {"customer": customer, "amount": money(amount, currency), **more}
        payload = await self.tell_check(given, language)
        return payload["check"]

    async def tell_check(self, given: Mapping[str, Any], language: str | None = None) -> Any:
        """A what-if that must be answered."""
        answer = await self.ask(CHECK, {"input": given}, as_="CREDIT_CLERK", language=language)
        payload = answer.data["checkCredit"]
        assert payload["errors"] == [], payload["errors"]
        return payload

    async def credit(self, company: str, account: str, **given: Any) -> Any:
        """A customer's limit and exposure."""
        key = {"number": {"company": company, "account": account}}
        answer = await self.ask(CREDIT, {"key": key, **given}, as_="CREDIT_MANAGER")
        return answer.data["customer"]["credit"]


NORDIC = (
    ("SE01", "SE", "SEK", "sv-SE", "Europe/Stockholm"),
    ("FI01", "FI", "EUR", "fi-FI", "Europe/Helsinki"),
)
