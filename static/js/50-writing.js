/* Writing: boxes grow with their text, and what was typed into a form with data-keep="name" outlives a reload
   in this tab, until it is sent or the person signs out. */
(() => {
  const grows = CSS.supports("field-sizing", "content");
  const key = (form) => `keep:${document.body.dataset.reader || ""}:${form.dataset.keep}`;
  const fields = (form) =>
    [...form.elements].filter((field) => field.name && (field.type === "textarea" || field.type === "text"));

  function fit(box) {
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight + 2}px`;
  }
  function start(root) {
    if (!grows) for (const box of root.querySelectorAll("textarea")) fit(box);
    const forms = [...root.querySelectorAll("form[data-keep]")];
    if (root.matches?.("form[data-keep]")) forms.push(root);
    for (const form of forms) {
      const kept = JSON.parse(sessionStorage.getItem(key(form)) || "{}");
      for (const field of fields(form)) if (!field.value && kept[field.name]) field.value = kept[field.name];
    }
  }
  document.addEventListener("input", (event) => {
    if (!grows && event.target.matches("textarea")) fit(event.target);
    const form = event.target.form;
    if (!form?.dataset.keep) return;
    const typed = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
    sessionStorage.setItem(key(form), JSON.stringify(typed));
  });
  const sent = (form) => sessionStorage.removeItem(key(form));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("forget" in form.dataset) sessionStorage.clear();
    // htmx cancels the submit and sends by itself: then the answer decides, below.
    else if (form.dataset.keep && !event.defaultPrevented && event.submitter?.name !== "preview") sent(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig?.elt; // detail.elt is an ancestor once the answer has replaced the form
    if (form?.matches?.("form[data-keep]") && event.detail.successful) sent(form);
  });
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
  start(document);
})();
