// Keeps this lesson on the phone, for the metro: its page, what the page is made of, its film. An enhancement: without it
// the film streams.
const keep = document.getElementById("keep");
const KEPT = `kept-${document.body.dataset.user}`;

const megabytes = (bytes) => `${(bytes / 1_048_576).toFixed(1)}MB`;

if (keep && "caches" in window && "serviceWorker" in navigator) {
  const button = keep.querySelector("button"), label = button.querySelector("span"), state = keep.querySelector("p");
  const url = document.getElementById("film").getAttribute("src"), page = location.pathname;
  const showKept = async () => {
    const cache = await caches.open(KEPT), found = (await cache.match(url)) && (await cache.match(page, {ignoreVary: true}));
    label.textContent = found ? "删除下载" : "下载本节";
    state.textContent = found ? "已存在本机，断网也能打开，看过的联网后补报。退出登录时删除。" : "";
    return found;
  };
  const fetchFilm = async (cache) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(response.status);
    const whole = Number(response.headers.get("Content-Length")), parts = [];
    let got = 0;
    for (const reader = response.body.getReader(); ;) {
      const {done, value} = await reader.read();
      if (done) break;
      parts.push(value);
      got += value.length;
      state.textContent = whole ? `已下载${megabytes(got)}/${megabytes(whole)}` : `已下载${megabytes(got)}`;
    }
    const headers = {"Content-Type": response.headers.get("Content-Type"), "Content-Length": got};
    await cache.put(url, new Response(new Blob(parts), {headers}));
  };
  // As it is now, so that what was counted until now is on it.
  const fetchPage = async (cache) => {
    const response = await fetch(page);
    if (!response.ok || response.redirected) throw new Error(response.status);
    await cache.put(page, response);
  };
  const fetchAll = async () => {
    const cache = await caches.open(KEPT);
    await fetchFilm(cache);
    const made = [...document.querySelectorAll("script[src], link[rel=stylesheet]")].map((one) => one.src || one.href);
    await cache.addAll(made);
    await fetchPage(cache);
  };
  const remove = async () => {
    const cache = await caches.open(KEPT);
    await Promise.all([cache.delete(url), cache.delete(page, {ignoreVary: true})]);
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (await showKept()) await remove();
      else await fetchAll();
      await showKept();
    } catch {
      state.textContent = "没有下载完，请在网络好的地方再试。";
    }
    button.disabled = false;
  });
  navigator.serviceWorker.register("/sw.js").then(async () => {
    keep.hidden = false;
    if ((await showKept()) && navigator.onLine) await fetchPage(await caches.open(KEPT));
  }).catch(() => {});
}
