"""What was sent, to whom, by which module: Transmission. A pure function of evidence and vendor files."""

from auditor.decode.transmission import Transmission

__all__ = ["Transmission"]
