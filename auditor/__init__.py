"""Visits websites the way a person does, and proves who receives what about that person.

The map, lowest layer first (imports run one way only; import-linter holds it):

    errors                        the error tree, each error with its exit code and cure
    specs, domains, content       strict YAML to models; registrable domains; content codings, bounded
    hosts                         a host as the proxy and the resolver saw it
    scenario, vendors, disclosures  what a person writes: visits to make, recipients, declarations
    evidence                      Visit, Exchange, Cookie, StorageItem: what one visit saw
    store                         the run's folder: WARC, events, visits published by one rename
    imports, search               read recordings; known values in traffic, however encoded
    capture | decode              drive browser and proxy | read transmissions
    identify                      values that single out a browser; where they went; leaks of a seeded person's data
    check                         observed against declared: Finding
    compare                       visit against visit: Change; run against run; techniques
    report                        tables, CSV, HTML, the hearing sheet, console
    pipeline                      the stages in order
    demo                          a small internet of its own, on loopback
    cli                           the only part that prints and exits
"""

from importlib.metadata import version

__version__ = version("auditor")
