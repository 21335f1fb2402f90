"""How fast the auditor is against a plain load, on a web of twenty sites: `make bench`, `make bench-soak`."""
