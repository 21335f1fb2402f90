"""A page set with every kind of request a page can cause, each at an address of its own: `/k/<kind>`.

Scripts stand in files of their own, one call a line, so that a cause is a file and a line.
"""

SITE, OTHER, TAG = "https://one.test", "https://two.test", "https://third.test"

PAGE = f"""<!doctype html>
<html><head><meta charset="utf-8"><title>kinds</title>
<link rel="stylesheet" href="/k/style.css">
<link rel="preload" as="script" href="/k/preloaded.js">
<link rel="modulepreload" href="/k/modulepreload.js">
<link rel="prefetch" href="/k/prefetch">
<link rel="manifest" href="/k/manifest.json">
<link rel="icon" href="/k/icon.png">
<link rel="preconnect" href="{OTHER}">
<script src="/k/parser.js"></script>
<script type="module" src="/k/module.js"></script>
<script async src="{TAG}/k/tag.js"></script>
</head><body>
<img src="/k/img.png"><img srcset="/k/srcset.png 1x"><picture><source srcset="/k/picture.png"><img></picture>
<img src="/k/lazy.png" loading="lazy">
<video src="/k/video.mp4" poster="/k/poster.png" muted preload="auto"></video>
<audio src="/k/audio.wav" preload="auto"></audio>
<object data="/k/object.svg" type="image/svg+xml"></object>
<embed src="/k/embed.svg" type="image/svg+xml">
<input type="image" src="/k/input.png">
<svg width="10" height="10"><use href="/k/use.svg#a"/><image href="/k/svgimage.png" width="9" height="9"/></svg>
<div class="background"></div><p class="font">字</p>
<iframe src="/k/frame"></iframe>
<iframe src="{TAG}/k/thirdframe"></iframe>
<iframe srcdoc="<img src='/k/srcdoc.png'>"></iframe>
<form id="form" method="post" action="/k/form" target="sink"><input name="q" value="検索"></form>
<form id="multipart" method="post" enctype="multipart/form-data" action="/k/multipart" target="sink">
<input name="q" value="検索"></form>
<iframe name="sink" src="about:blank"></iframe>
<a id="ping" href="#here" ping="/k/ping">ping</a>
<script src="/k/calls.js"></script>
</body></html>"""

# Line numbers below are the evidence: a new call goes to the end.
CALLS = """document.write('<script src="/k/written.js"><' + '/script>');
new Image().src = "/k/newimage.png";
document.head.append(Object.assign(document.createElement("script"), {src: "/k/inserted.js"}));
const step = async name => { await calls[name](); };
const calls = {
  fetch: () => fetch("/k/fetch", {method: "POST", body: "fetch"}),
  keepalive: () => fetch("/k/keepalive", {method: "POST", body: "keepalive", keepalive: true}),
  xhr: () => new Promise(done => {
    const x = new XMLHttpRequest(); x.onloadend = done; x.open("POST", "/k/xhr");
    x.send("xhr"); }),
  beacon: () => navigator.sendBeacon("/k/beacon", "beacon"),
  preflighted: () => fetch("https://two.test/k/preflighted", {method: "PUT", body: "put", headers: {"x-kind": "p"}}),
  redirect: () => fetch("/k/redirect"),
  gzip: async () => fetch("/k/gzip", {method: "POST", headers: {"content-encoding": "gzip"}, body: await gzip()}),
  brotli: () => fetch("/k/brotli"),
  stream: () => new Promise(done => { const s = new EventSource("/k/events"); s.onmessage = () => {
    s.close(); done(); }; }),
  socket: () => new Promise(done => {
    const s = new WebSocket("wss://two.test/k/socket");
    s.onopen = () => s.send("up"); s.onmessage = () => { s.close(); done(); }; }),
  worker: () => new Promise(done => {
    new Worker("/k/worker.js").onmessage = done; }),
  moduleworker: () => new Promise(done => {
    new Worker("/k/moduleworker.js", {type: "module"}).onmessage = done; }),
  shared: () => new Promise(done => {
    new SharedWorker("/k/shared.js").port.onmessage = done; }),
  service: async () => {
    await navigator.serviceWorker.register("/k/service.js", {scope: "/k/scope/"});
    await new Promise(done => { const wait = async () => (await navigator.serviceWorker.getRegistration("/k/scope/"))
      ?.active?.state == "activated" ? done() : setTimeout(wait, 20); wait(); }); },
  controlled: () => new Promise(done => {
    const f = document.createElement("iframe"); f.onload = done; f.src = "/k/scope/page"; document.body.append(f); }),
  worklet: () => new AudioContext().audioWorklet.addModule("/k/worklet.js"),
  dynamic: () => import("/k/dynamic.js"),
  wasm: () => WebAssembly.instantiateStreaming(fetch("/k/wasm.wasm")).catch(() => 0),
  fontface: () => new FontFace("k", "url(/k/fontface.woff2)").load().catch(() => 0),
  form: () => new Promise(done => { sink().onload = done;
    document.querySelector("#form").submit(); }),
  multipart: () => new Promise(done => { sink().onload = done;
    document.querySelector("#multipart").submit(); }),
  ping: () => document.querySelector("#ping").click(),
  nested: () => (() => fetch("/k/nested"))(),
  timer: () => new Promise(done => setTimeout(() => fetch("/k/timer").then(done), 10)),
  later: () => window.fetchLater && fetchLater("/k/later", {method: "POST", body: "later", activateAfter: 0}),
  blob: () => new Promise(done => {
    const source = new Blob(["fetch('https://one.test/k/fromblob').then(() => postMessage(1))"]);
    new Worker(URL.createObjectURL(source)).onmessage = done; }),
  popup: () => new Promise(done => { addEventListener("message", done, {once: true});
    window.open("/k/popup"); }),
};
const sink = () => document.querySelector("[name=sink]");
const gzip = () => new Response(new Blob(["gzip"]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
addEventListener("pagehide", () => {
  navigator.sendBeacon("/k/bye-beacon", "bye");
  fetch("/k/bye-fetch", {method: "POST", body: "bye", keepalive: true});
  new Image().src = "/k/bye-image.png";
});
(async () => {
  for (const name of Object.keys(calls)) if (name != "popup")
    { try { await step(name); } catch (e) { console.error(name, e); } }
  document.documentElement.dataset.done = "1";
})();"""

