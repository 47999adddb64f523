"""Who finds what under /administration: by the rules of what is done there."""

from domain.erasure import MAY_CONFIRM, MAY_REQUEST
from domain.holds import MAY_LIFT, MAY_PLACE
from domain.retention import MAY_DECIDE

MAY_SEE_RETENTION = frozenset({*MAY_DECIDE, *MAY_PLACE, *MAY_LIFT})
MAY_SEE_ERASURES = frozenset({*MAY_REQUEST, *MAY_CONFIRM})
MAY_OPEN = MAY_SEE_RETENTION | MAY_SEE_ERASURES
"""Who finds anything at all there."""
