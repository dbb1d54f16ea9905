"""The application, put together."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from app.core import i18n, logging
from app.core.db import reading
from app.core.errors import TallerError
from app.queries.installation import refuse_unsafe_production
from app.routers import ROUTERS
from app.web.charset import PlainCharset
from app.web.dispatch import Pages
from app.web.explain import explain
from app.web.headers import SafeHeaders
from app.web.locale import LocaleMiddleware
from app.web.origin import OwnOriginOnly
from app.web.static import Static, assets
from app.web.telemetry import Telemetry

MOST_BODY = 32 * 1024 * 1024
PAGES = Pages(route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Warm up: threads for the cores there are, catalogues and assets in memory."""
    with reading() as session:
        refuse_unsafe_production(session)
    anyio.to_thread.current_default_thread_limiter().total_tokens = 2 + 2 * (os.cpu_count() or 1)
    assets()
    for language in i18n.LANGUAGES:
        i18n.translations(language)
    yield


def create_app() -> FastAPI:
    logging.set_up()
    app = FastAPI(title="Taller", openapi_url=None, lifespan=lifespan, max_body_size=MOST_BODY)
    app.mount("/static", Static())
    app.router.routes.append(PAGES)
    app.router.redirect_slashes = False  # it would answer with the host that was asked for
    app.add_exception_handler(TallerError, explain)
    app.add_exception_handler(HTTPException, explain)
    app.add_exception_handler(RequestValidationError, explain)
    app.add_exception_handler(Exception, explain)
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=6)
    app.add_middleware(LocaleMiddleware)
    app.add_middleware(PlainCharset)
    app.add_middleware(OwnOriginOnly)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Telemetry)
    return app


app = create_app()
