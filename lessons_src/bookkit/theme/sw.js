/* 開いた頁を端末に残し，電波がないときはそれを見せる。「全部保存」なら本のすべてを残す。 */
"use strict";
const CACHE = "book-{{ version }}";
const CORE = "{{ core }}".split(" ");
const ROOT = new URL("./", self.location);
const OFFLINE = new URL("offline.html", ROOT).href;
const bare = (url) => { const u = new URL(url); u.hash = ""; if (u.pathname.endsWith("search.html")) u.search = ""; return u.href; };

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, ...CORE.map((path) => new URL(path, ROOT).href)])));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const now = await caches.open(CACHE);
    for (const name of await caches.keys()) {
      if (!name.startsWith("book-") || name === CACHE) continue;
      // 前の版で読んだ頁は，新しい頁が届くまで残しておく。
      const old = await caches.open(name);
      for (const request of await old.keys())
        if (!(await now.match(request)) && !/\/_static\/(?!onnxruntime\/)/.test(request.url))
          await now.put(request, await old.match(request));
      await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(ROOT.href)) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    const key = bare(request.url);
    const isPage = request.mode === "navigate";
    const kept = await cache.match(key);
    if (kept && !isPage && (request.url.includes("?v=") || /\/(_images|_networks)\//.test(request.url))) return kept;
    try {
      const answer = await fetch(request);
      if (answer.ok && answer.type === "basic") event.waitUntil(cache.put(key, answer.clone()));
      return answer;
    } catch {
      return kept || (isPage ? await cache.match(OFFLINE) : await cache.match(key, { ignoreSearch: true }) || Response.error());
    }
  })());
});

self.addEventListener("message", (event) => {
  if (event.data !== "save-all") return;
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    const files = await (await fetch(new URL("offline.json", ROOT), { cache: "no-store" })).json();
    let saved = 0, failed = 0;
    const tell = () => event.source.postMessage({ saved, failed, total: files.length });
    const queue = [...files];
    const work = async () => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        try {
          const url = new URL(file, ROOT).href;
          const answer = await fetch(url);
          if (!answer.ok) throw new Error(url);
          await cache.put(bare(url), answer);
        } catch { failed += 1; }
        saved += 1;
        if (saved % 5 === 0 && saved < files.length) tell();
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    tell();
  })());
});
