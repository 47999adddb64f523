"""What an administrator sees to: people, the calendar, codes, retention, keys and health."""

from fastapi import APIRouter

from web.routes.administration import (
    access,
    calendar,
    codes,
    contacts,
    erasures,
    health,
    keys,
    overview,
    people,
    person,
    retention,
)

ROUTERS: tuple[APIRouter, ...] = (
    overview.router,
    contacts.router,
    people.router,
    person.router,
    access.router,
    calendar.router,
    codes.router,
    retention.router,
    erasures.router,
    keys.router,
    health.router,
)
