// After handing in nothing of the exam stays on the device, except what never reached the server.
const receipt = document.getElementById("receipt").dataset;
const clean = async () => {
  const owner = document.body.dataset.user, queue = openQueue(owner), attempt = Number(receipt.attempt);
  for (const key of ["flags", "place"]) try { localStorage.removeItem(`exam-${key}-${attempt}`); } catch { /* none */ }
  if ("caches" in window) await (await caches.open(`kept-${owner}`)).delete(location.pathname.replace("receipt", "paper"), {ignoreVary: true});
  const unsent = await queue.unsent(attempt);
  const note = document.getElementById("left-behind");
  if (!unsent.length) { await queue.forget(attempt); return; }
  note.hidden = false;
  note.querySelector("b").textContent = new Set(unsent.map((one) => one.slot)).size;
  const [save, drop] = note.querySelectorAll("button");
  save.addEventListener("click", () => exportUnsent(receipt.token, receipt.number, unsent));
  drop.addEventListener("click", async () => { await queue.forget(attempt); note.hidden = true; });
};
clean();
