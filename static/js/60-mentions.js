// @ offers the people who took part: buttons below the text, reached by Tab, that put the name in.
(() => {
  const wanted = (area) => {
    const before = area.value.slice(0, area.selectionStart);
    const found = before.match(/(?:^|\s)@([\p{L}\p{N} ._-]{0,40})$/u);
    return found ? found[1] : null;
  };
  const close = (area) => area.parentElement.querySelector(".mentions")?.remove();
  let asked = 0;
  document.addEventListener("input", async (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement) || !area.dataset.mentions) return;
    const start = wanted(area);
    const turn = ++asked;
    if (start === null) return close(area);
    const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(start)}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || turn !== asked) return;
    close(area);
    const holder = document.createElement("div");
    holder.innerHTML = await answer.text();
    const panel = holder.firstElementChild;
    if (panel?.querySelector("button")) area.insertAdjacentElement("afterend", panel);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-mention]");
    if (!button) return;
    const area = button.closest(".field").querySelector("textarea");
    const before = area.value.slice(0, area.selectionStart).replace(/@[^@]*$/, `@${button.dataset.mention} `);
    area.value = before + area.value.slice(area.selectionStart);
    area.focus();
    area.setSelectionRange(before.length, before.length);
    close(area);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll(".mentions").forEach((panel) => panel.remove());
  });
})();
