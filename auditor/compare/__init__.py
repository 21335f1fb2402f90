"""Visit against visit: Change. A pure function of evidence and transmissions.

pairs       which two visits differ in one coordinate only
units       what a visit sent, in comparable units
technique   what carries a value when third-party cookies are blocked
"""

from auditor.compare.change import Change
from auditor.compare.run import compare_run

__all__ = ["Change", "compare_run"]
