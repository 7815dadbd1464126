/* Optional. Everything works without it. */
(function () {
  "use strict";
  var doc = document, form = doc.querySelector("form button.leave"), shifts = 0, timer;
  function leave(event) {
    if (!form) return;
    if (event) event.preventDefault();
    doc.documentElement.hidden = true;
    doc.title = "Weather";
    if (navigator.sendBeacon) navigator.sendBeacon("/leave/");
    location.replace(form.dataset.exit);
  }
  if (form) form.form.addEventListener("submit", leave);
  doc.addEventListener("keydown", function (event) {
    if (event.key !== "Shift") { shifts = 0; return; }
    if (event.repeat) return;
    clearTimeout(timer);
    timer = setTimeout(function () { shifts = 0; }, 1500);
    if (++shifts === 3) leave();
  });
  doc.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { print(); });
  });
  doc.querySelectorAll("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () { button.lastChild.textContent = button.dataset.done; });
    });
  });
  /* A part marked data-poll is fetched again each minute and replaced when its words have changed. */
  var live = doc.querySelector("[data-poll]");
  if (live) setInterval(function () {
    if (doc.hidden) return;
    fetch(location.pathname, { cache: "no-store", credentials: "same-origin" }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : "";
    }).then(function (page) {
      var next = page && new DOMParser().parseFromString(page, "text/html").querySelector("[data-poll]");
      if (next && next.textContent !== live.textContent) live.innerHTML = next.innerHTML;
    }).catch(function () {});
  }, 60000);
})();
