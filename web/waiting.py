"""Pages that wait for long work: how far it is, and where it leads when it is done.

Without JavaScript the page loads itself again every few seconds; with it, only its numbers change.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway.long_tasks import Kind, LongTask
from web.cookies import office_of
from web.outcome import Told, told
from web.pages import Crumb, page
from web.viewer import Viewer

AT_ONCE = 0.8  # seconds that a press waits, so that short work needs no page of its own
EVERY = 3  # seconds until the page loads itself again

_FAILED = Told(
    500,
    "This could not be finished",
    (
        "Something is wrong with Evenhand itself. Nothing on the record was changed by it. Tell "
        "your administrator when it happened, and try again.",
    ),
)


async def begun(request: Request, task: LongTask) -> None:
    """Waits a moment for a task: work that is short is done before its page is shown."""
    await office_of(request).tasks.wait(task, AT_ONCE)


def waiting(
    request: Request,
    task: LongTask,
    *,
    title: str,
    counts: str,
    note: str = "",
    breadcrumbs: Sequence[Crumb] = (),
) -> HTMLResponse:
    """The page of a task that is under way. `counts` is what it counts, such as “events”."""
    percent = min(99, 100 * task.done // task.total) if task.total else None
    return page(
        request,
        "waiting.html",
        title=title,
        breadcrumbs=breadcrumbs,
        task=task,
        percent=percent,
        counts=counts,
        note=note,
        every=EVERY,
    )


def failed(
    request: Request, task: LongTask, *, again: Crumb, breadcrumbs: Sequence[Crumb] = ()
) -> HTMLResponse:
    """The page of a task that ended with a problem; `again` leads to where it can be begun anew."""
    assert task.problem is not None
    words = told(task.problem) or _FAILED
    return _unfinished(request, words, again, breadcrumbs)


def gone(
    request: Request,
    viewer: Viewer,
    kind: Kind,
    *,
    again: Crumb,
    breadcrumbs: Sequence[Crumb] = (),
) -> HTMLResponse:
    """The page of a task that this process does not know, or keeps no longer."""
    off = office_of(request).tasks.broken_off(viewer.school, kind)
    words = (
        Told(
            404,
            "This was broken off",
            (
                "The service was started anew while this was under way, so it was not finished "
                "and has no result. Nothing on the record was changed by it.",
            ),
        )
        if off is not None
        else Told(
            404,
            "This result is not kept any longer",
            (
                "A result is kept until newer ones take its place, or the service is started anew. "
                "It can be had again.",
            ),
        )
    )
    return _unfinished(request, words, again, breadcrumbs)


def _unfinished(
    request: Request, words: Told, again: Crumb, breadcrumbs: Sequence[Crumb]
) -> HTMLResponse:
    return page(
        request,
        "unfinished.html",
        title=words.heading,
        breadcrumbs=breadcrumbs,
        told=words,
        again=again,
        status=words.status,
    )
