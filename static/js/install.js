// Offers to put the site on the phone's desktop where the browser can.
const install = document.getElementById("install");
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  if (!install) return;
  install.hidden = false;
  install.querySelector("button").addEventListener("click", () => { install.hidden = true; event.prompt(); }, {once: true});
});
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
