// Keeps an answer of a mock exam as soon as it is given. Without it, going to another question keeps it.
const form = document.getElementById("kept-answer"), told = document.getElementById("kept-told");
const PAUSE = 800;
let waiting = null;

async function keep() {
  const body = new FormData(form);
  body.set("to", "stay");
  try {
    const reply = await fetch(form.action || location.href, { method: "POST", body, redirect: "error" });
    told.textContent = reply.status === 204 ? "已保存" : "还不能保存，请把这道题答完整";
  } catch {
    told.textContent = "没有连上网络，翻到下一题时再保存";
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(keep, PAUSE);
});
form.addEventListener("submit", () => clearTimeout(waiting));
