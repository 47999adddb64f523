"""The cluster's files agree with the settings, and give nothing away."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import create_async_engine
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from gateway.search_attributes import SEARCH_ATTRIBUTES
from settings import PREFIX, variables
from tests.support.temporal import TemporalServer

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = ("temporal-schema", "prepare")
OURS = ("prepare", "worker", "web")


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    ours = {key for key in SERVICES[name]["environment"] if key.startswith(PREFIX)}

    assert ours
    assert ours <= set(variables())


@pytest.mark.parametrize("name", OURS)
def test_every_secret_of_ours_is_a_setting(name: str) -> None:
    assert {secret.upper() for secret in SERVICES[name]["secrets"]} <= set(variables())


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].partition(":")

    assert re.match(r"v?\d", tag)


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_by_file(name: str) -> None:
    service = SERVICES[name]

    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert all(secret["file"].startswith("secrets/") for secret in COMPOSE["secrets"].values())
    for key, value in service.get("environment", {}).items():
        assert "PASSWORD" not in key or value.startswith("/run/secrets/")


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ONCE])
def test_what_keeps_running_is_asked_how_it_is(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", [*OURS, "mail"])
def test_ours_may_change_nothing_but_their_scratch(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_two_workers_share_the_load() -> None:
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


def test_the_files_that_are_mounted_are_there() -> None:
    mounted = [
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]

    assert mounted
    assert all((ROOT / path).is_file() for path in mounted)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    (tmp_path / "ops").mkdir()
    script = tmp_path / "ops" / "secrets.sh"
    script.write_text((ROOT / "ops/secrets.sh").read_text())

    subprocess.run(["bash", script], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["bash", script], check=True, capture_output=True)
    again = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    assert made == again
    assert set(made) == set(COMPOSE["secrets"])
    assert made["evenhand_password"] in made["evenhand_database_url"]
    usable = subprocess.run(
        [sys.executable, "-c", "from settings import load_settings; load_settings()"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "EVENHAND_SECRETS_DIR": str(tmp_path / "secrets")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert usable.stderr == ""


async def test_a_cluster_may_be_prepared_again(
    postgres_url: str, temporal_dev_server: TemporalServer, tmp_path: Path
) -> None:
    namespace = f"school-{os.getpid()}"
    environment = {
        "EVENHAND_DATA_DIR": str(tmp_path),
        "EVENHAND_DATABASE_URL": postgres_url,
        "TEMPORAL_ADDRESS": temporal_dev_server.address,
        "TEMPORAL_NAMESPACE": namespace,
    }

    first = await asyncio.to_thread(prepared, environment)
    second = await asyncio.to_thread(prepared, environment)

    assert (first.returncode, first.stderr) == (0, "")
    assert (second.returncode, second.stderr) == (0, "")
    engine = create_async_engine(postgres_url)
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()
    assert "events" in tables
    client = await Client.connect(temporal_dev_server.address, namespace=namespace)
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace)
    )
    assert set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)


def test_a_cluster_that_is_away_is_named(tmp_path: Path) -> None:
    done = prepared({"EVENHAND_DATA_DIR": str(tmp_path), "TEMPORAL_ADDRESS": "127.0.0.1:1"})

    assert done.returncode == 3
    assert "Temporal at 127.0.0.1:1 can't be reached" in done.stderr


def prepared(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`ops/prepare.py` run to its end."""
    return subprocess.run(
        [sys.executable, ROOT / "ops/prepare.py"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
