"""Writes or checks `docs/rules.md`, everything that holds an order: `python -m schema.rules [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.blocking import POLICY, Condition, RuleKind, ValueType
from domain.decision import BlockReasonCode
from schema.rules_beginning import BEGINNING

FILE = Path(__file__).parents[1] / "docs" / "rules.md"


@dataclass(frozen=True)
class Known:
    """What a kind is about, what others call it, an example, and the test through the API that shows it."""

    blocks_when: str
    example: str
    test: str
    d365: str = ""
    sap: str = ""
    qad: str = ""
    oca: str = ""
    insurers: str = ""

    @property
    def elsewhere(self) -> str:
        """What others call it."""
        names = {"Dynamics 365": self.d365, "SAP": self.sap, "QAD": self.qad, "OCA": self.oca}
        names["Credit insurers"] = self.insurers
        return "; ".join(f"{system}: {name}" for system, name in names.items() if name)


@dataclass(frozen=True)
class Beside:
    """Something that holds and is no rule of `saveBlockingRule`: how it is set up, and what is told of a kind."""

    set_by: str
    known: Known


KNOWN: Mapping[RuleKind, Known] = {
    RuleKind.ACCOUNT_STATUS: Known(
        "The customer has this account status.",
        "Every customer with the status WATCH.",
        "test_a_customer_with_a_certain_account_status_is_held",
        d365="Account status",
    ),
    RuleKind.SUB_LIMIT_EXCEEDED: Known(
        "One part of the exposure (`exposureCategory`) comes to more than an amount, converted; open orders with the"
        " order in them.",
        "OPEN_ORDERS and 150: with 100 on order, an order of 50 passes and 50.01 is held.",
        "test_a_part_of_the_exposure_has_a_limit_of_its_own",
        oca="Risk limit of a category (sub-limit)",
    ),
    RuleKind.CREDIT_LIMIT_EXPIRED: Known(
        "The limit of the customer or of its group expired more than so many days ago.",
        "14 days: a limit that expired on the 1st blocks from the 16th on.",
        "test_an_expired_limit_holds_after_the_days_of_a_rule",
        d365="Credit limit expired",
        sap="Validity of the credit limit",
    ),
    RuleKind.CREDIT_LIMIT_USED: Known(
        "More than so many percent of the limit is used, with the order.",
        "90 %: of a limit of 100,000 at most 90,000 may be used.",
        "test_an_order_that_uses_more_of_the_limit_than_a_share_is_held",
        d365="Credit limit used",
        sap="Static check, degree of utilization",
    ),
    RuleKind.OVERDUE_DAYS: Known(
        "The oldest claimed item is overdue for more than so many days. An exclusion may name an amount instead: at"
        " most so much is overdue.",
        "30 days: an item due on 1 March blocks from 1 April on.",
        "test_an_item_overdue_for_longer_than_the_days_of_a_rule_holds",
        d365="Days overdue",
        sap="Oldest open item, by days in arrears",
        qad="Maximum days overdue",
    ),
    RuleKind.OVERDUE_AMOUNT: Known(
        "More than an amount is overdue, and with the order more than so many percent of the limit is used.",
        "3,000 and 70 %: with 4,000 overdue and nothing else used of 10,000, an order of 3,000 passes, more is held.",
        "test_an_amount_overdue_holds_once_much_of_the_limit_is_used",
        d365="Overdue amount",
    ),
    RuleKind.OVERDUE_PERCENT: Known(
        "More than so many percent of the claimed receivables is overdue for more than so many days.",
        "30 days and 25 %: with 1,000 claimed, 250 that is 31 days overdue passes, 251 is held.",
        "test_a_share_of_the_receivables_overdue_for_long_holds",
        sap="Open items, maximum percentage overdue",
    ),
    RuleKind.OLDEST_OPEN_ITEM: Known(
        "A claimed item is open for more than so many days since its document date, whenever it falls due.",
        "90 days: an invoice of 1 March that is open, even if it gives 120 days to pay, blocks from 31 May on.",
        "test_an_item_open_for_long_holds_whenever_it_falls_due",
        sap="Oldest open item, by age",
    ),
    RuleKind.ORDER_AMOUNT: Known(
        "The order comes to more than an amount, converted.",
        "5,000 EUR: at 11.50 an order of 57,500.05 SEK passes.",
        "test_an_order_of_more_than_an_amount_is_held_and_a_smaller_one_passes",
        d365="Sales order",
        sap="Maximum document value",
    ),
    RuleKind.NEW_CUSTOMER_AMOUNT: Known(
        "The order comes to more than an amount, converted, and the customer is in its first so many days"
        " (`customerSince` is the first).",
        "1,000 and 90 days: an order of 1,000.01 passes from the 91st day on.",
        "test_a_new_customer_may_order_for_less_than_others",
        sap="Maximum document value for new customers",
    ),
    RuleKind.PAYMENT_TERMS: Known(
        "The order has these payment terms, of its own or else those of its payer.",
        "Every order that is to be paid after 120 days.",
        "test_an_order_with_certain_payment_terms_is_held",
        d365="Terms of payment",
        sap="Critical fields: payment terms",
    ),
    RuleKind.DUNNING_LEVEL: Known(
        "A claimed item is dunned beyond a level, as the ERP posts it (`dunningLevel`, `setDunningLevels`).",
        "1: a first letter passes, a second holds.",
        "test_an_item_dunned_beyond_a_level_holds_until_it_is_paid_or_the_level_taken_back",
        sap="Highest dunning level",
    ),
    RuleKind.REVIEW_DUE: Known(
        "The customer's next review (`nextReviewDate`) was due more than so many days ago.",
        "14 days: a review due on the 1st blocks from the 16th on, until another day is set.",
        "test_a_review_that_is_late_holds_until_somebody_reviews",
        sap="Next review date",
    ),
    RuleKind.COLLATERAL_TERMS: Known(
        "The payment terms of the order, its own or else its payer's, are more than so many days longer than the"
        " shortest that a valid policy or guarantee covers (`maximumTermsDays`).",
        "0 days and a policy for at most 60: an order payable after 90 days is held, after 60 it passes.",
        "test_an_order_with_longer_terms_than_insurance_covers_is_held",
        insurers="Maximum terms of payment",
    ),
    RuleKind.EARLY_WARNING: Known(
        "More than so many percent of the limit is used, with the order. It warns and never holds.",
        "80 %: of a limit of 2,000, orders up to 1,600 pass without a word, more pass with a warning.",
        "test_an_early_warning_lets_the_order_go_on_and_cannot_hold",
        qad="Early-warning percentage",
        oca="Early-warning percentage of the risk info",
    ),
}
"""Every kind; one that is missing fails the test."""

BESIDE: Mapping[BlockReasonCode, Beside] = {
    BlockReasonCode.CUSTOMER_ON_HOLD: Beside(
        "`blocked` of `savePartyLimits`",
        Known(
            "The party is blocked, and with it each of its customers in every company.",
            "A customer in Finland is held when its party was blocked in Sweden.",
            "cases/test_party_limit_cases.py::test_qad_8_a_blocked_party_holds_the_orders_of_all_its_customers",
            sap="Blocked in credit management",
            qad="On hold",
        ),
    ),
    BlockReasonCode.FORCED: Beside(
        "`forceCreditHold`",
        Known(
            "Somebody held the order by hand. Only a person releases it, whatever would pass.",
            "An order of 50 within a limit of 100.",
            "cases/test_hold_cases.py::test_d365_2_10_a_forced_hold_ignores_what_would_pass",
            d365="Force to hold list",
        ),
    ),
    BlockReasonCode.GROUP_LIMIT_EXCEEDED: Beside(
        "a posted limit of the credit group; `checkCreditGroups` (on) has it tested",
        Known(
            "What all members owe and have ordered in all companies, with the order, comes to more than the limit of"
            " the group.",
            "A limit of 15,000 for the group and of 20,000 for the customer: 15,000 passes, 15,000.01 is held.",
            "cases/test_limit_cases.py::test_ac_02_the_groups_limit_is_smaller_than_the_customers",
            d365="Customer credit group",
            sap="Parent and child partners of a credit segment",
        ),
    ),
    BlockReasonCode.PARTY_LIMIT_EXCEEDED: Beside(
        "`ceiling` of `savePartyLimits`",
        Known(
            "What the party owes as every customer it is, or the one customer the ceiling is of, comes to more with the"
            " order. `reaction` says whether it warns or holds.",
            "A ceiling of 20,000 SEK and 1,000 EUR owed in Finland at 10: 10,000 passes, 10,000.01 does not.",
            "cases/test_party_limit_cases.py"
            "::test_qad_1_a_ceiling_is_over_all_companies_and_warns_unless_it_is_told_to_hold",
            qad="Fixed ceiling",
        ),
    ),
    BlockReasonCode.CREDIT_LIMIT_EXCEEDED: Beside(
        "a posted limit of the customer, and what insurance and guarantees add",
        Known(
            "What the customer owes and has ordered, with the order, comes to more than its limit.",
            "A limit of 10,000: 10,000 passes, 10,000.01 is held.",
            "cases/test_limit_cases.py::test_ac_01_the_customers_limit_is_smaller_than_the_groups",
            d365="Credit limit",
            sap="Static credit limit check",
            qad="Credit limit",
        ),
    ),
    BlockReasonCode.TURNOVER_LIMIT_EXCEEDED: Beside(
        "`turnover` of `savePartyLimits`",
        Known(
            "More is used, with the order, than a share of what was sold in the last closed fiscal year of each"
            " company, or in the last twelve months.",
            "10 % and sales of 29,000 SEK and 600 EUR at 10: 3,500 may be used.",
            "cases/test_party_limit_cases.py::test_qad_3_the_share_is_of_each_companys_last_closed_fiscal_year",
            qad="Percentage of turnover",
        ),
    ),
    BlockReasonCode.PAYMENT_TERMS_RANK: Beside(
        "`checkPaymentTermsIncrease` of `saveCreditParameters`; `rank` of `savePaymentTerms`",
        Known(
            "The order's own payment terms rank above those that its payer usually has. The higher the better for who"
            " pays; none ranks 0, and equal passes.",
            "An order payable after 90 days (rank 3) of a customer who usually has 30 (rank 2).",
            "cases/test_terms_cases.py::test_d365_2_7_only_payment_terms_of_a_higher_rank_than_the_customers_hold",
            d365="Rank payment terms",
        ),
    ),
    BlockReasonCode.CASH_DISCOUNT_RANK: Beside(
        "`checkCashDiscountIncrease` of `saveCreditParameters`; `rank` of `saveCashDiscount`",
        Known(
            "The order's own cash discount ranks above the one that its payer usually has, likewise.",
            "An order with 2 % (rank 2) of a customer who usually has 1 % (rank 1).",
            "cases/test_terms_cases.py::test_d365_2_7_only_a_cash_discount_of_a_higher_rank_than_the_customers_holds",
            d365="Rank settlement discounts",
        ),
    ),
}
"""Every reason that no rule gives; one that is missing fails the test."""

ALSO_BESIDE = """\
An account status whose effect is HOLD_ALL or HOLD_INVOICING holds by itself and says ACCOUNT_STATUS, too; days overdue
beyond `maxDaysOverdue` of `savePartyLimits` say OVERDUE_DAYS. Orders that ship after the horizon of a company or a
credit group (`orderHorizonDays`) are not counted in what is compared (SAP: horizon of the dynamic check); the order
that is checked always is.
"""

INPUTS = {
    ValueType.DAYS: "`days`",
    ValueType.PERCENT: "`percent`",
    ValueType.AMOUNT: "`amount`",
    ValueType.ACCOUNT_STATUS: "`accountStatus`",
    ValueType.PAYMENT_TERMS: "`paymentTerms`",
    ValueType.DUNNING_LEVEL: "`dunningLevel`",
    ValueType.EXPOSURE_CATEGORY: "`exposureCategory`",
}


def page() -> str:
    """The whole page."""
    kinds = (line for condition in POLICY for line in _kind(condition))
    beside = (line for code in BlockReasonCode if code in BESIDE for line in _beside(code))
    return "\n".join([BEGINNING, *kinds, "## What is not a rule\n", ALSO_BESIDE, *beside])


def _kind(condition: Condition) -> Iterator[str]:
    yield from _told(condition.kind.value, KNOWN[condition.kind], f"- **Threshold**: {_threshold(condition)}")


def _beside(code: BlockReasonCode) -> Iterator[str]:
    beside = BESIDE[code]
    yield from _told(code.value, beside.known, f"- **Set by**: {beside.set_by}")


def _told(title: str, known: Known, how: str) -> Iterator[str]:
    yield f"### {title}\n"
    yield known.blocks_when + "\n"
    yield how
    yield f"- **Elsewhere**: {known.elsewhere}"
    yield f"- **Example**: {known.example}"
    yield f"- **Test**: `{known.test.split('::')[-1]}`\n"


def _threshold(condition: Condition) -> str:
    told = _inputs(condition.blocks_by)
    if condition.or_excludes_by is not None:
        told += f"; for an exclusion also {_inputs(condition.or_excludes_by)}"
    return told


def _inputs(needed: frozenset[ValueType]) -> str:
    return " and ".join(said for value_type, said in INPUTS.items() if value_type in needed)


def main(arguments: Sequence[str]) -> int:
    """Write the file, or say whether it is as the code has it."""
    if list(arguments) == ["--check"]:
        fresh = FILE.exists() and FILE.read_text("utf-8") == page()
        sys.stdout.write(f"rules.md: {'fresh' if fresh else 'stale, run python -m schema.rules'}\n")
        return 0 if fresh else 1
    if arguments:
        sys.stdout.write("usage: python -m schema.rules [--check]\n")
        return 2
    FILE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
