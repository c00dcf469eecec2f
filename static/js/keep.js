// Keeps this lesson's film on the phone, for the metro. An enhancement: without it the film streams.
const keep = document.getElementById("keep");
const KEPT = "films";

const megabytes = (bytes) => `${(bytes / 1_048_576).toFixed(1)}MB`;

if (keep && "caches" in window && "serviceWorker" in navigator) {
  const button = keep.querySelector("button"), label = button.querySelector("span"), state = keep.querySelector("p");
  const url = document.getElementById("film").getAttribute("src");
  const showKept = async () => {
    const found = await (await caches.open(KEPT)).match(url);
    label.textContent = found ? "删除下载" : "下载本节";
    state.textContent = found ? "已存在本机，断网也能看。" : "";
    return found;
  };
  const fetchAll = async () => {
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
    await (await caches.open(KEPT)).put(url, new Response(new Blob(parts), {headers}));
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (await showKept()) await (await caches.open(KEPT)).delete(url);
      else await fetchAll();
      await showKept();
    } catch {
      state.textContent = "没有下载完，请在网络好的地方再试。";
    }
    button.disabled = false;
  });
  navigator.serviceWorker.register("/sw.js").then(() => { keep.hidden = false; return showKept(); }).catch(() => {});
}
