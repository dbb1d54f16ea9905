"""The JSON API: what a person may read on the pages, for programs that hold their key."""

from fastapi import APIRouter

from app.routers.api import description, editions, me

ROUTERS: list[APIRouter] = [description.router, me.router, editions.router]
