// Without a network: lessons somebody kept on purpose, style sheets and scripts, and two pages that say so, the one for
// signing in keeping the scan. No other page of anybody's is ever kept; what was kept goes with its owner (private.js).
const SHELL = "shell-3", KEPT = "kept-", OFFLINE = "/learn/offline/", PATIENCE = 8_000;
const SIGN = "/classes/sign/", SIGN_OFFLINE = `${SIGN}offline/`;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const shell = await caches.open(SHELL);
    for (const path of [OFFLINE, SIGN_OFFLINE]) {
      const page = await fetch(path, {credentials: "omit"});
      const text = await page.clone().text();
      await shell.put(path, page);
      await shell.addAll([...text.matchAll(/"(\/static\/[^"]+)"/g)].map((match) => match[1]));
    }
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== SHELL && !name.startsWith(KEPT)) await caches.delete(name);
    await self.clients.claim();
  })());
});

const part = async (request, kept) => {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") || "");
  if (!match) return kept;
  const blob = await kept.blob();
  const first = Number(match[1]), last = match[2] ? Math.min(Number(match[2]), blob.size - 1) : blob.size - 1;
  if (first >= blob.size) return new Response(null, {status: 416, headers: {"Content-Range": `bytes */${blob.size}`}});
  return new Response(blob.slice(first, last + 1), {
    status: 206,
    headers: {
      "Content-Type": kept.headers.get("Content-Type"), "Content-Length": last - first + 1,
      "Content-Range": `bytes ${first}-${last}/${blob.size}`, "Accept-Ranges": "bytes",
    },
  });
};

const film = async (request) => {
  const kept = await caches.match(request.url);
  return kept ? part(request, kept) : fetch(request);
};

const still = async (request) => {
  const shell = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await shell.put(request, response.clone());
    return response;
  } catch {
    return (await caches.match(request, {ignoreVary: true})) || Response.error();
  }
};

// A tunnel is not always "offline": a kept lesson does not wait for a network that may never answer.
const page = async (request, path) => {
  const kept = await caches.match(path, {ignoreVary: true});
  if (!kept) return fetch(request).catch(() => caches.match(path.startsWith(SIGN) ? SIGN_OFFLINE : OFFLINE));
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE); });
  return Promise.race([fetch(request).then((answer) => (answer.status < 500 ? answer : kept), () => kept), late]);
};

self.addEventListener("fetch", (event) => {
  const {request} = event, {pathname, origin} = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/learn/media/")) event.respondWith(film(request));
  else if (pathname.startsWith("/static/")) event.respondWith(still(request));
  else if (request.mode === "navigate") event.respondWith(page(request, pathname));
});