LEAVES = """const sends = name => {
  navigator.sendBeacon("/k/left-beacon?" + name, "left");
  fetch("/k/left-fetch?" + name, {method: "POST", body: "left", keepalive: true});
  new Image().src = "/k/left-image.png?" + name;
};
addEventListener("pagehide", () => sends(location.pathname.slice(3)));"""

SCRIPTS = {
    "parser.js": "",
    "preloaded.js": "",
    "modulepreload.js": "",
    "module.js": 'import "/k/imported.js";\nfetch("/k/frommodule");',
    "imported.js": 'fetch("/k/fromimported");',
    "written.js": "",
    "inserted.js": 'fetch("/k/frominserted");',
    "dynamic.js": "",
    "calls.js": CALLS,
    "tag.js": 'new Image().src = "https://third.test/k/tag.gif?u=" + location.href;\n'
    'fetch("https://third.test/k/tagfetch", {method: "POST", body: document.title, credentials: "include"});',
    "worker.js": 'importScripts("/k/importscripts.js");\n'
    'fetch("/k/fromworker", {method: "POST", body: "worker"}).then(() => {\n'
    '  const inner = new Worker("/k/inner.js");\n  inner.onmessage = () => postMessage(1); });',
    "importscripts.js": "",
    "inner.js": 'fetch("/k/frominner").then(() => postMessage(1));',
    "moduleworker.js": 'import "/k/workerimport.js";\nfetch("/k/frommoduleworker").then(() => postMessage(1));',
    "workerimport.js": "",
    "shared.js": 'onconnect = e => {\n  fetch("/k/fromshared").then(() => e.ports[0].postMessage(1)); };',
    "service.js": 'importScripts("/k/serviceimport.js");\n'
    'addEventListener("install", e => e.waitUntil((async () => {\n'
    '  await (await caches.open("k")).add("/k/cached");\n'
    '  await fetch("/k/fromservice", {method: "POST", body: "service"}); })()));\n'
    'addEventListener("activate", e => e.waitUntil(clients.claim()));\n'
    'addEventListener("fetch", e => {\n'
    '  if (e.request.url.endsWith("/k/scope/passed")) e.respondWith(fetch(e.request));\n'
    '  if (e.request.url.endsWith("/k/scope/made")) e.respondWith(new Response("made"));\n'
    '  if (e.request.url.endsWith("/k/scope/stored")) e.respondWith(caches.match("/k/cached")); });',
    "serviceimport.js": "",
    "worklet.js": "",
    "frame.js": 'fetch("/k/fromframe");',
    "thirdframe.js": 'fetch("/k/fromthirdframe", {credentials: "include"});\nparent.postMessage(1, "*");',
    "scope.js": 'Promise.all(["passed", "made", "stored", "network"].map(n => fetch("/k/scope/" + n)));',
    "popup.js": 'fetch("/k/frompopup").then(() => opener.postMessage(1));',
    "left.js": LEAVES,
    "leftframe.js": LEAVES,
    "other.js": 'addEventListener("pagehide", () => navigator.sendBeacon("/k/other-beacon"));',
}

FRAMES = {
    "frame": '<!doctype html><img src="/k/frameimg.png"><script src="/k/frame.js"></script>',
    "thirdframe": '<!doctype html><img src="/k/thirdframeimg.png"><script src="/k/thirdframe.js"></script>'
    '<iframe src="https://two.test/k/deepframe"></iframe>',
    "deepframe": '<!doctype html><img src="/k/deepimg.png">',
    "scope/page": '<!doctype html><script src="/k/scope.js"></script>',
    "popup": '<!doctype html><script src="/k/popup.js"></script>',
    "left": '<!doctype html><script src="/k/left.js"></script><iframe src="https://two.test/k/leftframe"></iframe>',
    "leftframe": '<!doctype html><script src="/k/leftframe.js"></script>',
    "leftagain": '<!doctype html><script src="/k/other.js"></script><script src="/k/left.js"></script>',
    "last": "<!doctype html>last",
    "form": "<!doctype html>sent",
    "multipart": "<!doctype html>sent",
}

STYLE = """@import url(/k/import.css);
@font-face { font-family: f; src: url(/k/font.woff2); }
.font { font-family: f; }
.background { width: 9px; height: 9px; background: url(/k/background.png); cursor: url(/k/cursor.png), auto; }"""
