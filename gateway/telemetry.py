"""What Evenhand counts and times, and the Temporal SDK's own metrics and lines."""

import logging
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Evenhand's own metrics, on the registry of the process that made it.

    Labels are names of actions, rules and kinds: a closed set, and nothing about people or cases.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._accepted = Counter(
            "evenhand_actions_accepted",
            "Actions that were allowed and recorded",
            ["action"],
            registry=registry,
        )
        self._refused = Counter(
            "evenhand_actions_refused",
            "Actions that a rule refused",
            ["action", "rule"],
            registry=registry,
        )
        self._recorded = Counter(
            "evenhand_events_recorded", "Events added to the record", registry=registry
        )
        self._conflicts = Counter(
            "evenhand_record_conflicts",
            "Events refused because others stand in their place: each is an alarm",
            registry=registry,
        )
        self._reminders = Counter(
            "evenhand_reminders_sent",
            "Reminders handed to the mail server",
            ["kind"],
            registry=registry,
        )
        self._checkpoints = Counter(
            "evenhand_checkpoints_made", "Checkpoints signed", registry=registry
        )
        self._no_checkpoints = Counter(
            "evenhand_checkpoints_refused",
            "Attempts at a checkpoint that the record or the clock did not allow: each is an alarm",
            registry=registry,
        )
        self._checkpoints_sent = Counter(
            "evenhand_checkpoints_sent",
            "Checkpoints handed to the mail server, one for each governor",
            registry=registry,
        )
        self._letters = Counter(
            "evenhand_letters_sent",
            "Letters handed to the mail server",
            ["kind"],
            registry=registry,
        )
        self._seconds = Histogram(
            "evenhand_action_seconds",
            "Time from an action being asked for to its answer, in seconds",
            ["action"],
            buckets=_SECONDS,
            registry=registry,
        )

    def action_accepted(self, action: str, seconds: float) -> None:
        """Count an action that was carried out, and the seconds that it took."""
        self._accepted.labels(action).inc()
        self._seconds.labels(action).observe(seconds)

    def action_refused(self, action: str, rule: str, seconds: float) -> None:
        """Count an action that the named rule refused, and the seconds until the answer."""
        self._refused.labels(action, rule).inc()
        self._seconds.labels(action).observe(seconds)

    def events_recorded(self, count: int) -> None:
        """Count events that were new to the record."""
        self._recorded.inc(count)

    def record_conflicted(self) -> None:
        """Count events of which the record holds others under the same identity."""
        self._conflicts.inc()

    def checkpoint_made(self) -> None:
        """Count a checkpoint that was signed."""
        self._checkpoints.inc()

    def checkpoint_refused(self) -> None:
        """Count a checkpoint that could not be signed, which is an alarm."""
        self._no_checkpoints.inc()

    def checkpoint_sent(self) -> None:
        """Count a checkpoint handed to the mail server for one governor."""
        self._checkpoints_sent.inc()

    def letter_sent(self, kind: str) -> None:
        """Count a letter of this kind."""
        self._letters.labels(kind).inc()

    def reminder_sent(self, kind: str) -> None:
        """Count a reminder about a deadline of this kind."""
        self._reminders.labels(kind).inc()


def temporal_runtime(*, metrics_address: str) -> Runtime:
    """The SDK's runtime, with its metrics for Prometheus at `metrics_address` (HOST:PORT).

    Its lines go to the logger `temporalio.core`. Make one for each process. Raises ValueError
    where the address can't be used.
    """
    return Runtime(
        telemetry=TelemetryConfig(
            logging=_forwarded("WARN"),
            metrics=PrometheusConfig(
                bind_address=metrics_address,
                counters_total_suffix=True,
                unit_suffix=True,
                durations_as_seconds=True,
            ),
        )
    )


@cache
def command_runtime() -> Runtime:
    """The SDK's runtime in a command, made once: left alone, the SDK writes its lines to standard
    output, into the middle of the command's answer."""
    return Runtime(telemetry=TelemetryConfig(logging=_forwarded("ERROR")))


def _forwarded(core_level: str) -> LoggingConfig:
    return LoggingConfig(
        filter=TelemetryFilter(core_level=core_level, other_level="ERROR"),
        forwarding=LogForwardingConfig(
            logger=logging.getLogger("temporalio.core"),
            append_target_to_name=False,
            prepend_target_on_message=False,
            # Its fields may quote a failure; those that are ids are picked out by name.
            append_log_fields_to_message=False,
        ),
    )
