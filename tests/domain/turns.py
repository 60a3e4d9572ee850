"""What is rare, at random: each turn changes a situation in one respect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from domain.blocking import BlockingRule, Coded, RuleKind, RuleType, ValidFor
from domain.calendar import DAY
from domain.check import Checkpoint, Facts, Order
from domain.limits import AdjustmentKind, LimitAction, LimitEntry
from domain.reason import AccountStatusEffect
from domain.release import Agreed, Release
from tests.domain.drawn import MONTH, SEASON, some_money
from tests.domain.words import ACME, SOUTH, days, margin, normal, rule, temporary, with_customer

Turn = Callable[[st.DrawFn, Facts, Order], tuple[Facts, Order]]

WATCH = Coded(UUID(int=500), "WATCH")
RISKY = UUID(int=510)
YES = st.just(True)


def payer(**drawn: st.SearchStrategy[object]) -> Turn:
    """Something about the payer is otherwise."""

    def turn(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
        return with_customer(facts, **{name: draw(one) for name, one in drawn.items()}), asked

    return turn


def its_terms(name: str) -> Turn:
    """Something that is so or not about the payer's own limit is so."""

    def turn(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
        return with_customer(facts, terms=replace(facts.customer.terms, **{name: True})), asked

    return turn


def document(**drawn: st.SearchStrategy[object]) -> Turn:
    """Something about the order is otherwise."""

    def turn(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
        return facts, replace(asked, **{name: draw(one) for name, one in drawn.items()})

    return turn


def left_out(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """The customer is excluded from credit management, or a company of our own group; or the order is excluded."""
    turns = payer(excluded=YES), payer(intercompany=YES), document(excluded=YES)
    return draw(st.sampled_from(turns))(draw, facts, asked)


def invoice_without_order(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """An invoice that no order came before, perhaps of a company that checks such."""
    invoice = replace(asked, checkpoint=Checkpoint.INVOICE, without_order=True)
    return with_customer(facts, checks_invoices=draw(st.booleans())), invoice


def released(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """A release, perhaps too small or too old or of an order that was to be paid for otherwise."""
    value = draw(st.sampled_from([asked.amount, draw(some_money(1))]))
    release = Release(
        released_value=value,
        released_on=days(-draw(st.integers(0, 20))),
        ceiling=draw(st.sampled_from([None, value, draw(some_money(1))])),
        deviation_percent=draw(st.sampled_from([None, Decimal(0), Decimal(10)])),
        last_date=draw(st.sampled_from([None, days(0), days(5)])),
        agreed=draw(st.sampled_from([None, Agreed(asked.own.payment_terms_id, None)])),
    )
    grace = draw(st.sampled_from([{}, {asked.checkpoint: 0}, {asked.checkpoint: 9}]))
    return with_customer(facts, grace_days=grace), replace(asked, release=release)


def group_a_day_ahead(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """Another time zone is the group's."""
    return facts if facts.group is None else replace(facts, group=replace(facts.group, day=days(1))), asked


def added(draw: st.DrawFn, facts: Facts, *entries: LimitEntry, but: AdjustmentKind | None = None) -> Facts:
    """With more limits of the payer or its group, in place of those of a kind."""
    holder = draw(st.sampled_from(["customer", "group"] if facts.group else ["customer"]))
    whose = getattr(facts, holder)
    kept = tuple(entry for entry in whose.terms.entries if entry.kind is not but)
    return replace(facts, **{holder: replace(whose, terms=replace(whose.terms, entries=(*kept, *entries)))})


def taken_away(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """A permanent limit is taken away, or will be."""
    entry = normal("0 SEK", days(draw(st.integers(-9, 9))), posted=5, id_=105)
    return added(draw, facts, replace(entry, action=LimitAction.UNSET)), asked


def cut_short(draw: st.DrawFn, entry: LimitEntry) -> tuple[LimitEntry, ...]:
    """What has a last day, perhaps ended on another, perhaps before it began."""
    assert entry.until is not None
    later = draw(st.integers(0, (entry.until - entry.from_).days))
    from_ = entry.from_ + later * DAY
    last = {"from_": from_, "until": from_ - DAY, "action": LimitAction.END}
    end = replace(entry, id=UUID(int=entry.id.int + 1), posted=entry.posted + 1, replaces=entry.id, **last)
    return draw(st.sampled_from([(entry,), (entry, end)]))


def temporarily(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """A temporary limit, of the group too; perhaps ended, withdrawn, or another took its place."""
    first, last = draw(st.integers(-9, 9)), draw(st.integers(9, 25))
    entry = replace(temporary("0 SEK", days(first), days(last), posted=2, id_=201), limit=draw(some_money()))
    another = temporary("0 SEK", days(draw(st.integers(first, last))), days(last + 5), 3, 203, replaces=entry.id)
    replaced = (entry, replace(another, limit=draw(some_money())))
    entries = draw(st.sampled_from([cut_short(draw, entry), replaced]))
    return added(draw, facts, *entries, but=AdjustmentKind.TEMPORARY), asked


def in_season(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """A season within another, or of a group, perhaps ended."""
    percent = str(draw(st.integers(-100, 100)))
    first, last = days(draw(st.integers(-5, 5))), days(draw(st.integers(5, 9)))
    return added(draw, facts, *cut_short(draw, margin("SEASONAL", percent, first, last, posted=2, id_=255))), asked


def tolerated(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """A tolerance more, or of a group."""
    tolerance = draw(st.sampled_from(["5", "100 EUR"]))
    return added(draw, facts, margin("TOLERANCE", tolerance, days(draw(st.integers(-5, 5))), posted=2, id_=257)), asked


def named(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """A rule for an account status or for payment terms, which the customer or the order perhaps has."""
    status = {"kind": RuleKind.ACCOUNT_STATUS, "account_status": WATCH}
    terms = {"kind": RuleKind.PAYMENT_TERMS, "payment_terms": Coded(draw(st.sampled_from([MONTH, SEASON])), "TERMS")}
    more = rule(type_=RuleType.BLOCK, valid_for=ValidFor.ALL, **draw(st.sampled_from([status, terms])))
    has = draw(st.sampled_from([None, WATCH.id]))
    return with_customer(replace(facts, rules=(*facts.rules, more)), account_status=has), asked


def narrowed(draw: st.DrawFn, one: BlockingRule) -> BlockingRule:
    """A rule for the customer, for its credit management group, for its risk group, or for others."""
    groups = [{"credit_management_group": SOUTH}, {"credit_management_group": UUID(int=6)}]
    scopes = [
        {"valid_for": ValidFor.CUSTOMER, "customer": ACME},
        *({"valid_for": ValidFor.GROUP, **group} for group in groups),
        {"valid_for": ValidFor.GROUP, **groups[0], "risk_group": RISKY},
    ]
    return replace(one, **{"customer": None, "credit_management_group": None, **draw(st.sampled_from(scopes))})


def narrower(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """One of the rules is for fewer."""
    rules = draw(st.permutations(facts.rules))
    facts = with_customer(facts, risk_group=draw(st.sampled_from([None, RISKY])))
    return replace(facts, rules=(*(narrowed(draw, one) for one in rules[:1]), *rules[1:])), asked


def milder(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """One of the rules only warns."""
    rules = draw(st.permutations(facts.rules))
    warning = (replace(one, type=RuleType.WARN) for one in rules[:1] if one.type is RuleType.BLOCK)
    return replace(facts, rules=(*rules, *warning)), asked


def exclusion(draw: st.DrawFn, facts: Facts, **more: object) -> BlockingRule | None:
    """The opposite of one of the rules, with a threshold of its own."""
    if not facts.rules:
        return None
    of = draw(st.sampled_from(facts.rules))
    return replace(
        of,
        id=UUID(int=410 + len(facts.rules)),
        type=RuleType.EXCLUDE,
        days=None if of.days is None else of.days + draw(st.integers(0, 30)),
        percent=None if of.percent is None else of.percent + draw(st.integers(0, 90)),
        amount=None if of.amount is None else draw(some_money(1)),
        dunning_level=None if of.dunning_level is None else of.dunning_level + draw(st.integers(0, 2)),
        at_or_above=False,
        ignore_balance_below=None,
        ignore_orders_below=None,
        **more,
    )


def excluded(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """An exclusion that lifts rules of its kind."""
    one = exclusion(draw, facts)
    return facts if one is None else replace(facts, rules=(*facts.rules, narrowed(draw, one))), asked


def exempted(draw: st.DrawFn, facts: Facts, asked: Order) -> tuple[Facts, Order]:
    """An exclusion that waives everything, of any kind; or one of days overdue, by what is overdue."""
    small = rule(RuleKind.OVERDUE_DAYS, RuleType.EXCLUDE, ValidFor.ALL, amount=draw(some_money()), release_all=True)
    one = draw(st.sampled_from([small, exclusion(draw, facts, release_all=True) or small]))
    return replace(facts, rules=(*facts.rules, one)), asked


STEP = st.sampled_from(Checkpoint)

TURNS: tuple[Turn, ...] = (
    temporarily,
    taken_away,
    in_season,
    tolerated,
    its_terms("unlimited"),
    its_terms("mandatory"),
    its_terms("unset_means_unlimited"),
    payer(blank_expiry_means_expired=YES),
    payer(check_groups=st.just(False)),
    group_a_day_ahead,
    named,
    narrower,
    milder,
    excluded,
    exempted,
    released,
    left_out,
    payer(on_hold=YES),
    payer(status_effect=st.sampled_from(AccountStatusEffect)),
    payer(checkpoints=st.frozensets(STEP)),
    document(forced=YES),
    document(checkpoint=STEP, delivered=st.booleans()),
    document(held_at=STEP),
    document(billed=YES),
    document(ship_date=st.integers(-5, 20).map(days)),
    invoice_without_order,
)
"""Kept few in one situation, so that most orders are still asked for and many held."""
