// Sends what was scanned; without a network keeps it, with the server's nonce of that session, and sends it later.
const place = document.getElementById("check-in");
const SCANS = "training-scans", NONCES = "training-nonces";
const KEPT_HOURS = 72;

const read = (key, empty) => {
  try { return JSON.parse(localStorage.getItem(key)) || empty; } catch { return empty; }
};
const write = (key, value) => {
  try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; }
};

const keepNonces = () => {
  const nonces = read(NONCES, {}), fresh = Date.now() - KEPT_HOURS * 3_600_000;
  for (const [session, kept] of Object.entries(nonces)) if (kept.at < fresh) delete nonces[session];
  // The first one somebody got for a session stays: it is the older proof.
  for (const {dataset} of document.querySelectorAll("[data-nonce]")) {
    const before = nonces[dataset.session], same = before?.owner === dataset.owner;
    nonces[dataset.session] = {owner: dataset.owner, nonce: same ? before.nonce : dataset.nonce, at: Date.now()};
  }
  write(NONCES, nonces);
};

const show = (id, fill) => {
  const card = document.getElementById(id);
  for (const other of ["refused", "waiting"]) {
    const node = document.getElementById(other);
    if (node) node.hidden = other !== id;
  }
  if (!card) return;
  fill(card);
  card.scrollIntoView({block: "nearest"});
};
const refuse = (message) => show("refused", (card) => { card.querySelector("[data-text]").textContent = message; });
const clock = (at) => new Date(at).toLocaleTimeString("zh-CN", {hour12: false});

const keep = (scan) => {
  const kept = read(NONCES, {})[scan.session];
  if (!kept) return refuse("网络断开，本机也没有这一课次的签到凭据。请联网后再扫，或请班主任点名。");
  const scans = read(SCANS, []).filter((one) => one.session !== scan.session);
  if (!write(SCANS, [...scans, {...scan, nonce: kept.nonce, at: Date.now()}])) {
    return refuse("网络断开，这部手机也存不下签到。请联网后再扫，或请班主任点名。");
  }
  show("waiting", (card) => { card.querySelector("[data-at]").textContent = clock(Date.now()); });
};

const settled = (status) => status === 200 || (status >= 400 && status < 500 && ![401, 408, 429].includes(status));

const flush = async () => {
  for (const scan of read(SCANS, [])) {
    const answer = await post(place.dataset.send, {session: scan.session, code: scan.code, nonce: scan.nonce});
    if (!settled(answer.status) || answer.code === "csrf") {
      show("waiting", (card) => { card.querySelector("[data-at]").textContent = clock(scan.at); });
      return;
    }
    write(SCANS, read(SCANS, []).filter((one) => one.session !== scan.session));
    if (answer.status !== 200) refuse(`${clock(scan.at)}扫的码没有被接受：${answer.message}`);
    else if (document.visibilityState === "visible" && !document.activeElement?.matches("input")) location.replace(answer.page);
  }
};

const submit = async (session, code) => {
  const answer = await post(place.dataset.send, {session, code, nonce: ""});
  if (answer.status === 200) location.replace(answer.page);
  else if (answer.status === 0 || answer.status >= 500) keep({session, code});
  else if (answer.status === 401) location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
  else refuse(answer.message);
};

if (place) {
  keepNonces();
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  const form = document.getElementById("typed");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    await submit(Number(place.dataset.session), form.elements.code.value);
    button.disabled = false;
  });
  const [, session, code] = /\/sign\/(\d+)\/([^/]+)\/$/.exec(location.pathname) || [];
  if ("offline" in place.dataset && session) {
    if (navigator.onLine) submit(Number(session), decodeURIComponent(code));
    else keep({session: Number(session), code: decodeURIComponent(code)});
  } else if (place.dataset.code) submit(Number(place.dataset.session), place.dataset.code);
  else flush();
  addEventListener("online", flush);
}
