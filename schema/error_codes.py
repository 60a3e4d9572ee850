"""The codes of refusals and of mistakes, each with what it means to a program."""

from __future__ import annotations

from domain.refusal import ErrorCode
from schema.fields import coded

coded(
    ErrorCode,
    "Why something was refused. Stable, for programs; the message beside it is for people.",
    NOT_FOUND="What was named does not exist, or you may not see it.",
    ALREADY_EXISTS="There is one with this number or code already.",
    VERSION_CONFLICT="It has changed since the version you decided on; `node` is it as it is now.",
    IDEMPOTENCY_KEY_REUSED="The key was used with another input.",
    INVALID_VALUE="A value that cannot be meant here.",
    AMOUNT_NEGATIVE="An amount that must not be negative, or must be above zero.",
    AMOUNT_PRECISION="An amount with more decimals than its currency has.",
    CURRENCY_UNKNOWN="No currency of ISO 4217.",
    CURRENCY_MISMATCH="An amount in another currency than it must be in.",
    RATE_MISSING="No exchange rate leads from one currency to the other.",
    RATE_TOO_OLD="The last exchange rate is older than it may be.",
    COMPANY_NOT_AVAILABLE="The company does not exist or is not granted to you.",
    FORBIDDEN="Your roles do not permit it.",
    DATE_ORDER="Something would end before it begins.",
    DAY_IN_FUTURE="A business day that has not come yet.",
    WRONG_STATUS="It cannot be done where the record stands.",
    OWN_WORK="Four eyes: whoever wrote or submitted it does not approve it.",
    AUTHORITY_EXCEEDED="It is beyond your approval authority; `limit` is what you may approve.",
    APPROVAL_REQUIRED="It was not done yet: it waits until somebody else approves it.",
    TOO_MANY_ROWS="More rows than one call may bring.",
    OVERLAPPING_TEMPORARY_LIMIT="There is a temporary limit in these days already.",
    LIMIT_BELOW_USED="The limit in force is below what is used of it: `limit` and `actual`.",
    CREDIT_WARNED="The credit check of an order warns; the message says why.",
    LEFT_OUT="Somebody that was asked for was left out; the message says why.",
    ALREADY_IN_CREDIT_GROUP="The customer is in a credit group already.",
    MORE_THAN_OPEN="More than is left of it.",
    DIFFERENT_PAYER="What belongs together has different payers.",
    CONFIRMATION_REQUIRED="It has consequences that must be confirmed.",
    REASON_REQUIRED="A reason must be given.",
    DOCUMENT_DIFFERS="A document of this number exists and is another.",
    BAD_USER_INPUT="The request cannot be understood as it stands.",
    BAD_CURSOR="The cursor belongs to another list or order.",
    EVENTS_NOT_KEPT="What happened after that sequence is not kept any more; read anew.",
    UNAUTHENTICATED="Nobody is signed in, or the token does not hold.",
    CURRENCY_REQUIRED="The sum spans currencies, and none was asked for.",
    PERSISTED_QUERY_NOT_FOUND="You have no trusted document of this id.",
    PERSISTED_QUERY_NOT_SUPPORTED="Trusted documents are not used here; send the query.",
    PERSISTED_QUERY_ID_REQUIRED="Only trusted documents are run for you; send the id of one.",
    OPERATION_TOO_COMPLEX="The operation asks for too much at once.",
    THROTTLED="Too many requests; try again later.",
    DEADLINE_EXCEEDED="It took too long and was stopped; try again.",
    INTERNAL_SERVER_ERROR="Our fault; the request id tells us which.",
)

__all__ = ["ErrorCode"]
