"""What Evenhand counts is what a scraper reads."""

import asyncio
import urllib.request

from prometheus_client import CollectorRegistry, generate_latest
from temporalio.client import Client

from gateway.telemetry import Metrics, temporal_runtime
from tests.support.processes import free_port
from tests.support.temporal import TemporalServer


def test_what_happened_is_counted() -> None:
    metrics = Metrics(CollectorRegistry())

    metrics.action_accepted("warn", 0.02)
    metrics.action_refused("close", "signpost_outstanding", 0.01)
    metrics.events_recorded(3)
    metrics.record_conflicted()
    metrics.reminder_sent("follow_up")
    scraped = generate_latest(metrics.registry).decode()

    assert 'evenhand_actions_accepted_total{action="warn"} 1.0' in scraped
    assert (
        'evenhand_actions_refused_total{action="close",rule="signpost_outstanding"} 1.0' in scraped
    )
    assert "evenhand_events_recorded_total 3.0" in scraped
    assert "evenhand_record_conflicts_total 1.0" in scraped
    assert 'evenhand_reminders_sent_total{kind="follow_up"} 1.0' in scraped
    assert 'evenhand_action_seconds_bucket{action="warn",le="0.025"} 1.0' in scraped
    assert 'evenhand_action_seconds_count{action="close"} 1.0' in scraped


def test_two_workers_in_one_process_do_not_share_a_registry() -> None:
    first, second = Metrics(CollectorRegistry()), Metrics(CollectorRegistry())

    first.events_recorded(3)

    assert "evenhand_events_recorded_total 0.0" in generate_latest(second.registry).decode()


async def test_the_sdks_metrics_are_served(temporal_dev_server: TemporalServer) -> None:
    address = f"127.0.0.1:{free_port()}"
    runtime = temporal_runtime(metrics_address=address)

    client = await Client.connect(temporal_dev_server.address, runtime=runtime)
    await client.count_workflows()
    scraped = await asyncio.to_thread(_scraped, f"http://{address}/metrics")

    assert "temporal_request_total" in scraped


def _scraped(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read(), "utf-8")
