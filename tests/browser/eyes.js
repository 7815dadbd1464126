/* What an inspector looks at on a page that is open. Each answers with a list of faults; tests/browser/inclusion.py asks. */
(() => {
  const all = (what, under = document) => [...under.querySelectorAll(what)];
  const said = (node) => (node.getAttribute("aria-label") || node.innerText || node.value || node.name || "").trim().replace(/\s+/g, " ").slice(0, 40);
  const name = (node) => `${node.tagName.toLowerCase()}${node.className && node.className.baseVal === undefined ? "." + node.className.replace(/ /g, ".") : ""} "${said(node)}"`;
  const shown = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest(".unseen");
  const is_unseen = (node) => { const at = getComputedStyle(node); return at.clipPath === "inset(50%)" || at.display === "none"; };

  /* The page may not scroll sideways, and nothing may be cut (WCAG 1.4.4, 1.4.10, 1.4.12). */
  const room = () => {
    const page = document.documentElement, faults = [], wide = page.clientWidth;
    if (page.scrollWidth > wide) {
      const out = all("body *").filter((node) => node.getBoundingClientRect().right > wide + 1);
      faults.push(`scrolls sideways, ${page.scrollWidth} px in ${wide}: ${out.slice(0, 3).map(name).join(", ")}`);
    }
    for (const node of all("body *")) {
      if (node.closest("svg") || is_unseen(node) || !shown(node)) continue;
      const at = getComputedStyle(node), words = node.innerText;
      if (!words) continue;
      const cut_x = /hidden|clip/.test(at.overflowX) && node.scrollWidth > node.clientWidth + 1;
      const cut_y = /hidden|clip/.test(at.overflowY) && node.scrollHeight > node.clientHeight + 1;
      if (cut_x || cut_y || (at.textOverflow === "ellipsis" && node.scrollWidth > node.clientWidth + 1)) faults.push(`cut: ${name(node)}`);
      const box = node.getBoundingClientRect();
      if (box.left < -1 && box.width) faults.push(`out on the left: ${name(node)}`);
      if (/^(BUTTON|A)$/.test(node.tagName) && at.display !== "inline" && node.scrollHeight > node.clientHeight + 3 && at.overflowY === "visible" && node.clientHeight)
        faults.push(`words stick out of ${name(node)}`);
    }
    return faults;
  };

  /* What is pressed is at least 44 px high and wide, links in a sentence excepted (WCAG 2.5.5, 2.5.8). */
  const in_sentence = (node) => {
    if (node.tagName !== "A" || getComputedStyle(node).display !== "inline") return false;
    const block = node.closest("p, li, dd, dt, td, th, h2, h3, cite, summary, span");
    const around = block ? block.innerText.replace(/\s+/g, "") : "";
    return around.length > node.innerText.replace(/\s+/g, "").length;
  };
  const area = (node) => {
    const boxes = [node, ...(node.labels || [])].map((each) => each.getBoundingClientRect());
    return [Math.max(...boxes.map((box) => box.width)), Math.max(...boxes.map((box) => box.height))];
  };
  const targets = () => all("a[href], button, input:not([type=hidden]), select, textarea, summary")
    .filter((node) => shown(node) && !in_sentence(node) && !node.matches(".skip"))
    .map((node) => [node, ...area(node)])
    .filter(([, width, height]) => width < 43.9 || height < 43.9)
    .map(([node, width, height]) => `${name(node)} is ${Math.round(width)} by ${Math.round(height)} px to press`);

  /* One bar, and it is low; it gives way where the window is low. */
  const bar = () => {
    const node = document.querySelector(".bar");
    if (!node) return [];
    const at = getComputedStyle(node).position, box = node.getBoundingClientRect(), faults = [];
    if (innerHeight >= 500 && box.height > 64.5) faults.push(`the bar is ${box.height} px high`);
    if (innerHeight < 400 && at === "sticky") faults.push("the bar stays in a low window");
    return faults;
  };

  /* Nothing moves by itself, and for those who asked for it nothing moves at all. */
  const still = () => {
    const faults = document.getAnimations().map((each) => `moves: ${each.animationName || each.transitionProperty}`);
    for (const node of all("body *")) {
      const at = getComputedStyle(node);
      if (at.animationName !== "none" && parseFloat(at.animationDuration)) faults.push(`an animation on ${name(node)}`);
      if (at.transitionDuration.split(",").some(parseFloat)) faults.push(`a transition on ${name(node)}`);
      if (at.scrollBehavior === "smooth") faults.push(`smooth scrolling on ${name(node)}`);
    }
    return faults;
  };

  /* With colours taken away, what can be pressed still has an edge or is a link, and what is chosen is marked. */
  const forced = () => {
    const faults = [], edge = (node) => ["Top", "Bottom"].some((side) => { const at = getComputedStyle(node); return at[`border${side}Style`] !== "none" && parseFloat(at[`border${side}Width`]) > 0; });
    for (const node of all("button, .button, input:not([type=hidden]), select, textarea, .now, .box.alert, .problem")) {
      if (!shown(node) || node.matches(".plain, .rows button")) continue;
      if (/^(radio|checkbox)$/.test(node.type) ? getComputedStyle(node).appearance === "none" && !edge(node) : !edge(node)) faults.push(`no edge: ${name(node)}`);
    }
    for (const node of all("input[type=radio], input[type=checkbox]").filter(shown)) {
      if (getComputedStyle(node).appearance === "none" && getComputedStyle(node).forcedColorAdjust !== "none") faults.push(`chosen or not looks the same: ${name(node)}`);
    }
    return faults;
  };

  /* A state is never told by its colour alone: it has words, a sign or a shape too (WCAG 1.4.1). */
  const colour = () => {
    const faults = [];
    for (const node of all(".fresh, .ageing, .unknown, .full, .late, .box.alert")) if (shown(node) && !node.closest("svg, i, [aria-hidden=true]") && !said(node)) faults.push(`a state without words: ${name(node)}`);
    for (const node of all(".wrong")) if (!node.querySelector(".error")?.innerText.trim()) faults.push(`an error without words: ${name(node)}`);
    for (const node of all("main p a[href], main li a[href]").filter((each) => shown(each) && in_sentence(each))) {
      const at = getComputedStyle(node);
      if (!at.textDecorationLine.includes("underline") && at.fontWeight < 600) faults.push(`a link in a sentence told by its colour alone: ${name(node)}`);
    }
    return faults;
  };

  const fields = () => all("main input:not([type=hidden]), main select, main textarea")
    .map((node) => ({ name: node.name, label: (node.closest("fieldset")?.querySelector("legend") || node.labels?.[0])?.innerText.trim() || "", filled: /radio|checkbox/.test(node.type) ? all(`[name="${node.name}"]`).some((each) => each.checked) : !!node.value }));
  const help = () => [".bar a, .bar button", ".foot a"].map((part) => all(part).map((node) => said(node)));

  /* Where the focus is, whether it can be seen, and whether something lies over it (WCAG 2.4.3, 2.4.7, 2.4.11). */
  let last = null;
  const focus = () => {
    const node = document.activeElement;
    if (!node || node === document.body || node === document.documentElement) return null;
    const at = getComputedStyle(node), box = node.getBoundingClientRect();
    const points = [[0.5, 0.5], [0.5, 0.1], [0.5, 0.9]].map(([x, y]) => [box.left + box.width * x, Math.min(box.top + box.height * y, innerHeight - 2)]);
    const mine = (seen) => seen && (node === seen || node.contains(seen) || seen.contains(node) && !seen.closest(".bar") || [...(node.labels || [])].some((label) => label.contains(seen)));
    const faults = [];
    if (at.outlineStyle === "none" || parseFloat(at.outlineWidth) < 2) faults.push("no ring");
    if (!box.width || !box.height) faults.push("no size");
    if (box.height < innerHeight && !points.some(([x, y]) => mine(document.elementFromPoint(x, y)))) faults.push("lies under something");
    const same = node === last && /^(date|time)$/.test(node.type);  // a day and a time have several stops inside
    last = node;
    if (same) faults.length = 0;
    else if (!node.dataset.walked) node.dataset.walked = 1 + all("[data-walked]").length; else faults.push("");
    return { what: name(node), at: Number(node.dataset.walked), top: box.top + scrollY, left: box.left, part: node.closest(".bar") ? "bar" : node.closest("main") ? "main" : node.closest("footer") ? "foot" : "top", inline: at.display === "inline", faults: faults.filter(Boolean), again: faults.includes("") };
  };
  const unreached = () => {
    const radios = new Set(all("input[type=radio][data-walked]").map((node) => node.name));
    return all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")
      .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled && !node.dataset.walked && !(node.type === "radio" && radios.has(node.name)))
      .map((node) => `Tab never comes to ${name(node)}`);
  };

  /* The room and the bar once more, with a style sheet that a reader brings along. */
  const roomWith = (css) => {
    const mine = new CSSStyleSheet();
    mine.replaceSync(css);
    document.adoptedStyleSheets = css ? [mine] : [];
    const faults = [...room(), ...(css ? [] : bar())];
    document.adoptedStyleSheets = [];
    return faults;
  };
  const all_of_it = () => [...targets(), ...colour(), ...bar()];

  /* Before Tab is pressed: the next Tab comes to the first stop. Each stop is looked at as the key comes up. The answer
     is how often to press: once for every stop, for the stops inside a day and a time, and to come out again. */
  let stops = [];
  const walk = () => {
    document.activeElement.blur();
    const top = document.createElement("i");
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
    scrollTo(0, 0);
    stops = [];
    addEventListener("keyup", (event) => { if (event.key === "Tab") stops.push(focus()); }, true);
    const inside = { date: 4, time: 4 }, groups = new Set();
    return all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")
      .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled)
      .filter((node) => node.type !== "radio" || (!groups.has(node.name) && groups.add(node.name)))
      .reduce((sum, node) => sum + (inside[node.type] || 1), 2);
  };
  const walked = () => stops;

  window.eyes = { room, roomWith, targets, bar, still, forced, colour, all: all_of_it, fields, help, walk, walked, unreached };
})();
