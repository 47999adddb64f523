"""The keys that sign, and how each part of the service is, as an administrator sees them."""

from datetime import timedelta

from prometheus_client import CollectorRegistry
from temporalio.client import Client

from correspondence.mail_server import MailServer
from domain.register import AuditKeyAdopted
from gateway.checkpoints import Evidence
from gateway.condition import Condition, Examination
from gateway.telemetry import Metrics
from storage.payload_codec import encrypted_converter
from tests.support.closing import a_recorded_case
from tests.support.outbox import Outbox
from tests.support.school import AUDIT_KEYS, SCHOOL
from tests.support.temporal import TemporalServer
from tests.web.conftest import KEYRING
from tests.web.site import Site, hidden, words
from worker import build_worker

KEYS = "/administration/keys"


async def test_a_key_is_changed_once_and_its_fingerprint_told(site: Site) -> None:
    await a_recorded_case(site.school, "EP-2026-0001")
    gil = await site.as_("gil")
    assert "No key has signed yet" in words((await gil.get(KEYS)).text)
    await Evidence(site.school.stores, site.office.settings, SCHOOL).make()
    asked = await gil.get(f"{KEYS}/change")
    assert "signed by both keys" in words(asked.text)

    answers = [await gil.post(f"{KEYS}/change", data=hidden(asked.text)) for _ in range(2)]

    assert [one.headers["location"] for one in answers] == [f"{KEYS}?done=changed", KEYS]
    entries = await site.school.stores.registrar.entries(SCHOOL)
    adopted = [one for one in entries if isinstance(one.event.fact, AuditKeyAdopted)]
    assert len(adopted) == 2
    assert adopted[1].event.actor.person == site.school.people["gil"]
    said = words((await gil.get(KEYS)).text)
    assert "The key that signs now" in said
    assert "An earlier key" in said


async def test_what_is_away_is_told_with_what_to_do(site: Site) -> None:
    gil = await site.as_("gil")

    answer = await gil.get("/administration/health")

    said = words(answer.text)
    assert answer.status_code == 200
    assert "Database Well It answers (SQLite, in a file)." in said
    assert "Temporal Away It does not answer" in said
    assert "Start it with `evenhand up`" in said
    assert "Mail server Away" in said
    assert "Nobody can tell while Temporal is away" in said
    assert "Checkpoints See to it There is none yet" in said


async def test_everything_is_told_to_be_well_where_it_is(
    acting_site: Site, outbox: Outbox, temporal_dev_server: TemporalServer
) -> None:
    office, settings = acting_site.office, acting_site.office.settings
    await a_recorded_case(acting_site.school, "EP-2026-0001")
    await Evidence(acting_site.school.stores, settings, SCHOOL).make()
    real = await temporal_dev_server.connect()

    async def client() -> Client:
        return real

    def examined(hours: int = 0) -> Examination:
        return Examination(
            settings,
            acting_site.school.stores,
            MailServer("127.0.0.1", outbox.port, "evenhand@rowan-hill.example"),
            client,
            SCHOOL,
            now=lambda: office.now() + timedelta(hours=hours),
        )

    conditions = {part.name: part.condition for part in await examined().parts()}
    assert conditions.pop("Worker") is Condition.AWAY  # none works on this server
    assert conditions.pop("Nightly work") in (Condition.ATTENTION, Condition.WELL)
    assert conditions.pop("Disk") in Condition
    assert set(conditions.values()) == {Condition.WELL}

    settings.views_waiting.mkdir(parents=True)
    (settings.views_waiting / "look.json").write_text("{}", encoding="utf-8")
    later = {part.name: part for part in await examined(hours=27).parts()}
    assert later["Checkpoints"].condition is Condition.ATTENTION
    assert "27 hours ago" in later["Checkpoints"].words
    assert later["Read log"].words == "1 line waits beside the database."


async def test_a_worker_at_work_is_seen(
    site: Site, outbox: Outbox, temporal_dev_server: TemporalServer
) -> None:
    office = site.office
    office.settings = office.settings.model_copy(update={"task_queue": "health-in-test"})
    real = await temporal_dev_server.connect(encrypted_converter(KEYRING))
    office.use(real)
    mail = MailServer("127.0.0.1", outbox.port, "evenhand@rowan-hill.example")
    async with build_worker(
        real,
        site.school.stores,
        mail,
        task_queue=office.settings.task_queue,
        metrics=Metrics(CollectorRegistry()),
        audit_keys=lambda: AUDIT_KEYS,
    ):
        await site.open_case()
        examination = Examination(office.settings, office.stores, mail, office.client, SCHOOL)
        parts = {part.name: part for part in await examination.parts()}

    assert parts["Worker"] == ("Worker", Condition.WELL, "One is at work.", "")
