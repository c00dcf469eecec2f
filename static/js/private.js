// Kept lessons belong to whoever kept them: they go when that person signs out, and when another signs in. What was
// watched and not yet sent stays: it lies in a store of its owner's, and no other account sends it.
const owner = document.body.dataset.user;
const forget = () => {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("lease-")) localStorage.removeItem(key);
  } catch { /* a web view without storage remembers nothing */ }
};
const erase = async (but) => {
  if (!("caches" in window)) return;
  const names = (await caches.keys()).filter((name) => name.startsWith("kept-") && name !== but);
  await Promise.all(names.map((name) => caches.delete(name)));
};
// So do an exam's answers; those that never reached the server are not thrown away unasked.
const unsentAnswers = () => new Promise((resolve) => {
  const request = indexedDB.open(`exams-${owner}`);
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = () => resolve(0);
  request.onsuccess = () => {
    const base = request.result, count = base.transaction("unsent").objectStore("unsent").count();
    count.onsuccess = () => { base.close(); resolve(count.result); };
    count.onerror = () => { base.close(); resolve(0); };
  };
});
const mayLeave = async () => {
  const left = await atMost(unsentAnswers(), 1_000).catch(() => 0);
  return !left || confirm(`本机还有${left}条考试作答没有送到服务器，退出登录会删除。确定退出吗？`);
};
const atMost = (work, milliseconds) => Promise.race([work, new Promise((resolve) => { setTimeout(resolve, milliseconds); })]);

if (owner) erase(`kept-${owner}`).catch(() => {});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.getAttribute("action")?.endsWith("/logout/")) return;
  event.preventDefault();
  if (!(await mayLeave())) return;
  forget();
  try { indexedDB.deleteDatabase(`exams-${owner}`); } catch { /* nothing was kept */ }
  await atMost(erase(), 3_000).catch(() => {});
  form.submit();
});
