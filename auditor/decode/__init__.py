"""What was sent, to whom, by which module: Transmission. A pure function of evidence and vendor files.

    parameters  query, path, JSON      \\
    bodies      + protobuf              > named values
    knowledge   vendor files, indexed  -> whose, which module, which entry
    grammar     values that hold several facts
    by_value    values recognised by what the visit knows of itself
    items       one request's items  ->  visit: Transmission and Coverage
    examples    the vendor files' own examples, held against all of it
"""

from auditor.decode.examples import check_examples
from auditor.decode.knowledge import Knowledge
from auditor.decode.transmission import Transmission
from auditor.decode.visit import decode_exchange, decode_visit

__all__ = ["Knowledge", "Transmission", "check_examples", "decode_exchange", "decode_visit"]
