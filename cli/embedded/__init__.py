"""The embedded service: Temporal server, outbox and worker under one supervisor."""

from cli.embedded.problems import EmbeddedProblem
from cli.embedded.supervisor import Supervisor

__all__ = ["EmbeddedProblem", "Supervisor"]
