"use strict";

// The measurement of the site's own server: its cookie is out of scripts' reach and goes along with the second hit.
(() => {
  const hit = (event) => fetch(`/sst/c?${new URLSearchParams({ ev: event })}`, { method: "POST" });
  (window.sends ??= []).push(hit("view").then(() => hit("ready")));
})();
