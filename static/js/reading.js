// Shows how long a lesson still has to be read. The server decides; this only counts down for the eye.
const left = document.getElementById("left");
const finish = document.getElementById("finish");

if (left && finish) {
  const until = performance.now() + Number(left.dataset.left) * 1000;
  const show = () => {
    const seconds = Math.max(Math.ceil((until - performance.now()) / 1000), 0);
    finish.disabled = seconds > 0;
    left.textContent = seconds > 0
      ? `还需阅读${Math.floor(seconds / 60)}分${String(seconds % 60).padStart(2, "0")}秒，由服务器计时。`
      : "阅读时间已够。";
    if (seconds > 0) setTimeout(show, 500);
  };
  show();
}
