"""The proxy and its process: every byte on the wire, before it is forwarded; and the names behind the hosts.

proxy, recorder  the addon and what it writes   tee, flow_control  bodies as they pass
proxy_process    its process, from outside      interim, answers   what is special about an answer
authority        the run's CA                   connections, cnames  facts of the hosts
"""
