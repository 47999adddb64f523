"""Files that are given out: always to be kept, never opened as a page of this site."""

from urllib.parse import quote

from starlette.responses import Response

PDF = "application/pdf"
ICALENDAR = "text/calendar; charset=utf-8"
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def download(content: bytes, name: str, media_type: str) -> Response:
    """The file, which a browser saves under `name` and never runs or shows in this site's name."""
    plain = "".join(
        sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else "_"
        for sign in name
    )
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": (
                f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
            ),
            "content-security-policy": SANDBOX,
        },
    )
