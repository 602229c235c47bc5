/* Rows under the box of search: arrows walk through them, Escape puts them away. */
document.addEventListener("keydown", (event) => {
  const find = event.target.closest?.(".find");
  const step = { ArrowDown: 1, ArrowUp: -1, Escape: 0 }[event.key];
  if (!find || step === undefined) return;
  const stops = [find.q, ...find.querySelectorAll(".quick a")];
  if (!step) find.querySelector(".find__rows").replaceChildren();
  else if (stops.length < 2) return;
  stops[Math.max(0, stops.indexOf(event.target) + step) * !!step]?.focus();
  if (step) event.preventDefault();
});
