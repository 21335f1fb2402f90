"""Known values found in traffic, in whatever encoding they travel: one pass over a visit's exchanges.

variants    the plain forms a value is written in before it is encoded (E.164, lower case, ...)
digests     the hashes of a value's forms, found by their length and looked up
layers      what encoded text holds: URL escapes, base64, hex, JSON escapes, compression
pieces      an exchange cut into its carriers: path, query, headers, cookies, bodies, messages
automaton   many patterns at once
searcher    all of it together
"""

from auditor.search.found import Found, Place, Side
from auditor.search.searcher import Searcher

__all__ = ["Found", "Place", "Searcher", "Side"]
