"""Who asks: a header in, claims out (`schema.context.Authenticate`).

`remembering` reads the header and remembers what was verified; `development`, `oidc` and `api_keys` verify, each what
it knows; `choosing` says whom an installation trusts. What only an installation with an issuer needs is imported there.
"""

from server.auth.clock import Clock, utc_now
from server.auth.development import KEY_FILE, DevelopmentIssuer, TokenAuthentication, development_key

__all__ = ["KEY_FILE", "Clock", "DevelopmentIssuer", "TokenAuthentication", "development_key", "utc_now"]
