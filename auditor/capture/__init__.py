"""Drives a real Chromium through a real mitmproxy and stores what both saw. Knows no vendors: it keeps everything.

runner, attempts    all visits, side by side           network   the proxy and its process
visit               one visit, profile to outcome      browser   the browser and its own account
journey, preparing  what the visitor does              states    logged in, logged out, no account
stepping            what a step leaves in the record
outcome, ending     what came of it                    consent   the choice on a banner
canary              the run's self-test                ground, equipment, workplace  what a visit stands on
"""
