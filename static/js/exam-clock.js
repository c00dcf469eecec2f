// The server's time on this device: an offset on a clock that nobody sets. Each answer of the server corrects it.
const makeClock = (server) => {
  let offset = Number(server) - performance.now(), doubt = Infinity;
  return {
    now: () => performance.now() + offset,
    // Half the way there and back; a slow answer does not replace what a quick one said, until devices drift apart.
    set(said, asked) {
      const way = performance.now() - asked;
      doubt += 5;
      if (way > doubt) return;
      doubt = way;
      offset = said + way / 2 - performance.now();
    },
  };
};

const two = (number) => String(number).padStart(2, "0");

// 1:12:36, with days in front where there are any.
const written = (milliseconds) => {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000)), days = Math.floor(seconds / 86_400);
  const time = `${Math.floor((seconds % 86_400) / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days ? `${days}天${time}` : time;
};

// 10:52 as people in the hall read it, wherever the device thinks it is.
const timeOfDay = (milliseconds) => new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
}).format(milliseconds);
