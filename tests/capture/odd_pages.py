"""Pages of the odd web: each does its part, then says so on its root element."""

DONE = "document.documentElement.dataset.done = '1';"

UPLOADS = f"""<!doctype html><title>uploads</title><script>
const send = (path, size) => fetch(path, {{method: "POST", body: new Uint8Array(size).fill(7)}});
(async () => {{
  await send("/small", 1000);
  await send("/large", 3 << 20);
  {DONE}
}})();
</script>"""

HUGE = f"""<!doctype html><title>huge</title><script>
(async () => {{
  await (await fetch("/flood")).arrayBuffer();
  await fetch("/huge", {{method: "POST", body: new Blob(Array(40).fill(new Uint8Array(1 << 20)))}});
  {DONE}
}})();
</script>"""

ANSWERS = f"""<!doctype html><title>answers</title><script>
(async () => {{
  for (const path of ["/coded", "/bomb", "/unknown", "/none", "/trailers", "/etag", "/etag"])
    await (await fetch(path)).arrayBuffer();
  await fetch("/head", {{method: "HEAD"}});
  await (await fetch("/range", {{headers: {{Range: "bytes=2-5"}}}})).text();
  for (const path of ["trailers", "hinted", "plain"])
    document.body.append(await (await fetch("https://h1.test/" + path)).text() + " ");
  document.title = document.body.textContent;
  {DONE}
}})();
</script><body></body>"""

ENDLESS = f"""<!doctype html><title>endless</title><script>
(async () => {{
  const events = new EventSource("/events");
  await new Promise(done => {{ events.onmessage = message => {{ if (message.data == "two") done(); }}; }});
  await (await fetch("/endless")).body.getReader().read();
  {DONE}
}})();
</script>"""

SOCKETS = f"""<!doctype html><title>sockets</title><script>
const open = path => new Promise((done, failed) => {{
  const one = new WebSocket("wss://ws.test" + path);
  one.onopen = () => done(one);
  one.onerror = failed;
}});
const next = (one, kind) => new Promise(done => {{ one["on" + kind] = done; }});
(async () => {{
  const cut = new WebSocket("wss://ws.test/fragmented");
  const first = await next(cut, "message");
  cut.send(first.data);
  await next(cut, "message");
  cut.close(4000, "done");
  await next(cut, "close");
  const large = await open("/large");
  large.send(new Uint8Array(17 << 20).fill(7));
  await next(large, "message");
  large.send("x".repeat(200000));
  await next(large, "message");
  large.send("close");
  const closed = await next(large, "close");
  const dropped = await open("/dropped");
  dropped.send("drop");
  const gone = await next(dropped, "close");
  const left = await open("/left");
  left.send("still here");
  await next(left, "message");
  document.title = [closed.code, closed.reason, gone.code].join(" ");
  {DONE}
}})();
</script>"""

PAGES = {
    "/uploads": UPLOADS,
    "/huge-page": HUGE,
    "/answers": ANSWERS,
    "/endless-page": ENDLESS,
    "/sockets": SOCKETS,
    "/hinted": "<!doctype html><title>hinted</title>",
}
