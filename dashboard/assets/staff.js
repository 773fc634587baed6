// Keeps what was measured up to date on the pages of the staff, without touching a form that is being filled in.

const EVERY_MS = 3000;
const parts = [...document.querySelectorAll("[data-refresh]")];

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const found = page.querySelector(`[data-refresh="${part.dataset.refresh}"]`);
      if (found && found.innerHTML !== part.innerHTML) part.replaceChildren(...found.childNodes);
    }
  } catch {
    // The pulse of the page says that the server is silent; the next try comes soon.
  }
}

if (parts.length) setInterval(refresh, EVERY_MS);
