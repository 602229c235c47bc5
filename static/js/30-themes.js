/* Light, dark, as my device: the form works by itself; with script the page need not load again. */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-themes]");
  const chosen = event.submitter?.value;
  if (!form || !chosen) return;
  event.preventDefault();
  const page = document.documentElement;
  if (chosen === "auto") delete page.dataset.theme;
  else page.dataset.theme = chosen;
  document.querySelector("meta[name=color-scheme]").content = chosen === "auto" ? "light dark" : chosen;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === chosen));
  fetch(form.action, { method: "POST", body: new URLSearchParams({ theme: chosen }), redirect: "manual" }).catch(() => {});
});
