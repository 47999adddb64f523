"""Why the pages can't be served; each message is a sentence with what to do."""


class PagesNotBuilt(Exception):
    """The styles and scripts of the pages are missing."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is missing from the pages' static files: they are built at installation. "
            "Run `make install`."
        )


class WebPortTaken(Exception):
    """The pages can't be served on this port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host}, for the pages, can't be used: another program has it, or the "
            "address is not this machine's. Choose others with EVENHAND_WEB_HOST and "
            "EVENHAND_WEB_PORT."
        )
