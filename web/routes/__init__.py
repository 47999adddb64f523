"""The pages by subject: one router each. A new one is added to `ROUTERS`."""

from fastapi import APIRouter

from web.routes import account, help_pages, home, today

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    today.router,
    account.router,
    help_pages.router,
)
