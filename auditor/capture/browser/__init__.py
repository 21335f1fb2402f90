"""The browser: started like a person's, watched by its own events, looked at without being noticed.

chromium, identity, driver  the process, who it says it is, what drives it
cdp, sensor                 its wire and its own account of requests
probes, functions           calls of native functions told by the debugger
guards, look, document, walls  what ends a visit, and whether the page is the page
snapshot, stores            what is kept at the end
"""
