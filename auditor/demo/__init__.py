"""The demo web: a small internet on loopback whose truth is known, for `auditor demo` and the tests.

hosts         every name, and whose it is
sites         the five audited sites; pages/ holds their HTML, scripts/ what browsers run
sagasu, tomodachi, renraku     the platforms: accounts, tags, collectors, ads, plugins
conditions    editions of the web, and random variation of its pages
towns         the sites of scenarios/demo-changes.yaml
trackers, federated     their recipients: identifiers, techniques, leaks, and what only looks alike
resolver      the web's own name server, for aliases (CNAME)
recipients    a video host, an analytics company, a tracker nobody describes
accounts      sign-in and sign-out of the platforms
respond, font answers all servers give
requestlog    the servers' own record of every request
application, certificates, serve     the ASGI application, its TLS, its process
web           `with demo_web(folder) as web:` for whoever needs it running
answers       what an audit of it must find (answers.yaml), planted and factual
changes       the same of demo-changes (changes.yaml), and of the second edition
vendors/      the vendor files of its recipients
"""
