"use strict";

// The travel site's consent banner. Before a choice the tags already run; a refusal stops only some of them.
(() => {
  const banner = document.querySelector("#consent");
  const chosen = document.cookie.split("; ").find((pair) => pair.startsWith("rs_consent="));
  if (chosen) {
    banner.hidden = true;
  }

  function choose(value, code) {
    document.cookie = `rs_consent=${value}; path=/; max-age=15552000; samesite=lax; secure`;
    banner.hidden = true;
    window.sagasuLayer.push(["consent", code, value === "all" ? { ads: "SA-400001" } : {}]);
  }

  document.querySelector("#accept").addEventListener("click", () => choose("all", "G111"));
  document.querySelector("#reject").addEventListener("click", () => choose("none", "G100"));
})();
