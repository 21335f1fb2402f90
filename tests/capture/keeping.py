"""Pages that keep things in every store a page has: on their own, in a third party's frame, in a popup."""

KEEP = """
const store = (name, version, make) => new Promise((done, failed) => {
  const asked = indexedDB.open(name, version);
  asked.onupgradeneeded = () => make(asked.result);
  asked.onsuccess = () => { asked.result.close(); done(); };
  asked.onerror = failed;
});
const keep = async who => {
  localStorage.setItem("where", who);
  sessionStorage.setItem("tab", who);
  await store("tags/db", 3, db => {
    const ids = db.createObjectStore("ids", {keyPath: "id"});
    ids.createIndex("by_name", "name");
    ids.put({id: "uid", name: who, nested: {deep: "見えない"}, seen: 3, day: new Date(0)});
    const plain = db.createObjectStore("plain", {autoIncrement: true});
    plain.put("first " + who);
    plain.put("x".repeat(100000));
    plain.put("text key", "1");
    db.createObjectStore("empty", {keyPath: ["a", "b"]});
  });
  const cache = await caches.open("v1");
  await cache.put("/kept?of=" + who, new Response("cached " + who, {headers: {"content-type": "text/plain"}}));
};
"""

FRAME = f"""<!doctype html><title>frame</title><script>{KEEP}
(async () => {{
  try {{ await keep("frame"); }} catch (error) {{ }}
  parent.postMessage("kept", "*");
}})();
</script>"""

PAGES = {
    "/keeping": f"""<!doctype html><title>keeping</title><p id=waiting>...</p>
<a id=popup target=_blank rel=opener href="https://two.test/keeping-popup">popup</a>
<script>{KEEP}
const framed = new Promise(done => addEventListener("message", done, {{once: true}}));
(async () => {{
  await keep("page");
  await navigator.serviceWorker.register("/service.js", {{scope: "/keeping"}});
  const frame = document.createElement("iframe");
  frame.src = "https://third.test/keeping-frame";
  document.body.append(frame);
  await framed;
  document.querySelector("#waiting").id = "kept";
}})();
</script>""",
    "/keeping-frame": FRAME,
    "/keeping-popup": f"""<!doctype html><title>popup</title><script>{KEEP}
keep("popup").finally(() => {{ document.title = "kept"; }});
</script>""",
}
