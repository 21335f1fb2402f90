"use strict";

// ワク, in the page: tells the page when its frame is done.
addEventListener("message", ({ origin, data }) => {
  if (origin === "https://www.waku.test") {
    document.documentElement.dataset.waku = data.waku;
  }
});
