"""The pages by subject: one router each. A new one is added to `ROUTERS`."""

from fastapi import APIRouter

from web.routes import (
    account,
    acting,
    administration,
    case_link,
    cases,
    concerns,
    finding,
    finishing,
    help_pages,
    home,
    letters_to_send,
    links,
    passwords,
    sign_in,
    today,
    your_case,
    your_case_further,
    your_case_help,
    your_case_meetings,
    your_case_writing,
    your_concern,
)

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    today.router,
    finding.router,
    concerns.router,
    cases.router,
    case_link.router,
    acting.router,
    letters_to_send.router,
    finishing.router,
    account.router,
    sign_in.router,
    passwords.router,
    links.router,
    help_pages.router,
    your_concern.router,  # before the cases, whose references its address is none of
    your_case.router,
    your_case_writing.router,
    your_case_meetings.router,
    your_case_help.router,
    your_case_further.router,
    *administration.ROUTERS,
)
