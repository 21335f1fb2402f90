"""Pages whose scripts write, look and ask; each line's place is what the tests know."""

GRAPHICS = ("getParameter", "readPixels", "getSupportedExtensions", "getShaderPrecisionFormat")

WRITERS = """<!doctype html><title>writers</title>
<script>
document.cookie = "inline=1; Path=/; Max-Age=86400";
</script>
<script src="/writer.js"></script>
<script src="https://third.test/tag.js"></script>
<iframe src="https://third.test/framed"></iframe>
<iframe src="/same"></iframe>
<iframe srcdoc="<script>document.cookie = 'srcdoc=1; Path=/'</script>"></iframe>
<script>
const blank = document.body.appendChild(document.createElement("iframe"));
blank.contentDocument.cookie = "blank=1; Path=/";
localStorage.setItem("inline", "1");
localStorage.property = "1";
sessionStorage.setItem("inline", "セッション");
eval("document.cookie = 'evaluated=1; Path=/'");
</script>"""

WRITER = """function put(text) {
  document.cookie = text;
}
put("external=1; Path=/; Max-Age=99999999; SameSite=Lax; Secure");
setTimeout(function later() { put("later=1; Path=/"); }, 1);
fetch("/fetched").then(function answered() { put("answered=1; Path=/"); });
const one = cookieStore.set("store", "1");
const two = cookieStore.set({name: "stored", value: "1", expires: Date.now() + 864e5, path: "/sub", sameSite: "lax"});
put("gone=1; Path=/"); put("gone=; Path=/; Max-Age=0");
localStorage.setItem("external", 7);
localStorage.setItem("both", "1"); localStorage.both = "2";
const loaded = new Promise(done => addEventListener("load", () => setTimeout(done, 100)));
Promise.all([one, two, loaded]).then(() => { document.documentElement.dataset.done = 1; });
"""

TAG = """document.cookie = "tag=1; Path=/; Domain=one.test";
localStorage.setItem("tag", "1");
"""

