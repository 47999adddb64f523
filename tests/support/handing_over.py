"""A server on which a case is handed over (continued as new) after a handful of events."""

from types import MappingProxyType

SOON = MappingProxyType({"limit.historyCount.suggestContinueAsNew": "80"})
"""In production a server suggests it after some thousands of events."""
