"use strict";

// How each event of a pixel travels.
window.tomodachiConfig = { ways: { Purchase: "form", AddToCart: "multipart" } };
