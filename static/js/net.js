// POSTs JSON and returns {status, ...answer}; status 0 where no answer came. A stale token is renewed once.
let token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

const post = async (url, body, again = true) => {
  let response;
  try {
    response = await fetch(url, {
      method: "POST", keepalive: true, redirect: "error", body: JSON.stringify(body),
      headers: {"Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token},
    });
  } catch {
    return {status: 0};
  }
  const answer = await response.json().catch(() => ({}));
  if (answer.code === "csrf" && again) {
    token = answer.token;
    return post(url, body, false);
  }
  return {...answer, status: response.status};
};

// crypto.randomUUID is missing where the page is not served over TLS.
const uuid = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
};
