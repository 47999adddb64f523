"""Why the embedded service does not start; each message is a sentence with what to do."""

from pathlib import Path


class EmbeddedProblem(Exception):
    """The embedded service can't start, or can't go on."""


class DataFolderInUse(EmbeddedProblem):
    """Another `evenhand up` runs on the same data folder."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        who = f" (process {pid})" if pid is not None else ""
        super().__init__(
            f"Evenhand is already running on {folder}{who}. Stop that one first, or choose another "
            "folder with EVENHAND_DATA_DIR."
        )


class DataFolderUnusable(EmbeddedProblem):
    """The data folder can't be made or written to."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"The data folder {folder} can't be used ({why}). Check who owns it, or choose another "
            "with EVENHAND_DATA_DIR."
        )


class PortBusy(EmbeddedProblem):
    """Somebody else listens on a port that is needed."""

    def __init__(self, purpose: str, host: str, port: int, remedy: str) -> None:
        super().__init__(
            f"Port {port} on {host}, for {purpose}, can't be used: another program has it. "
            f"Choose another port with {remedy}, or stop that program."
        )
        self.port = port


class TemporalElsewhere(EmbeddedProblem):
    """TEMPORAL_ADDRESS does not name a port of this machine."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"TEMPORAL_ADDRESS is “{address}”, but `evenhand up` runs a server of its own on this "
            "machine. Unset TEMPORAL_ADDRESS, or give it a port here, such as 127.0.0.1:7234."
        )


class WillNotStart(EmbeddedProblem):
    """A part of the service ends, or stays silent, each time it is started."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        super().__init__(f"The {name} does not start: {what}. Its own words are in {log}.")
        self.name = name


class LeftoverStays(EmbeddedProblem):
    """A process of an earlier run can't be ended."""

    def __init__(self, pid: int, name: str) -> None:
        super().__init__(
            f"The {name} of an earlier run (process {pid}) is still there and can't be ended. "
            "End it yourself, then try again."
        )
