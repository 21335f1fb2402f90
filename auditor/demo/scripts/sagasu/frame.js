"use strict";

// In a frame of the ad host: find out whether its cookies work here, and keep an id in its own storage.
(() => {
  // On a path that no request matches, so that the trial cookie is never sent.
  document.cookie = "sgtest=1; max-age=60; path=/frame; samesite=none; secure";
  const cookies = document.cookie.includes("sgtest=1");
  document.cookie = "sgtest=; max-age=0; path=/frame; samesite=none; secure";

  let stored = "";
  try {
    stored = localStorage.getItem("sg_lid") || crypto.randomUUID();
    localStorage.setItem("sg_lid", stored);
  } catch {
    stored = ""; // storage is refused where third-party cookies are blocked
  }
  const fields = new URLSearchParams(stored ? { lid: stored } : { lid_state: "none" });
  const view = new Image();
  view.onload = view.onerror = () => parent.postMessage({ cookies }, "*");
  view.src = `/pagead/adview?${fields}`;
})();
