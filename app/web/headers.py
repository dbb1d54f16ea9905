"""The headers that every answer carries: what a page may load, and who may keep a copy."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.settings import settings

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def content_security_policy(**wider: str) -> str:
    """What a page may load. ``wider``: what this one alone needs, as in ``frame_src="https://…"``."""
    policy = _POLICY | {name.replace("_", "-"): value for name, value in wider.items()}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


CONTENT_SECURITY_POLICY = content_security_policy()
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_IN_PRODUCTION = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def safe_headers() -> dict[str, str]:
    return _ALWAYS | (_IN_PRODUCTION if settings().in_production else {})


class SafeHeaders:
    """Adds them to every answer that does not say otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.always = [
            (name.lower().encode(), value.encode()) for name, value in safe_headers().items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                names = {name for name, _value in given}
                message["headers"] = given + [pair for pair in self.always if pair[0] not in names]
            await send(message)

        await self.app(scope, receive, with_headers)
