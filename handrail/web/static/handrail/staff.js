/* The staff side, with JavaScript: clocks that move, Ctrl+Enter, a kept draft, and a lock when left alone. */
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  var words = function (node, name) { return node.getAttribute("data-" + name) || ""; };

  /* <time data-until="ISO" data-left="{} min left" data-late="{} min late" data-now="Now"> */
  function tick() {
    document.querySelectorAll("time[data-until]").forEach(function (node) {
      var minutes = (Date.parse(words(node, "until")) - Date.now()) / 60000;
      if (Math.abs(minutes) > 120) { return; }
      var whole = minutes >= 0 ? Math.ceil(minutes) : Math.floor(-minutes);
      var pattern = minutes >= 0 ? words(node, "left") : whole < 1 ? words(node, "now") : words(node, "late");
      var text = pattern.replace("{}", String(whole));
      if (node.textContent !== text) { node.textContent = text; }
      if (minutes < 0) { node.classList.add("late"); }
    });
  }

  /* Ctrl+Enter (or Cmd+Enter) sends the form one is writing in. */
  document.addEventListener("keydown", function (event) {
    var form = event.target.form || (event.target.closest && event.target.closest("form"));
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form && form.requestSubmit) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    /* Enter on the bare queue takes the next person. */
    var next = document.querySelector("form[data-take-next]");
    if (next && event.key === "Enter" && event.target === document.body) { next.requestSubmit(); }
  });

  /* A note being written is kept, sealed, on the server every five seconds. Nothing stays in the browser. */
  var kept = null, form = document.querySelector("form[data-keep]");
  function keep() {
    if (!form) { return; }
    var body = new URLSearchParams(new FormData(form));
    if (body.toString() === kept) { return; }
    var first = kept === null;
    kept = body.toString();
    if (first) { return; }
    fetch(words(form, "keep"), { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (text) {
      var place = document.getElementById("kept");
      if (place && text) { place.textContent = text; }
    }).catch(function () { kept = ""; });
  }

  /* Left alone, the page goes to the lock; what was typed has been kept. */
  var seen = Date.now(), lock = document.querySelector("meta[name=lock-after]");
  ["keydown", "pointerdown", "input"].forEach(function (name) {
    document.addEventListener(name, function () { seen = Date.now(); }, { passive: true });
  });
  function leave() {
    if (lock && Number(lock.content) && Date.now() - seen > Number(lock.content) * 60000) {
      keep();
      location.assign(words(lock, "to") + "?next=" + encodeURIComponent(location.pathname + location.search));
    }
  }

  /* A timeline opens at its newest line. */
  document.querySelectorAll("[data-end]").forEach(function (node) { node.scrollTop = node.scrollHeight; });

  /* Somebody reading or typing is not idle, also on a page that sends nothing. */
  var awake = document.querySelector("meta[name=awake]"), told = Date.now();
  function stayAwake() {
    if (!awake || Date.now() - told < 60000 || seen < told) { return; }
    told = Date.now();
    fetch(awake.content, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": words(awake, "token") } });
  }

  /* A button that copies what stands in a field. */
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copy]");
    var field = button && document.getElementById(words(button, "copy"));
    if (!field) { return; }
    field.select();
    var done = function () { button.textContent = words(button, "copied"); };
    var other = function () { if (document.execCommand("copy")) { done(); } };
    if (navigator.clipboard) { navigator.clipboard.writeText(field.value).then(done, other); } else { other(); }
  });

  keep();
  setInterval(keep, 5000);
  setInterval(function () { tick(); leave(); stayAwake(); }, 10000);
  tick();
  document.addEventListener("htmx:afterSwap", tick);
  ["htmx:sendError", "htmx:responseError"].forEach(function (name) {
    document.addEventListener(name, function () {
      var lost = document.getElementById("lost");
      if (lost) { lost.hidden = false; }
    });
  });
  document.addEventListener("htmx:afterOnLoad", function () {
    var lost = document.getElementById("lost");
    if (lost) { lost.hidden = true; }
  });
})();
