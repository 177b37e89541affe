/* 開いた頁を，図も道具も丸ごと端末に残し，電波がないときはそれを見せる。
   残したものには中身の印を付ける。本の一覧（offline.json）の印と同じなら新しく，違えば古い。 */
"use strict";
const ROOT = new URL("./", self.location);
const STORE = `book:${ROOT.pathname}`; // 同じ所に置いた，ほかの本とは分ける
const LIST = "offline.json";
const VERSION = "{{ version }}";
const THEME = "{{ theme }}";
const CORE = "{{ core }}".split(" ");
const PATIENCE = 2000; // 残した頁があるとき，電波を待つ時間（ms）

const at = (place) => new URL(place, ROOT).href;
/* 番地から，本の中のファイルの名前へ */
const placeOf = (address) => {
  const place = new URL(address, ROOT).pathname.slice(ROOT.pathname.length);
  if (!place || place.endsWith("/")) return `${place}index.html`;
  return /\.[^/]+$/.test(place) ? place : `${place}.html`;
};
let listing;
const whole = () => listing ??= (async () => (await (await caches.open(STORE)).match(at(LIST))).json())();
const list = async () => (await whole()).files;
const kept = async (place) => (await caches.open(STORE)).match(at(place));
/* 写真で試す道具は大きい。使った人にだけ残し，「全部」には入れない */
const isLarge = (place) => "{{ large }}".split(" ").some((folder) => place.startsWith(folder));
const isNew = (answer, digest) => answer?.headers.get("x-digest") === digest;

/* 取りに行き，残す。番地に印を付けるので，途中に残る古い写しは来ない */
const take = async (place, digest) => {
  const answer = await fetch(`${at(place)}?d=${digest}`);
  if (!answer.ok) return answer;
  const headers = { "content-type": answer.headers.get("content-type") || "", "x-digest": digest };
  const copy = new Response(await answer.blob(), { headers });
  await (await caches.open(STORE)).put(at(place), copy.clone());
  return copy;
};
const renew = async (place) => {
  const digest = (await list())[place], old = await kept(place);
  if (!digest || isNew(old, digest)) return old;
  const answer = await take(place, digest);
  if (!answer.ok) throw new Error(place);
  return answer;
};
/* 四つずつ取りに行く。取れなかった数を返す */
const renewAll = async (places, tell = () => {}) => {
  const queue = [...places];
  let failed = 0;
  const work = async () => {
    for (let place = queue.shift(); place; place = queue.shift()) {
      await renew(place).catch(() => { failed += 1; });
      tell(places.length - queue.length);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return failed;
};

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil((async () => {
    const answer = await fetch(`${at(LIST)}?d=${VERSION}`);
    if (!answer.ok) throw new Error(LIST);
    await (await caches.open(STORE)).put(at(LIST), answer);
    if (await renewAll(CORE)) throw new Error("core");
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const store = await caches.open(STORE), files = await list();
    for (const request of await store.keys()) {
      const place = placeOf(request.url);
      if (place !== LIST && !files[place]) await store.delete(request); // 本から消えたファイル
    }
    for (const name of await caches.keys()) { // 前の版の働きが残した，この本の分
      if (!name.startsWith("book-")) continue;
      const requests = await (await caches.open(name)).keys();
      if (requests.every((request) => request.url.startsWith(ROOT.href))) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

const answerTo = async (event) => {
  const { request } = event;
  const place = placeOf(request.url), isPage = request.mode === "navigate";
  const digest = (await list().catch(() => ({})))[place];
  const old = await kept(place);
  const otherVersion = /[?&]v=/.test(request.url) && !request.url.endsWith(THEME);
  if (isNew(old, digest) && !isPage && !otherVersion) return old;
  const coming = digest && !otherVersion ? take(place, digest) : fetch(request);
  event.waitUntil(coming.catch(() => {}));
  const patience = new Promise((done) => setTimeout(done, PATIENCE));
  try {
    return (await (old ? Promise.race([coming, patience]) : coming)) || old;
  } catch {
    return old || (isPage && await kept("offline.html")) || Response.error();
  }
};
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(ROOT.href)) event.respondWith(answerTo(event));
});

/* 頁の中にある図や道具（両方の明るさの分）の名前 */
const partsOf = async (place) => {
  const html = await (await renew(place)).text();
  return [...html.matchAll(/(?:src|href)="([^"#?]+)/g)]
    .map(([, address]) => new URL(address, at(place)))
    .filter((url) => url.href.startsWith(ROOT.href) && /\.[^/]+$/.test(url.pathname) && !url.pathname.endsWith(".html"))
    .map(placeOf);
};
const keepWhole = async (place, used) => {
  const files = await list();
  const parts = new Set([...await partsOf(place), ...used.map(placeOf)]);
  await renewAll([...parts].filter((part) => files[part] && !isLarge(part) && !part.endsWith(".html")));
  const all = (await (await caches.open(STORE)).keys()).map((request) => placeOf(request.url));
  await renewAll(all.filter((one) => files[one])); // 残してあるものを，新しい版にする
};
const saveAll = async (client) => {
  const files = Object.keys(await list()).filter((place) => !isLarge(place));
  const tell = (saved) => { if (saved % 10 === 0) client.postMessage({ saved, total: files.length }); };
  const failed = await renewAll(files, tell);
  client.postMessage({ saved: files.length, total: files.length, failed, done: true });
};
const count = async (client) => {
  const { files, bytes } = await whole();
  let saved = 0;
  const places = Object.keys(files).filter((place) => !isLarge(place));
  for (const place of places) if (isNew(await kept(place), files[place])) saved += 1;
  client.postMessage({ count: saved, total: places.length, bytes });
};
self.addEventListener("message", (event) => {
  const { data, source } = event;
  const work = {
    keep: () => keepWhole(placeOf(data.page), data.used),
    save: () => saveAll(source),
    count: () => count(source),
  }[data.do];
  event.waitUntil(work?.().catch(() => { if (data.do === "save") source.postMessage({ failed: 1, done: true }); }));
});
