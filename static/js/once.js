// Sends a form once, however often the button is pressed; the server guards too.
const AGAIN_AFTER = 8000;

export function sendOnce() {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
      setTimeout(() => ready(form), AGAIN_AFTER);
    });
    window.addEventListener("pageshow", () => ready(form));
  }
}

function ready(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}
