"""The whole service on one machine: Temporal server, outbox, worker and pages, kept running."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from cli.embedded.child import Child
from cli.embedded.folder import DataFolder
from cli.embedded.outbox import serving_outbox
from cli.embedded.ports import LOOPBACK, is_loopback, require_free, temporal_port
from gateway.programs import bundled_program
from gateway.search_attributes import SEARCH_ATTRIBUTES, register_search_attributes
from settings import Settings

WORKER_GRACE = 30.0
TEMPORAL_GRACE = 15.0
PROBE_TIMEOUT = 2.0
WEB_GRACE = 15.0
WORKER_COMMAND = (sys.executable, "-m", "worker")
WEB_COMMAND = (sys.executable, "-m", "cli.main", "web")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_log = structlog.stdlib.get_logger("evenhand.embedded")


class Supervisor:
    """Runs the embedded service until it is told to stop.

    `migrate` brings the database up to date, and runs before the worker starts; `on_ready` is
    called once, when people can act. Where the settings name a mail server elsewhere, that one is
    used and no outbox runs.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        migrate: Callable[[], Awaitable[object]],
        on_ready: Callable[[], object],
        temporal_address: str = "127.0.0.1:7233",
        temporal_namespace: str = "default",
        worker_command: Sequence[str] = WORKER_COMMAND,
        web_command: Sequence[str] = WEB_COMMAND,
    ) -> None:
        """Raises TemporalElsewhere where `temporal_address` is not a port of this machine."""
        self._settings = settings
        self._migrate = migrate
        self._on_ready = on_ready
        self._port = temporal_port(temporal_address)
        self._namespace = temporal_namespace
        self._folder = DataFolder(settings.data_dir)
        self._stop = asyncio.Event()
        self.temporal = Child(
            "temporal",
            self._temporal_command(),
            folder=self._folder,
            ready=self._temporal_is_ready,
            grace=TEMPORAL_GRACE,
        )
        self.worker = Child(
            "worker",
            worker_command,
            folder=self._folder,
            ready=self._worker_is_ready,
            grace=WORKER_GRACE,
            environment=self._where_temporal_is,
        )
        self.web = Child(
            "web",
            web_command,
            folder=self._folder,
            ready=self._web_is_ready,
            grace=WEB_GRACE,
            environment=self._where_temporal_is,
        )

    @property
    def temporal_address(self) -> str:
        """Where the Temporal server answers, as TEMPORAL_ADDRESS says it."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def _where_temporal_is(self) -> dict[str, str]:
        return {
            "TEMPORAL_ADDRESS": self.temporal_address,
            "TEMPORAL_NAMESPACE": self._namespace,
        }

    def stop(self) -> None:
        """Ask `run` to stop everything and return."""
        self._stop.set()

    async def run(self) -> None:
        """Start everything, keep it running, and stop it on SIGINT, SIGTERM or `stop()`.

        Raises EmbeddedProblem, with nothing left running, where it can't start or go on.
        """
        with self._folder.held(), self._stopping_on_signals():
            await self._folder.end_leftovers()
            self._require_free_ports()
            serving = asyncio.create_task(self._serve(), name="embedded service")
            asked = asyncio.create_task(self._stop.wait())
            try:
                await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                asked.cancel()
                serving.cancel()
                await asyncio.wait({serving})
            if not serving.cancelled():
                serving.result()
            _log.info("embedded:service:stopped")

    async def _serve(self) -> None:
        # They end in the reverse order: the worker while its server and mail are still there.
        async with contextlib.AsyncExitStack() as running:
            if is_loopback(self._settings.smtp_host):
                await running.enter_async_context(
                    serving_outbox(self._settings.outbox_dir, self._settings.smtp_port)
                )
            await running.enter_async_context(self.temporal)
            await self._migrate()
            await self.temporal.until_ready()
            await running.enter_async_context(self.worker)
            await running.enter_async_context(self.web)
            await self.worker.until_ready()
            await self.web.until_ready()
            _log.info("embedded:service:ready", port=self._port)
            self._on_ready()
            ended, _ = await asyncio.wait(
                {self.temporal.running, self.worker.running, self.web.running},
                return_when=asyncio.FIRST_COMPLETED,
            )
            for child in ended:
                child.result()

    @contextlib.contextmanager
    def _stopping_on_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)

    def _require_free_ports(self) -> None:
        chosen = self._settings
        require_free("the Temporal server", LOOPBACK, self._port, "TEMPORAL_ADDRESS=127.0.0.1:PORT")
        if is_loopback(chosen.smtp_host):
            require_free("the outbox", LOOPBACK, chosen.smtp_port, "EVENHAND_SMTP_PORT")
        for purpose, port, variable in (
            ("the worker's metrics", chosen.metrics_port, "EVENHAND_METRICS_PORT"),
            ("the SDK's metrics", chosen.sdk_metrics_port, "EVENHAND_SDK_METRICS_PORT"),
        ):
            require_free(purpose, chosen.metrics_host, port, variable)
        require_free("the pages", chosen.web_host, chosen.web_port, "EVENHAND_WEB_PORT")

    def _temporal_command(self) -> list[str]:
        words = [str(bundled_program("temporal")), "server", "start-dev", "--headless"]
        words += ["--ip", LOOPBACK, "--port", str(self._port), "--log-level", "warn"]
        words += ["--db-filename", str(self._settings.data_dir / "temporal.db")]
        # Three times the throughput of the default journal; a killed process loses nothing.
        words += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
        if self._namespace != "default":
            words += ["--namespace", self._namespace]
        for name, kind in SEARCH_ATTRIBUTES.items():
            words += ["--search-attribute", f"{name}={kind}"]
        return words

    async def _temporal_is_ready(self) -> bool:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT):
                client = await Client.connect(self.temporal_address, namespace=self._namespace)
                # A database of an earlier version may lack one.
                await register_search_attributes(client)
        except (RPCError, RuntimeError, TimeoutError):
            return False
        return True

    async def _worker_is_ready(self) -> bool:
        return await _says_ready(self._settings.metrics_host, self._settings.metrics_port)

    async def _web_is_ready(self) -> bool:
        return await _says_ready(self._settings.web_host, self._settings.web_port)


async def _says_ready(host: str, port: int) -> bool:
    """Whether a process answers its /ready with 200."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT):
            reader, writer = await asyncio.open_connection(
                LOOPBACK if host == "0.0.0.0" else host, port
            )
            try:
                writer.write(b"GET /ready HTTP/1.0\r\nHost: localhost\r\n\r\n")
                answer = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return answer.split()[1:2] == [b"200"]
