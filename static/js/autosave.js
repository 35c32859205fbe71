// Saves what is typed in a form with data-autosave, two seconds after the typing stops.
const PAUSE = 2000;
const RETRY = 15000;

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });

export function autosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}

function watch(form) {
  const state = form.querySelector("[data-autosave-state]");
  let timer = null;
  let sent = fingerprint(form);
  let busy = false;
  let leaving = false;

  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };

  async function save() {
    const now = fingerprint(form);
    if (leaving || now === sent) return;
    if (busy) return later(PAUSE);
    busy = true;
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: withoutFiles(form),
        headers: { "X-Autosave": "1" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: now.length < 60000,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      sent = now;
      say(`Saved at ${clock()}`);
    } catch {
      say("Not saved yet: there is no connection or you have been signed out. Your text is still here.");
      later(RETRY);
    } finally {
      busy = false;
    }
  }

  function say(words) {
    if (state && state.textContent !== words) state.textContent = words;
  }

  form.addEventListener("input", () => later(PAUSE));
  form.addEventListener("change", () => later(PAUSE));
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => (leaving = false));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}

function withoutFiles(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  return body;
}

function fingerprint(form) {
  return withoutFiles(form).toString();
}
