"use strict";

// The shop's own picture gallery: shows the large picture of the thumbnail under the pointer.
for (const small of document.querySelectorAll("[data-large]")) {
  small.addEventListener("pointerenter", () => {
    document.querySelector("#large").alt = small.alt;
  });
}
