/* A guest's page carries times in the site's zone, so that it can be kept; put them into the reader's own.
   <time datetime="2026-03-03T09:00:00Z" data-local="date|datetime|time">; without a word, the date. */
(() => {
  const shapes = {
    date: { day: "numeric", month: "long" },
    datetime: { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" },
    time: { hour: "2-digit", minute: "2-digit" },
  };
  function put(root) {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const when = new Date(time.dateTime);
      const shape = shapes[time.dataset.local || "date"];
      time.removeAttribute("data-local");
      if (!shape || Number.isNaN(when.getTime())) continue;
      const locale = document.documentElement.lang;
      time.title = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(when);
      const year = when.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
      if (shape === shapes.time) delete year.year;
      time.textContent = new Intl.DateTimeFormat(locale, { ...shape, ...year }).format(when);
    }
  }
  put(document);
  document.addEventListener("htmx:load", (event) => put(event.detail.elt));
})();