# Everything a page can compare: what it finds is sent to the server.
NOTICE = """<!doctype html><meta http-equiv="Content-Security-Policy"
 content="script-src 'unsafe-inline' 'self'; require-trusted-types-for 'script'"><title>notice</title><body><script>
const found = {}, touched = [];
addEventListener("error", () => touched.push("error"));
addEventListener("unhandledrejection", () => touched.push("rejection"));
document.addEventListener("securitypolicyviolation", () => touched.push("policy"));
found.window = Object.getOwnPropertyNames(window).sort();
found.document = Object.getOwnPropertyNames(document).sort();
found.documentPrototype = Object.getOwnPropertyNames(Document.prototype).sort();
const natives = {
  cookie: Object.getOwnPropertyDescriptor(Document.prototype, "cookie").set,
  cores: Object.getOwnPropertyDescriptor(Navigator.prototype, "hardwareConcurrency").get,
  setItem: Storage.prototype.setItem, toDataURL: HTMLCanvasElement.prototype.toDataURL,
  measureText: CanvasRenderingContext2D.prototype.measureText, store: CookieStore.prototype.set,
  zone: Intl.DateTimeFormat.prototype.resolvedOptions, peer: RTCPeerConnection, audio: OfflineAudioContext,
};
const look = fn => [fn.toString(), Function.prototype.toString.call(fn), fn.name, fn.length,
  Object.getOwnPropertyNames(fn), Object.getPrototypeOf(fn) === Function.prototype, "prototype" in fn];
const all = () => Object.fromEntries(Object.entries(natives).map(([name, fn]) => [name, look(fn)]));
found.before = all();
found.descriptors = JSON.stringify([Object.getOwnPropertyDescriptors(Document.prototype.__proto__),
  Object.keys(Object.getOwnPropertyDescriptor(Document.prototype, "cookie"))]);
// Traps on whatever reads an error, a class or a descriptor.
Error.prepareStackTrace = (error, calls) => {
  touched.push("prepareStackTrace");
  return calls.map(c => `${c.getFunctionName()} ${c.isNative()} ${c.isEval()} ${c.getLineNumber()}`).join(", ");
};
for (const one of [Error, TypeError, Object, Function, Array, String]) {
  for (const key of ["stack", "name", "message", "toString", "constructor", "cause", "told",
      Symbol.toStringTag, Symbol.hasInstance, Symbol.species, Symbol.iterator, Symbol.toPrimitive, "__proto__"]) {
    const own = Object.getOwnPropertyDescriptor(one.prototype, key);
    if (own && !own.configurable) continue;
    Object.defineProperty(one.prototype, key, {__proto__: null, configurable: true,
      get() { touched.push(`get ${one.name} ${String(key)}`);
        return own && (own.get ? own.get.call(this) : own.value); },
      set(value) { touched.push(`set ${String(key)}`);
        Object.defineProperty(this, key, {__proto__: null, value, writable: true, configurable: true}); }});
  }
}
/(c)(a)/.exec("cat") || /(a)(t)/.exec("cat");
touched.length = 0;
document.cookie = "plain=1; Path=/";
localStorage.setItem("plain", "1");
const cores = navigator.hardwareConcurrency;
document.createElement("canvas").getContext("2d").measureText("x");
const zone = natives.zone.call(new Intl.DateTimeFormat());
new OfflineAudioContext(1, 1, 44100);
cookieStore.set({name: "noted", value: "1", get path() { touched.push("get path"); return "/"; }});
found.afterCalls = touched.slice();
found.inside = [];
const stack = () => { const error = {}; Error.captureStackTrace(error); return error.stack; };
document.cookie = {toString() { found.inside.push(stack()); return "object=1; Path=/"; }};
localStorage.setItem({toString() { found.inside.push(stack()); return "object"; }}, "1");
const proxy = new Proxy({}, {get(_, key) { touched.push(`proxy ${String(key)}`); return undefined; },
  ownKeys() { touched.push("proxy keys"); return []; },
  getOwnPropertyDescriptor() { touched.push("proxy descriptor"); return undefined; }});
found.proxied = touched.length;
try { cookieStore.set(proxy).catch(() => touched.push("refused")); } catch { touched.push("thrown"); }
try { natives.cookie.call({}, "x"); } catch (error) { found.illegal = [error.message, error.stack]; }
found.regexp = [RegExp.$1, RegExp.lastMatch];
delete Error.prepareStackTrace;
Error.stackTraceLimit = 0;
document.cookie = "unlimited=1; Path=/";
Error.stackTraceLimit = 10;
found.after = all();
found.frames = window.length;
found.globals = Object.getOwnPropertyNames(window).sort();
debugger;
const policy = trustedTypes.createPolicy("ours", {createScriptURL: address => address});
new Worker(policy.createScriptURL("/noticing.js")).onmessage = event => setTimeout(() => {
  found.worker = event.data;
  found.touched = touched;
  found.cookies = document.cookie.split("; ").sort();
  found.scripts = document.scripts.length;
  found.resources = performance.getEntriesByType("resource").map(entry => entry.name).sort();
  fetch("/noticed", {method: "POST", body: JSON.stringify(found)}).then(() => {
    document.documentElement.dataset.done = 1;
  });
}, 200);
</script>"""

NOTICE_WORKER = """const cores = Object.getOwnPropertyDescriptor(WorkerNavigator.prototype, "hardwareConcurrency").get;
let touched = 0;
Error.prepareStackTrace = () => { touched++; return ""; };
const names = Object.getOwnPropertyNames(self).sort();
navigator.hardwareConcurrency;
new OffscreenCanvas(9, 9).getContext("2d").measureText("x");
debugger;
const after = Object.getOwnPropertyNames(self).sort();
postMessage([cores.toString(), cores.name, after.join() == names.join(), names, touched]);
"""

FLOOD = """<!doctype html><title>flood</title><script>
for (let n = 0; n < 2000; n++) document.cookie = `c${n % 50}=${n}; Path=/`;
const one = document.createElement("canvas").getContext("2d");
for (let n = 0; n < 20000; n++) one.measureText("x");
fetch("/flooded");
</script>"""

