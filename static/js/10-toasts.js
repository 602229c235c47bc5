/* Answers that htmx does not swap in (403, 409, 429, 503 …) are still sentences: show them in #toasts.
   The server's sentence is the body as plain text, or the element with data-message in a page or fragment. */
(() => {
  const region = () => document.getElementById("toasts");

  function sentenceOf(xhr) {
    const type = xhr.getResponseHeader("Content-Type") || "";
    if (type.startsWith("text/plain")) return xhr.responseText.trim().slice(0, 400);
    if (!type.startsWith("text/html")) return "";
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const told = page.querySelector("[data-message]") || page.querySelector("main p, [role=alert], p");
    return told ? told.textContent.trim().slice(0, 400) : "";
  }

  function show(text) {
    const place = region();
    if (!place || !text) return;
    const toast = document.createElement("div");
    toast.className = "toast";
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.setAttribute("aria-label", place.dataset.close);
    close.textContent = "×";
    close.addEventListener("click", () => toast.remove());
    toast.append(words, close);
    place.replaceChildren(toast);
    // 12 s: long enough to read two sentences twice; focus or pointer on it keeps it.
    const fade = () => (toast.matches(":hover, :focus-within") ? setTimeout(fade, 4000) : toast.remove());
    setTimeout(fade, 12000);
  }

  document.addEventListener("htmx:responseError", (event) => {
    show(sentenceOf(event.detail.xhr) || region()?.dataset.failed);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => show(region()?.dataset.offline));
  }
  // The server may also ask for a toast beside a swap: HX-Trigger: {"toast": "…"}.
  document.addEventListener("toast", (event) => show(event.detail.value));

  // A form that comes back with reasons: go to the first field that needs care.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.xhr?.status === 422) event.detail.elt.querySelector('[aria-invalid="true"], .summary')?.focus();
  });
})();
