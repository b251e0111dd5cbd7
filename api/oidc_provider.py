"""The OpenID provider as it is asked: where its doors are, a code for an ID token, and whether to believe that token.

Its document and keys are read for each sign-in, so that a key exchanged there holds here at once; sign-ins are few.
"""

import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt

from models.clock import now
from models.doors import HERE, Provider

SKEW = 60.0
"""Seconds that the provider's clock may differ from ours."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Only signatures that the provider alone can make: neither none, nor a secret that we know too."""
_PATIENCE = httpx.Timeout(5.0)
_MOST = 200_000
"""Bytes of an answer of the provider."""


class Unreachable(Exception):
    """The provider does not answer, or with nothing that makes sense."""


class Refused(Exception):
    """What the provider said is not to be believed; `code` is why, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def discover(provider: Provider) -> dict[str, Any]:
    """The provider's own document, which must be its own and name doors as safe as its issuer's.

    Raises:
        Unreachable: there is none, or not such a one.
    """
    found = _get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    doors = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if found.get("issuer") != provider.issuer or not all(
        isinstance(one, str) and _safe(one) for one in doors
    ):
        raise Unreachable
    return found


def redeem(provider: Provider, found: dict[str, Any], code: str, verifier: str, redirect: str) -> str:
    """The ID token for a code.

    Raises:
        Unreachable: the provider does not answer.
        Refused: it does not take the code.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    credentials: dict[str, Any] = {"auth": (provider.client, provider.secret)}
    if "client_secret_basic" not in found.get(
        "token_endpoint_auth_methods_supported", ["client_secret_basic"]
    ):
        credentials, form = {}, form | {"client_id": provider.client, "client_secret": provider.secret}
    answer = _ask("POST", found["token_endpoint"], data=form, **credentials)
    if answer.is_client_error:
        raise Refused("code")
    token = _object(answer).get("id_token")
    if not isinstance(token, str):
        raise Refused("no_id_token")
    return token


def identify(provider: Provider, found: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token that the provider made for us, now, for this sign-in.

    Raises:
        Unreachable: its keys cannot be read.
        Refused: it is not.
    """
    return believed(provider, _get(found["jwks_uri"]), token, nonce)


def believed(provider: Provider, keys: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token signed with one of these keys, with `sub` and `amr` of the types they should have.

    Raises:
        Refused: it is not to be believed.
    """
    options: Any = {
        "require": ["iss", "sub", "aud", "exp", "iat", "nonce"], "verify_exp": False, "verify_nbf": False,
        "verify_iat": False,
    }  # fmt: skip
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise Refused("algorithm")
        key = _key(keys, header)
        # Moments are judged below, by the one clock.
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=provider.client,
            issuer=provider.issuer,
            options=options,
        )
        moment, until, made = now().timestamp(), float(claims["exp"]), float(claims["iat"])
        since = float(claims.get("nbf", made))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        raise Refused("id_token") from None
    if until + SKEW <= moment or max(made, since) > moment + SKEW:
        raise Refused("expired" if until + SKEW <= moment else "not_yet")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if ("azp" in claims or len(audience) > 1) and claims.get("azp") != provider.client:
        raise Refused("audience")
    if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise Refused("nonce")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise Refused("subject")
    methods = claims.get("amr")
    return {**claims, "amr": methods if isinstance(methods, list) else []}


def _key(keys: dict[str, Any], header: dict[str, Any]) -> jwt.PyJWK:
    """The provider's public key that a header names; the only one where it names none."""
    usable = [
        one for one in keys.get("keys", [])
        if isinstance(one, dict) and one.get("kty") in {"RSA", "EC", "OKP"} and one.get("use", "sig") == "sig"
    ]  # fmt: skip
    named = [one for one in usable if one.get("kid") == header.get("kid")] if "kid" in header else usable
    if len(named) != 1:
        raise Refused("key")
    return jwt.PyJWK.from_dict(named[0], algorithm=header.get("alg"))


def _get(url: str) -> dict[str, Any]:
    return _object(_ask("GET", url))


def _ask(method: str, url: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
    try:
        answer = httpx.request(method, url, timeout=_PATIENCE, follow_redirects=False, **request)
    except httpx.HTTPError:
        raise Unreachable from None
    if answer.is_server_error or answer.is_redirect or len(answer.content) > _MOST:
        raise Unreachable
    return answer


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise Unreachable from None
    if not isinstance(found, dict):
        raise Unreachable
    return found


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
