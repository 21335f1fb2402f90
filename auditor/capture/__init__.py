"""Drives a real Chromium through a real mitmproxy and stores what both saw. Knows no vendors: it keeps everything.

authority       the run's CA            proxy, recorder, answers   the proxy's process
chromium, cdp   the browser, its wire   sensor                     the browser's own account
journey, states what the visitor does   visit                      one visit from profile to outcome
canary          the run's self-test     runner                     all visits, side by side
"""
