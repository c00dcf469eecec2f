// Offers, once and quietly, to put the site on the phone's desktop; who says no is not asked again.
const install = document.getElementById("install"), SAID = "install-said";
const said = () => {
  try {
    return localStorage.getItem(SAID);
  } catch {
    return "no memory, no offer";
  }
};
const close = () => {
  install.hidden = true;
  try { localStorage.setItem(SAID, new Date().toISOString()); } catch { /* asked again next time */ }
};
const isInstalled = () => navigator.standalone || matchMedia("(display-mode: standalone)").matches;
// Only Safari puts a page on an iPhone's desktop: what a web view of another app is told would be wrong.
const isSafari = /iPhone|iPad/.test(navigator.userAgent) && /Safari\//.test(navigator.userAgent)
  && !/MicroMessenger|DingTalk|QQ|CriOS|FxiOS|EdgiOS|Alipay/.test(navigator.userAgent);
const offer = (id) => {
  if (!install || said() || isInstalled()) return null;
  const words = document.getElementById(id);
  words.hidden = install.hidden = false;
  return words;
};

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer("install-prompt")?.querySelector("button").addEventListener("click", () => { close(); event.prompt(); }, {once: true});
});
addEventListener("appinstalled", () => { if (install) close(); });
document.getElementById("install-no")?.addEventListener("click", close);
if (isSafari) offer("install-hint");
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
