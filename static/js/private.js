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
const atMost = (work, milliseconds) => Promise.race([work, new Promise((resolve) => { setTimeout(resolve, milliseconds); })]);

if (owner) erase(`kept-${owner}`).catch(() => {});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.getAttribute("action")?.endsWith("/logout/")) return;
  event.preventDefault();
  forget();
  await atMost(erase(), 3_000).catch(() => {});
  form.submit();
});
