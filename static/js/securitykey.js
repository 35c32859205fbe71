// Lets a security key, or the fingerprint or face of the device, answer the page's question, and sends the answer.
export function securityKeys() {
  for (const place of document.querySelectorAll("[data-security-key]")) {
    const button = place.querySelector("[data-security-key-use]");
    const told = place.querySelector("[data-security-key-told]");
    if (!window.PublicKeyCredential) {
      told.textContent = "This browser knows no security keys. Use another way.";
      continue;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
      told.textContent = "";
      try {
        const answer = await ask(place.dataset.securityKey, options());
        document.getElementById(place.dataset.field).value = JSON.stringify(answer);
        place.closest("form").requestSubmit();
      } catch {
        told.textContent = "The key did not answer. Try again, or use another way.";
      }
    });
  }
}

function options() {
  return JSON.parse(document.getElementById("key-options").textContent).publicKey;
}

async function ask(how, publicKey) {
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    for (const known of publicKey[list] ?? []) known.id = bytes(known.id);
  }
  const found = await navigator.credentials[how]({ publicKey });
  const response = { clientDataJSON: text(found.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (found.response[part]) response[part] = text(found.response[part]);
  }
  const clientExtensionResults = found.getClientExtensionResults();
  return { id: found.id, rawId: text(found.rawId), type: found.type, response, clientExtensionResults };
}

function bytes(base64) {
  return Uint8Array.from(atob(base64.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

function text(buffer) {
  const letters = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
