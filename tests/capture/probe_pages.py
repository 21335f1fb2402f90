"""Pages whose scripts write, look and ask; each line's place is what the tests know."""

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
cookieStore.set("store", "1");
cookieStore.set({name: "stored", value: "1", expires: Date.now() + 86400000, path: "/sub", sameSite: "lax"});
put("gone=1; Path=/"); put("gone=; Path=/; Max-Age=0");
localStorage.setItem("external", 7);
localStorage.setItem("both", "1"); localStorage.both = "2";
"""

TAG = """document.cookie = "tag=1; Path=/; Domain=one.test";
localStorage.setItem("tag", "1");
"""

FLOOD = """<!doctype html><title>flood</title><script>
for (let n = 0; n < 2000; n++) document.cookie = `c${n % 50}=${n}; Path=/`;
const one = document.createElement("canvas").getContext("2d");
for (let n = 0; n < 20000; n++) one.measureText("x");
fetch("/flooded");
</script>"""

PROBE_PAGES = {
    "/flooding": FLOOD,
    "/writers": WRITERS,
    "/framed": """<!doctype html><script>
document.cookie = "framed3=1; Path=/; SameSite=None; Secure";
document.cookie = "chips3=1; Path=/; SameSite=None; Secure; Partitioned";
localStorage.setItem("framed", "1");
</script>""",
    "/same": "<!doctype html><script>document.cookie = 'same=1; Path=/'; localStorage.setItem('same', '1')</script>",
}
PROBE_SCRIPTS = {"/writer.js": WRITER, "/tag.js": TAG}
