// Shows how long a lesson, and a page of it, still has to be open. The server decides; this only counts down for the eye.
const whole = document.getElementById("left"), page = document.getElementById("page-left");
const finish = document.getElementById("finish"), opened = performance.now();
const remaining = (note) => (note ? Math.max(Math.ceil(Number(note.dataset.left) - (performance.now() - opened) / 1000), 0) : 0);
const words = (seconds) => `${Math.floor(seconds / 60)}分${String(seconds % 60).padStart(2, "0")}秒`;
// A page the browser brings back from memory has not told the server that it is open again.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// The server has just ended whatever film was counting: nothing may go on under it without a network.
try {
  for (const key of Object.keys(localStorage)) if (key.startsWith("lease-")) localStorage.removeItem(key);
} catch { /* a web view without storage remembers nothing */ }

const show = () => {
  const here = remaining(page), seconds = whole ? Math.max(remaining(whole), Number(whole.dataset.others) + here) : 0;
  if (page) {
    page.textContent = here ? page.dataset.words + words(here) : page.dataset.done;
    page.classList.toggle("is-ok", !here);
    if (!here) document.getElementById("turn")?.classList.add("main");
  }
  if (whole && finish) {
    finish.disabled = seconds > 0;
    whole.textContent = seconds ? `${whole.dataset.words}${words(seconds)}，由服务器计时。` : "阅读时间已够。";
  }
  if (here || seconds) setTimeout(show, 500);
};
show();
