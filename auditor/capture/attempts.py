"""How often a visit is tried, and when a run gives up.

An attempt that is lost by the machine's doing or ours does not use up what the page is allowed: a process that
somebody killed says nothing of the page, one that crashed may do so at each attempt (RELIABILITY.md 2).
"""

from dataclasses import dataclass, field

from auditor.capture.ending import DRIVER_GONE, KILLED
from auditor.capture.outcome import DRIFTED, INFRASTRUCTURE
from auditor.errors import CannotFinish

ATTEMPTS = 2
"""For what the page itself may have caused: a crash, a record that has a hole; and for a state that drifted."""
ATTEMPTS_KILLED = 4
"""For what no page can cause: processes killed from outside, the network service with the cookies gone."""
IN_A_ROW = 5
"""So many visits in a row given up for want of a browser or a proxy: it is the machine, and the run ends."""


@dataclass
class Attempts:
    """The attempts of one visit: `number` is the one under way, `earlier` why those before ended."""

    number: int = 1
    ours: int = 0
    foreign: int = 0
    drifted: int = 0
    earlier: list[str] = field(default_factory=list)

    def again(self, reason: str) -> bool:
        """Whether the attempt that ended with this reason is to be repeated."""
        if reason.startswith(DRIFTED):
            # With a new login the state may hold.
            self.drifted += 1
        elif not reason.startswith(INFRASTRUCTURE):
            return False
        elif KILLED in reason or DRIVER_GONE in reason or reason.startswith("cookie_store_lost"):
            self.foreign += 1
        else:
            self.ours += 1
        if self.ours >= ATTEMPTS or self.drifted >= ATTEMPTS or self.foreign >= ATTEMPTS_KILLED:
            return False
        self.number += 1
        self.earlier.append(reason)
        return True


class Patience:
    """Counts visits given up one after the other."""

    def __init__(self) -> None:
        self._row = 0

    def ended(self, visit: str, reason: str) -> None:
        """A visit has come to its end. Raises CannotFinish when the machine keeps no browser or proxy alive."""
        self._row = self._row + 1 if reason.startswith(("browser_lost", "proxy_lost")) else 0
        if self._row >= IN_A_ROW:
            raise CannotFinish(f"{self._row} visits in a row were lost, the last is {visit}: {reason}")
