"""What was sent, to whom, by which module: Transmission. A pure function of evidence and vendor files.

    request     an exchange's request, unpacked
    parameters  query, path, JSON      \\
    bodies      + protobuf, multipart   > named values
    nesting     values inside values   /
    knowledge   vendor files, indexed  -> whose, which module; entries -> which parameter
    grammar     values that hold several facts
    by_value    values recognised by what the visit knows of itself (facts)
    items       one request's items    -> reading: one request whole -> visit: Transmission and Coverage
    examples    the vendor files' own examples, held against all of it
"""

from auditor.decode.examples import check_examples
from auditor.decode.knowledge import Knowledge
from auditor.decode.reading import Decoded, decode_request
from auditor.decode.request import Request
from auditor.decode.transmission import Transmission
from auditor.decode.visit import decode_exchange, decode_visit

__all__ = [
    "Decoded",
    "Knowledge",
    "Request",
    "Transmission",
    "check_examples",
    "decode_exchange",
    "decode_request",
    "decode_visit",
]
