"use strict";

importScripts("https://cdn.yomitoki.test/sw-hit.js");
