// How long until an exam opens, on the page of the day.
for (const place of document.querySelectorAll(".until")) {
  const until = Number(place.dataset.until), offset = Number(place.dataset.now) - performance.now();
  const show = () => {
    const rest = Math.max(0, until - offset - performance.now()), minutes = Math.ceil(rest / 60_000);
    const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60);
    place.textContent = days ? `还有${days}天` : hours ? `还有${hours}小时${minutes % 60}分` : minutes ? `还有${minutes}分钟` : "已开考";
  };
  show();
  setInterval(show, 15_000);
}
