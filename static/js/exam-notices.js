// What the sheet has to say, one notice a matter, in words and with what to do.
const makeNotices = (place) => {
  const shown = new Map();
  const drop = (key) => { shown.get(key)?.remove(); shown.delete(key); };
  // `lines` are paragraphs, the first one strong; `buttons` are [label, what it does].
  const say = (key, tone, lines, buttons = [], where = place) => {
    drop(key);
    const note = document.createElement("div");
    note.className = `note notice ${tone}`;
    note.dataset.key = key;
    note.setAttribute("role", tone === "bad" ? "alert" : "status");
    lines.forEach((line, at) => {
      const paragraph = document.createElement("p");
      paragraph.append(at ? line : Object.assign(document.createElement("strong"), {textContent: line}));
      note.append(paragraph);
    });
    if (buttons.length) {
      const row = document.createElement("p");
      row.className = "acts";
      for (const [label, act] of buttons) {
        const button = Object.assign(document.createElement("button"), {type: "button", className: "btn", textContent: label});
        button.addEventListener("click", () => act(() => drop(key)));
        row.append(button);
      }
      note.append(row);
    }
    shown.set(key, note);
    where.append(note);
    return note;
  };
  return {say, drop};
};
