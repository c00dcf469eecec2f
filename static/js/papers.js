// 组卷要求：加行、删行；每次改动后按题库现状核对，缺题的行标红。没有脚本时照样能填，保存后在方案页看结果。
const WAIT = 400;

const form = document.querySelector('form[data-check]');
if (form) {
  const body = form.querySelector('.cells tbody');
  const total = form.querySelector('[name=cells-TOTAL_FORMS]');
  const spare = document.querySelector('#spare');
  let timer;
  let asked = 0;

  const show = (row, found) => {
    row.querySelector('.row-total').textContent = found ? `${found.total}分` : '';
    const chip = row.querySelector('.row-bank');
    chip.hidden = !found;
    chip.classList.toggle('bad', Boolean(found?.missing));
    chip.classList.toggle('ok', Boolean(found && !found.missing));
    if (found) chip.textContent = found.missing ? `可用${found.available}题，缺${found.missing}题` : `可用${found.available}题`;
  };

  const check = async () => {
    const turn = ++asked;
    const response = await fetch(form.dataset.check, { method: 'POST', body: new FormData(form) });
    if (!response.ok || turn !== asked) return;
    const found = await response.json();
    body.querySelectorAll('tr').forEach((row) => show(row, found.rows[row.dataset.prefix]));
    form.querySelector('#all-questions').textContent = found.questions;
    form.querySelector('#all-marks').textContent = found.marks;
  };

  const later = () => { clearTimeout(timer); timer = setTimeout(check, WAIT); };
  const reveal = (root) => root.querySelectorAll('.drop').forEach((button) => { button.hidden = false; });

  form.querySelector('#add-row').addEventListener('click', () => {
    const row = spare.content.firstElementChild.cloneNode(true);
    const place = total.value;
    row.innerHTML = row.innerHTML.replaceAll('__prefix__', place);
    row.dataset.prefix = `cells-${place}`;
    total.value = Number(place) + 1;
    reveal(row);
    body.append(row);
    row.querySelector('select').focus();
  });
  body.addEventListener('click', (event) => {
    const row = event.target.closest('.drop')?.closest('tr');
    if (!row) return;
    row.querySelectorAll('input, select').forEach((field) => { field.value = ''; });
    row.hidden = true;
    later();
  });
  form.addEventListener('input', later);
  form.querySelector('#add-row').hidden = false;
  reveal(body);
  check();
}
