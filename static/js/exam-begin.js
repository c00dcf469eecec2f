// With script the whole paper comes in one load; without it, page by page.
document.querySelector("#begin [name=plain]")?.remove();
