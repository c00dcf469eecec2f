// Says how many are chosen, and chooses all of a page.
const form = document.getElementById("doubts");

if (form) {
  const all = document.getElementById("all"), boxes = [...form.querySelectorAll("[name=span]")];
  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && !all.checked;
    for (const note of form.querySelectorAll("[data-count]")) note.textContent = count ? `所选${count}段` : "所选片段";
    for (const button of form.querySelectorAll("[name=decision]")) button.disabled = !count;
  };
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
  form.addEventListener("change", show);
  show();
}
