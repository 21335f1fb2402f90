"use strict";

// ワク, in its frame: asks for its cookies at the reader's click, then asks its server who that is.
(() => {
  const done = (state) => parent.postMessage({ waku: state }, "*");
  document.querySelector("#box").addEventListener("click", async () => {
    let state = "granted";
    try {
      await document.requestStorageAccess();
    } catch (error) {
      state = `refused ${error.name}`;
    }
    await fetch("/who", { credentials: "include" });
    await fetch("/who", { credentials: "include" });
    done(state);
  });
})();
