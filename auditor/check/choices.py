"""When something was sent, seen from the visitor's choice on a banner (電気通信事業法27条の12第3号)."""

from collections.abc import Sequence

from auditor.check.observed import Observed
from auditor.decode.transmission import Transmission
from auditor.evidence import Consent


class Choices:
    """Only choices that were made count; who ignores a banner, or met none, has not chosen."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self.ignoring = frozenset(v.visit.visit for v in observed.visits if v.visit.consent_result is None)
        self.refusing = frozenset(v.visit.visit for v in observed.visits if v.visit.choice is Consent.reject)
        self.accepting = frozenset(v.visit.visit for v in observed.visits if v.visit.choice is Consent.accept)

    @property
    def made(self) -> bool:
        """Whether any visit made a choice."""
        return bool(self.refusing or self.accepting)

    def before(self, t: Transmission) -> bool:
        """Sent before the choice, or by one who ignored the banner."""
        return t.visit in self.ignoring or self._phase(t) == "before"

    def after_refusal(self, t: Transmission) -> bool:
        """Sent after a refusal."""
        return t.visit in self.refusing and self._phase(t) == "after"

    def after_acceptance(self, t: Transmission) -> bool:
        """Sent after an acceptance."""
        return t.visit in self.accepting and self._phase(t) == "after"

    def only_accepted(self, items: Sequence[Transmission]) -> bool:
        """Whether all of it was sent after an acceptance, and nothing of it otherwise."""
        return bool(items) and bool(self.accepting) and all(self.after_acceptance(t) for t in items)

    def _phase(self, t: Transmission) -> str:
        exchange = self._observed.exchanges.get((t.visit, t.request))
        return exchange.consent_choice if exchange is not None else ""
