"""The type every later stage works on: one data item sent to one recipient in one request."""

from typing import NamedTuple

from auditor.vendors import Carrier, Mark


class Transmission(NamedTuple):
    """One data item sent. `value` is raw: whoever writes it out masks it.

    visit, request  the ids of both                    vendor     vendor id; None: no file describes the recipient
    recipient       registrable domain that received   module     module id of the vendor
    host            the host that received             parameter  name of the value as sent
    first_party     recipient is the page's own site   data_type  taxonomy code; None: technical or not understood
    mark            strength of the fact that named the item; None: recognised by its value, or not at all
    source          where that fact is from; `by value: ...` when recognised by its value
    told_by         what told the vendor where the host did not: `grammar: ...`, `cname: ...`; "" for the host
    """

    visit: str
    request: str
    vendor: str | None
    recipient: str
    host: str
    first_party: bool
    parameter: str
    data_type: str | None
    value: str
    carrier: Carrier
    module: str | None = None
    mark: Mark | None = None
    source: str = ""
    told_by: str = ""

    @property
    def by_grammar(self) -> bool:
        """Whether the request's grammar told the vendor, not the host's name or its CNAME."""
        return self.told_by.startswith("grammar")
