// Warns two minutes before the session ends, extends it at one press, and leaves the page when it is over.
const WARN = 120;
const LOOK = 5000;
const GIVE_UP = 60000; // an answer that does not come must not keep the warning back

export function sessionTime() {
  const dialog = document.querySelector("[data-session]");
  if (!dialog) return;
  const { sessionUrl: url, sessionOver: over } = dialog.dataset;
  const words = dialog.querySelector("[data-session-words]");
  let end = Date.now() + Number(dialog.dataset.sessionLeft) * 1000;
  let asking = null;
  const left = () => (end - Date.now()) / 1000;

  // The server alone knows: another tab, or a text that saved itself, may have used the session meanwhile.
  // One question at a time: whoever looks meanwhile waits for the same answer, and a key pressed meanwhile is not lost.
  async function ask(method) {
    if (asking && method === "GET") return asking;
    if (asking) await asking;
    asking = send(method);
    await asking;
    asking = null;
  }

  // The time counts from the question: the answer may have been long on its way, or the computer asleep.
  async function send(method) {
    const asked = Date.now();
    try {
      const headers = { "X-CSRFToken": dialog.querySelector("[name=csrfmiddlewaretoken]").value };
      const signal = AbortSignal.timeout?.(GIVE_UP);
      const answer = await fetch(url, { method, headers, signal, credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect") return leave();
      if (answer.ok) end = asked + (await answer.json()).seconds * 1000;
    } catch {
      if (left() <= 0) leave();
    }
  }

  function leave() {
    const back = encodeURIComponent(window.location.pathname + window.location.search);
    window.location.replace(`${over}?next=${back}`);
  }

  function say() {
    const minutes = Math.ceil(left() / 60);
    const told = minutes > 1 ? `${minutes} minutes are left.` : "Less than a minute is left.";
    if (words.textContent !== told) words.textContent = told;
  }

  async function look() {
    if (left() > WARN) return;
    if (!dialog.open || left() <= 0) await ask("GET");
    if (left() <= 0) return leave();
    if (left() > WARN) return dialog.open && dialog.close();
    say();
    if (!dialog.open) dialog.showModal();
  }

  async function stay() {
    await ask("POST");
    if (left() > WARN) dialog.close();
  }

  dialog.querySelector("[data-session-stay]").addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  setInterval(look, LOOK);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}