# One call a line; each is made twice.
SURFACES = (
    ("canvas.toDataURL", "canvas.toDataURL()"),
    ("canvas.toBlob", "canvas.toBlob(() => 0)"),
    ("canvas.getImageData", "plane.getImageData(0, 0, 1, 1)"),
    ("canvas.measureText", "plane.measureText('x')"),
    ("offscreenCanvas.convertToBlob", "hidden.convertToBlob()"),
    ("offscreenCanvas.getImageData", "hiddenPlane.getImageData(0, 0, 1, 1)"),
    ("offscreenCanvas.measureText", "hiddenPlane.measureText('x')"),
    # Where there is no graphics hardware there is no context: the functions are there all the same.
    *((f"webgl.{name}", f"WebGLRenderingContext.prototype.{name}.call(null)") for name in GRAPHICS),
    *((f"webgl2.{name}", f"WebGL2RenderingContext.prototype.{name}.call(null)") for name in GRAPHICS),
    ("OfflineAudioContext", "new OfflineAudioContext(1, 1, 44100)"),
    ("analyser.getFloatFrequencyData", "analyser.getFloatFrequencyData(new Float32Array(1))"),
    ("analyser.getByteFrequencyData", "analyser.getByteFrequencyData(new Uint8Array(1))"),
    ("fonts.check", "document.fonts.check('9px serif')"),
    ("navigator.hardwareConcurrency", "navigator.hardwareConcurrency"),
    ("navigator.deviceMemory", "navigator.deviceMemory"),
    ("navigator.plugins", "navigator.plugins"),
    ("navigator.maxTouchPoints", "navigator.maxTouchPoints"),
    ("navigator.getBattery", "navigator.getBattery()"),
    ("screen.colorDepth", "screen.colorDepth"),
    ("mediaDevices.enumerateDevices", "navigator.mediaDevices.enumerateDevices()"),
    ("userAgentData.getHighEntropyValues", "navigator.userAgentData.getHighEntropyValues(['model'])"),
    ("RTCPeerConnection", "new RTCPeerConnection()"),
    ("document.requestStorageAccess", "quiet(document.requestStorageAccess())"),
    ("document.hasStorageAccess", "document.hasStorageAccess()"),
    ("credentials.get", "quiet(navigator.credentials.get({identity: {providers: []}}))"),
    ("document.browsingTopics", "quiet(document.browsingTopics())"),
    ("navigator.runAdAuction", "quiet(navigator.runAdAuction({}))"),
    ("navigator.joinAdInterestGroup", "quiet(navigator.joinAdInterestGroup({}, 1))"),
    ("sharedStorage.set", "quiet(sharedStorage.set('a', 'b'))"),
    ("sharedStorage.run", "quiet(sharedStorage.run('a'))"),
    ("sharedStorage.selectURL", "quiet(sharedStorage.selectURL('a', []))"),
    ("Intl.resolvedOptions", "new Intl.DateTimeFormat().resolvedOptions()"),
)
SURFACES_SCRIPT = "".join(f"attempt({name!r}, () => {code});\n" for name, code in SURFACES)
SURFACES_PAGE = """<!doctype html><title>surfaces</title><script>
const canvas = document.createElement("canvas"), plane = canvas.getContext("2d");
const hidden = new OffscreenCanvas(9, 9), hiddenPlane = hidden.getContext("2d");
const analyser = new AnalyserNode(new OfflineAudioContext(1, 1, 44100));
const quiet = promise => promise.catch(() => 0);
const missing = [];
const attempt = (name, call) => {
  for (const _ of [1, 2]) try { call(); } catch (error) {
    if (!/Illegal invocation/.test(error.message)) missing.push(name);
  }
};
</script><script src="https://third.test/surfaces.js"></script>
<script>
new Worker("/working.js").onmessage = async () => {
  await navigator.serviceWorker.register("/serving.js");
  await navigator.serviceWorker.ready;
  await fetch("/missing", {method: "POST", body: JSON.stringify(missing)});
  document.documentElement.dataset.done = 1;
};
</script>"""
SERVING = """
new Intl.DateTimeFormat().resolvedOptions();
"""
WORKING = """navigator.hardwareConcurrency;
function measure() { new OffscreenCanvas(9, 9).getContext("2d").measureText("x"); }
measure();
postMessage("done");
"""

PROBE_PAGES = {
    "/flooding": FLOOD,
    "/notice": NOTICE,
    "/surfaces": SURFACES_PAGE,
    "/opening": """<!doctype html><button onclick="window.open('/same')">open</button>""",
    "/writers": WRITERS,
    "/framed": """<!doctype html><script>
document.cookie = "framed3=1; Path=/; SameSite=None; Secure";
document.cookie = "chips3=1; Path=/; SameSite=None; Secure; Partitioned";
localStorage.setItem("framed", "1");
</script>""",
    "/same": "<!doctype html><script>document.cookie = 'same=1; Path=/'; localStorage.setItem('same', '1');"
    "if (opener) opener.document.documentElement.dataset.done = 1</script>",
}
PROBE_SCRIPTS = {
    "/writer.js": WRITER,
    "/tag.js": TAG,
    "/noticing.js": NOTICE_WORKER,
    "/surfaces.js": SURFACES_SCRIPT,
    "/working.js": WORKING,
    "/serving.js": SERVING,
}
