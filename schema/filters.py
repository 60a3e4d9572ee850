"""What a client may ask of a list, made from what its shape declares: `where`, and what it becomes for persistence.

No postponed annotations in this file: the types of fields are made while it runs.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.shapes.shape import Filterable, Kind, Shape
from schema.context import Info
from schema.errors import ClientMistake
from schema.fields import TYPES
from schema.ids import key_of

DEEPEST = 5


def made(name: str, description: str, fields: Mapping[str, tuple[Any, Any]], decorate: Callable[..., Any]) -> Any:
    """A strawberry type out of names, types and fields."""
    body: dict[str, Any] = {"__annotations__": {key: kind for key, (kind, _) in fields.items()}, "__module__": __name__}
    body.update({key: value for key, (_, value) in fields.items()})
    return decorate(type(name, (), body), name=name, description=description)


def graphql_name(field: str) -> str:
    """`due_date` is `dueDate`, `from_` is `from`."""
    first, *others = field.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in others)


def where_type(shape: Shape) -> Any:
    """The `where` of a list of this shape."""
    name = f"{shape.name}Where"
    itself = Annotated[name, strawberry.lazy(__name__)]  # type: ignore[valid-type]
    fields: dict[str, tuple[Any, Any]] = {
        "and_": (list[itself] | None, _optional("All of these.", "and")),
        "or_": (list[itself] | None, _optional("Any of these.", "or")),
        "not_": (itself | None, _optional("Not this.", "not")),
        "companies": (list[str] | None, _optional("Only records of these companies, by their codes.")),
        "search": (str | None, _optional("Only records whose numbers or names contain it.")),
    }
    for field, filterable in shape.filterable.items():
        described = _optional(f"By `{graphql_name(field)}`.", graphql_name(field))
        fields[field] = (_filter_of(filterable) | None, described)
    globals()[name] = made(name, "Which records are wanted: all that is said must hold.", fields, strawberry.input)
    return globals()[name]


def plain_where(shape: Shape, where: Any, info: Info, depth: int = 0) -> dict[str, Any]:
    """A filter as a tree of names, operators and values; company codes become ids, node ids keys.

    Raises `ClientMistake`.
    """
    if depth > DEEPEST:
        raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(N_("The filter is nested too deeply.")))
    named = ((_plain_name(shape, field), given) for field, given in vars(where).items() if given is not None)
    return {name: _plain_part(shape, name, given, info, depth) for name, given in named}


def _plain_name(shape: Shape, field: str) -> str:
    return field if field in shape.filterable else field.rstrip("_")


def _plain_part(shape: Shape, name: str, given: Any, info: Info, depth: int) -> Any:
    match name:
        case "and" | "or":
            return [plain_where(shape, part, info, depth + 1) for part in given]
        case "not":
            return plain_where(shape, given, info, depth + 1)
        case "companies":
            return list(info.context.company_ids(given))
        case "search":
            return given
        case _:
            return _plain_filter(shape.filterable[name], given)


def _plain_filter(field: Filterable, given: Any) -> dict[str, Any]:
    ((operator, wanted),) = ((k.rstrip("_"), v) for k, v in vars(given).items() if v is not strawberry.UNSET)
    if operator == "range":
        wanted = {k.rstrip("_"): v for k, v in vars(wanted).items()}
    elif operator in ("eq", "in"):
        wanted = _plain(field.kind, wanted) if operator == "eq" else [_plain(field.kind, one) for one in wanted]
    return {operator: wanted}


def _plain(kind: Kind, value: Any) -> Any:
    if kind is Kind.ID:
        return key_of(value, *(cls.shape.prefix for cls in TYPES.values()))
    return value.value if kind is Kind.CODE else value


def _one_of(cls: type, name: str, description: str) -> Any:
    return strawberry.input(cls, name=name, description=description, one_of=True)


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=None, name=name, description=description)


def _way(description: str, name: str | None = None) -> Any:
    """One of the ways to compare. It has no default, since exactly one of them is given."""
    return strawberry.field(default=strawberry.UNSET, name=name, description=description)


def _range(name: str, kind: Any) -> Any:
    bounds = {
        "from_": (kind | None, _optional("This or more.", "from")),
        "until": (kind | None, _optional("This or less.")),
    }
    described = "A range; both ends are inside it, and either may be left open."
    return made(f"{name}Range", described, bounds, strawberry.input)


def _filter(name: str, kind: Any, *, text: bool = False, ranged: Any = None) -> Any:
    fields: dict[str, tuple[Any, Any]] = {
        "eq": (kind | None, _way("Equal to it.")),
        "in_": (list[kind] | None, _way("Equal to one of them.", "in")),
        "is_null": (bool | None, _way("True: without a value; false: with one.")),
    }
    if text:
        fields["starts_with"] = (str | None, _way("Begins so, in capitals or not."))
        fields["contains"] = (str | None, _way("Has it somewhere, in capitals or not."))
    if ranged is not None:
        fields["range"] = (ranged | None, _way("Within a range."))
    return made(name, "How a field is compared: exactly one way.", fields, _one_of)


_DECIMALS = _range("Decimal", Decimal)

_FILTERS: dict[Any, Any] = {
    Kind.ID: _filter("IDFilter", strawberry.ID),
    Kind.TEXT: _filter("StringFilter", str, text=True),
    Kind.FLAG: _filter("BooleanFilter", bool),
    Kind.WHOLE: _filter("IntFilter", int, ranged=_range("Int", int)),
    Kind.NUMBER: _filter("DecimalFilter", Decimal, ranged=_DECIMALS),
    Kind.DAY: _filter("DateFilter", date, ranged=_range("Date", date)),
    Kind.INSTANT: _filter("DateTimeFilter", datetime, ranged=_range("DateTime", datetime)),
    Kind.MONEY: made(
        "MoneyFilter",
        "An amount, compared in the reporting currency at the rate of the record's day.",
        {"range": (_DECIMALS | None, _way("Within a range."))},
        _one_of,
    ),
}


def _filter_of(field: Filterable) -> Any:
    if field.kind is not Kind.CODE:
        return _FILTERS[field.kind]
    if field.enum is None:
        raise TypeError("a code says which enum it is of")
    if field.enum not in _FILTERS:
        _FILTERS[field.enum] = _filter(f"{field.enum.__name__}Filter", field.enum)
    return _FILTERS[field.enum]
