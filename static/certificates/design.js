// Shows on the sheet what is being written, shortly after the last key.
const form = document.getElementById("design");
let waiting;
const show = async () => {
  const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
  if (answer.ok) document.querySelector("iframe[name=sheet]").srcdoc = await answer.text();
};
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 400);
});
