"""What every signed token must be, whoever issued it: signed with an allowed algorithm, for us, and good by now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import Key

from domain.role import Role
from server.auth.refusing import NotAccepted, Reason

LONGEST_NAME = 200

_UNKEPT = re.compile("[\0\ud800-\udfff]")

_OF_CLAIMS = {"iss": Reason.ISSUER, "aud": Reason.AUDIENCE, "nbf": Reason.NOT_YET_VALID, "iat": Reason.NOT_YET_VALID}


@dataclass(frozen=True)
class Expected:
    """What a token must say. `leeway`: seconds by which clocks may differ."""

    issuer: str
    audience: str
    algorithms: Sequence[str]
    leeway: int = 0


def header_of(token: bytes, expected: Expected) -> Mapping[str, Any]:
    """The header of a token, in which nothing is proven yet. Raises `NotAccepted`, also for another algorithm.

    Anybody may write anything into it, so it is looked at before the library takes it for a header. We know no
    extension that a token could insist on (`crit`).
    """
    try:
        header: Any = jws.extract_compact(token).headers()
    except (JoseError, ValueError):
        raise NotAccepted(Reason.MALFORMED) from None
    if not isinstance(header, dict) or "crit" in header:
        raise NotAccepted(Reason.MALFORMED)
    if header.get("alg") not in expected.algorithms:
        raise NotAccepted(Reason.ALGORITHM)
    return header


def verified(token: bytes, key: Key, expected: Expected, now: datetime) -> dict[str, Any]:
    """The claims of a token that was signed with a key and holds now. Raises `NotAccepted`."""
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=expected.leeway,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.audience},
        sub={"essential": True},
        exp={"essential": True},
    )
    try:
        said = jwt.decode(token, key, algorithms=expected.algorithms).claims
        registry.validate(said)
    except UnsupportedAlgorithmError:
        raise NotAccepted(Reason.ALGORITHM) from None
    except BadSignatureError:
        raise NotAccepted(Reason.SIGNATURE) from None
    except ExpiredTokenError:
        raise NotAccepted(Reason.EXPIRED) from None
    except ClaimError as error:
        raise NotAccepted(_reason(error)) from None
    except (JoseError, ValueError, RecursionError):
        raise NotAccepted(Reason.MALFORMED) from None
    return said


def is_name(value: object) -> TypeGuard[str]:
    """Whether it can be the name of somebody or something, and be kept: no database takes NUL or half a pair."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and _UNKEPT.search(value) is None


def are_grants(value: object) -> bool:
    """Whether it says companies with roles. A role that we do not know is a mistake, never silently nothing."""
    roles = [*Role]
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(given, list) and given and all(role in roles for role in given) for given in value.values())
    )


def _reason(error: ClaimError) -> Reason:
    return _OF_CLAIMS.get(error.claim, Reason.MALFORMED)
