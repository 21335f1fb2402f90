"""What the test web's sites say: pages, scripts, cookies."""

from .probe_pages import PROBE_PAGES, PROBE_SCRIPTS

FACTS = """
const facts = () => JSON.stringify({userAgent: navigator.userAgent, languages: navigator.languages,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  locale: Intl.DateTimeFormat().resolvedOptions().locale});
const tell = path => fetch(path, {method: "POST", body: facts()});
"""

THIRD = '<iframe src="https://third.test/frame"></iframe><img src="https://third.test/echo.gif">'

EVERYTHING = f"""<!doctype html><title>everything</title>{THIRD}
<script>{FACTS}
addEventListener("pagehide", () => navigator.sendBeacon("/bye", "さようなら"));
const socket = () => new Promise((done, failed) => {{
  const one = new WebSocket("wss://one.test/socket");
  one.binaryType = "arraybuffer";
  one.onopen = () => {{ one.send("こんにちは"); one.send(new Uint8Array([0, 255])); }};
  let answers = 0;
  one.onmessage = () => {{ if (++answers == 2) {{ one.close(); done(); }} }};
  one.onerror = failed;
}});
const worker = () => new Promise(done => {{ new Worker("/dedicated.js").onmessage = done; }});
const twenty = () => Promise.all([...Array(20).keys()].map(n =>
  fetch("https://many.test/n?" + n, {{mode: "no-cors"}})));
const service = async () => {{
  await navigator.serviceWorker.register("/service.js");
  await navigator.serviceWorker.ready;
}};
(async () => {{
  navigator.sendBeacon("/beacon", new Blob(["ビーコン"], {{type: "text/plain"}}));
  await tell("/facts");
  await fetch("https://third.test/simple", {{method: "POST", body: "simple", credentials: "include"}});
  await fetch("https://flood.test/flood", {{mode: "no-cors", credentials: "include"}});
  await Promise.all([socket(), worker(), twenty(), service()]);
  await fetch("/hop");
  await fetch("/moved");
  await fetch("/moved");
  document.documentElement.dataset.done = "1";
}})();
</script>"""

PAGES = {
    "/": f"<!doctype html><title>page</title>{THIRD}<p>page",
    "/first": "<!doctype html><title>first</title><script>localStorage.setItem('n', 'first')</script>",
    "/everything": EVERYTHING,
    "/frame": """<!doctype html><title>frame</title><script>
let n;
try { n = (localStorage.getItem("n") ?? "") + "a"; localStorage.setItem("n", n); } catch (e) { n = "denied"; }
fetch("/partition?n=" + n);
</script>""",
    "/endless": "<!doctype html><title>endless</title><script>for (;;);</script>",
    "/plain": "<!doctype html><title>plain</title><p>plain",
    "/fetches": "<!doctype html><title>fetches</title><script>fetch('/fetched').then(() => fetch('/done'))</script>",
    "/form": """<!doctype html><title>form</title><body style="height: 5000px">
<input id="name"><input id="secret" type="password">
<select id="choice"><option value="a">A</option><option value="b">B</option></select>
<button id="go" onclick="document.title = 'clicked'">go</button>
<p id="hidden" style="display: none">hidden</p>
<script>document.querySelector("#name").onkeydown = e => { document.title = "pressed " + e.key; }</script>""",
}

SCRIPTS = {
    "/dedicated.js": FACTS + 'tell("/from-worker").then(() => postMessage("done"));',
    "/service.js": FACTS
    + """self.addEventListener("install", event =>
  event.waitUntil(tell("/from-service-worker").then(() => fetch("/hop?worker"))));""",
}

REDIRECTS = {"/hop": (302, "/landed"), "/moved": (301, "/here")}

COOKIES = {
    "/here": ("here=1; Path=/here; Secure",),
    "/first": ("third=1; Path=/; Secure; SameSite=None",),
    "/frame": (
        "chips=1; Path=/; Secure; SameSite=None; Partitioned",
        "framed=1; Path=/; Secure; SameSite=None",
    ),
    "/everything": ("own=1; Path=/; Secure; SameSite=Lax; Max-Age=60",),
}

PAGES |= PROBE_PAGES
SCRIPTS |= PROBE_SCRIPTS
