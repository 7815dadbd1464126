/* Optional: all works without it. */
(function () {
  "use strict";
  var doc = document, root = doc.documentElement, button = doc.querySelector("button.leave"), shifts = 0, timer;
  function all(name, act) { doc.querySelectorAll(name).forEach(act); }
  function leave(event) {
    if (!button) return;
    if (event) event.preventDefault();
    root.hidden = true;
    doc.title = "Weather";
    doc.cookie = "d=1;path=/;max-age=600;samesite=lax";
    if (navigator.sendBeacon) navigator.sendBeacon("/leave/");
    location.replace(button.dataset.exit);
  }
  if (button) button.form.addEventListener("submit", leave);
  /* Brought back from memory after Leave site. */
  addEventListener("pageshow", function (event) {
    if (event.persisted && /\bd=1/.test(doc.cookie)) { root.hidden = true; location.reload(); }
  });
  doc.addEventListener("keydown", function (event) {
    if (event.key !== "Shift") { shifts = 0; return; }
    if (event.repeat) return;
    clearTimeout(timer);
    timer = setTimeout(function () { shifts = 0; }, 1500);
    if (++shifts === 3) leave();
  });
  all("[data-print]", function (node) {
    node.hidden = false;
    node.onclick = function () { print(); };
  });
  all("[data-copy]", function (node) {
    if (!navigator.clipboard) return;
    node.hidden = false;
    node.onclick = function () {
      navigator.clipboard.writeText(node.dataset.copy).then(function () { node.lastChild.textContent = node.dataset.done; });
    };
  });
  var live = doc.querySelector("[data-poll]");
  if (live) setInterval(function () {
    if (!doc.hidden) fetch(location.pathname, { headers: { "X-Poll": 1 } }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (page) {
      if (!page) return;
      var next = new DOMParser().parseFromString(page, "text/html").querySelector("[data-poll]");
      if (!next) location.reload();
      else if (next.textContent !== live.textContent) live.innerHTML = next.innerHTML;
    }).catch(function () {});
  }, 6e4);
})();
