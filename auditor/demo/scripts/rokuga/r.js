"use strict";

// ロクガ: records what a reader types, field by field, while it is typed: over a WebSocket, and by beacon.
(() => {
  const live = new WebSocket("wss://in.rokuga.test/live");
  const opened = new Promise((resolve) => (live.onopen = live.onerror = resolve));
  (window.sends ??= []).push(opened);
  for (const field of document.querySelectorAll("[data-live]")) {
    field.addEventListener("input", async () => {
      await opened;
      live.send(JSON.stringify({ t: "input", path: `#${field.id}`, v: field.value }));
    });
  }
  for (const field of document.querySelectorAll("[data-beacon]")) {
    field.addEventListener("input", () => {
      navigator.sendBeacon("https://in.rokuga.test/b", JSON.stringify({ path: `#${field.id}`, v: field.value }));
    });
  }
})();
