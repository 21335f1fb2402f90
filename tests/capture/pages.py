"""What the test web's sites say: pages, scripts, cookies."""

from pathlib import Path

from .probe_pages import PROBE_PAGES, PROBE_SCRIPTS
from .step_pages import STEP_COOKIES, STEP_PAGES

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

MEASURE = """<!doctype html><title>measure</title><script>
const failing = async (url, as) => { try { await fetch(url, {mode: "no-cors"}); return "answered"; }
  catch (e) { return e.name; } };
const image = url => new Promise(done => { const i = new Image();
  i.onload = () => done("loaded"); i.onerror = () => done("error"); i.src = url; });
const socket = () => new Promise(done => { const s = new WebSocket("wss://one.test/socket");
  s.onopen = () => { done({extensions: s.extensions, protocol: s.protocol}); s.close(); }; });
const chainOf = object => { const names = [];
  for (let o = object; o; o = Object.getPrototypeOf(o)) names.push(...Object.getOwnPropertyNames(o));
  return names.sort(); };
const natives = () => [Document.prototype, Navigator.prototype, Storage.prototype, HTMLCanvasElement.prototype,
  WebGLRenderingContext.prototype, CookieStore.prototype, window].flatMap(owner =>
  Object.entries(Object.getOwnPropertyDescriptors(owner)).flatMap(([name, d]) => [d.get, d.set, d.value]
    .filter(f => typeof f == "function").map(f => name + " " + Function.prototype.toString.call(f)))).sort();
const traces = () => { const canvas = document.createElement("canvas"), lines = [];
  const valueOf = () => { lines.push(new Error().stack.split("\\n").length); return 1; };
  canvas.getContext("2d").getImageData({valueOf}, 0, 1, 1); document.cookie = {toString() { lines.push(
    new Error().stack.split("\\n").length); return "measured=1; Secure"; }}; return lines; };
let looked = 0;
const look = () => { const e = new Error("look");
  Object.defineProperty(e, "stack", {get() { looked++; return ""; }});
  const o = Object.defineProperty({}, "look", {enumerable: true, get() { looked++; return 1; }});
  console.debug(e, o); console.log(e, o); console.table([o]); return new Promise(done => setTimeout(done, 300)); };
(async () => {
  const stranger = "https://" + location.search.slice(1) + "/";
  const answer = await fetch("/echo.gif"), facts = {};
  facts.failed = {reset: await failing("https://reset.test/"), dead: await failing("https://dead.test/"),
    stranger: await failing(stranger), image: await image("https://reset.test/image")};
  facts.headers = [...answer.headers].filter(([name]) => name != "date");
  facts.entries = performance.getEntries().filter(e => e.name.includes("/measure") || e.name.includes("/echo.gif"))
    .map(e => ({protocol: e.nextHopProtocol, transfer: e.transferSize, encoded: e.encodedBodySize,
      status: e.responseStatus, delivery: e.deliveryType}));
  facts.socket = await socket();
  facts.navigator = {webdriver: navigator.webdriver, agent: navigator.userAgent, languages: navigator.languages,
    plugins: [...navigator.plugins].map(p => p.name), cores: navigator.hardwareConcurrency,
    screen: [screen.width, screen.height, outerWidth, outerHeight, innerWidth],
    focus: document.hasFocus(), hidden: document.hidden, permission: Notification.permission,
    online: navigator.onLine, connection: navigator.connection?.type};
  facts.window = chainOf(window).concat(chainOf(document), chainOf(navigator));
  facts.natives = natives();
  facts.traces = traces();
  await look();
  facts.console = looked;
  facts.storage = [document.cookie, localStorage.length, await indexedDB.databases(), await caches.keys()];
  await fetch("/measured", {method: "POST", body: JSON.stringify(facts)});
  document.documentElement.dataset.done = "1";
})();
</script>"""

PAGES = {
    "/measure": MEASURE,
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

CONSENT = Path(__file__).parent / "consent_pages"
PAGES |= {f"/consent/{file.stem}": file.read_text("utf-8") for file in CONSENT.glob("*.html")}
SCRIPTS |= {f"/consent/{file.name}": file.read_text("utf-8") for file in CONSENT.glob("*.js")}
PAGES |= PROBE_PAGES
SCRIPTS |= PROBE_SCRIPTS
PAGES |= STEP_PAGES
COOKIES |= STEP_COOKIES
