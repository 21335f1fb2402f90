"""Known values found in traffic, in whatever encoding they travel: one pass over an exchange.

variants    the plain forms contact data is written in before it is encoded (normalisations.yaml)
written     the ways an encoder writes a text
patterns    what the automaton looks for; automaton: many patterns at once
hints       where short runs are worth decoding
digests     the hashes of all forms, found as raw bytes in what was decoded
text        decoded bytes with the way back to where they stood
escapes, armour, packed
            URL, JSON and HTML escapes; base64, hex, UTF-16; compression, undone
pieces      an exchange cut into its carriers: path, query, headers, cookies, bodies, messages
readings    of several readings of the same bytes, those that say most
searcher    all of it together
"""

from auditor.search.found import Found, Place, Side
from auditor.search.searcher import Searcher
from auditor.search.variants import forms_of

__all__ = ["Found", "Place", "Searcher", "Side", "forms_of"]
