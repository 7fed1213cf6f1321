"""OpenID Connect: an identity provider says who somebody is. Its tokens stay in this process."""

from service.oidc.provider import Begun, Provider

__all__ = ["Begun", "Provider"]
