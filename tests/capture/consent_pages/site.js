"use strict";
// Every page tells third.test: once at once, once when a choice was made (and whether a mouse made it).
const page = location.pathname.split("/").pop() + location.search;
const tell = (what) => fetch(`https://third.test/told?${page}-${what}`, { mode: "no-cors" });
tell("before");

function chosen(event, what, ...gone) {
  for (const selector of gone) document.querySelector(selector)?.remove();
  tell(event.isTrusted ? what : `${what}-by-script`);
}
