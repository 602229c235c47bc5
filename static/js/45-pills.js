/* A row of pills that is wider than the phone begins with the one that is chosen in sight. */
for (const chosen of document.querySelectorAll(".pills > [aria-current]")) {
  const row = chosen.parentElement;
  row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
}
