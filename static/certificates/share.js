// Hands the link to the phone's own sharing, or to its clipboard; without either the link stands on the page to be copied.
const button = document.querySelector("[data-share]");
const done = document.querySelector("[data-shared]");
if (navigator.share || navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = button.dataset.share;
    try {
      if (navigator.share) {
        await navigator.share({ title: button.dataset.title, url });
      } else {
        await navigator.clipboard.writeText(url);
        done.hidden = false;
      }
    } catch {
      document.getElementById("link").select(); // refused or given up
    }
  });
}
