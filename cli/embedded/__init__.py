"""The embedded service: Temporal server, outbox and worker under one supervisor."""
