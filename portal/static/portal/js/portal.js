// Small comforts. Every page works without this file.
(function () {
  "use strict";
  const root = document.documentElement;
  const korean = (root.lang || "ko").startsWith("ko");

  // ── Text size: the radio works by CSS alone; here it is remembered ──────────────────────────────
  const size = root.dataset.textSize || "md";
  const chosen = document.getElementById("text-size-" + size);
  if (chosen) chosen.checked = true;
  document.addEventListener("change", (event) => {
    if (event.target.name !== "text-size") return;
    root.dataset.textSize = event.target.value;
    try { localStorage.setItem("text-size", event.target.value); } catch (e) { /* lasts for this page */ }
  });

  // ── Open drop-downs close on Escape and on a click elsewhere ────────────────────────────────────
  const openDrops = () => document.querySelectorAll("details.drop[open], details.menu-narrow[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openDrops().forEach((drop) => {
      const inside = drop.contains(document.activeElement);
      drop.open = false;
      if (inside) drop.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", (event) => {
    openDrops().forEach((drop) => { if (!drop.contains(event.target)) drop.open = false; });
  });

  // ── Errors: the summary takes the focus; its links lead into the fields ─────────────────────────
  const focusErrors = (scope) => {
    const summary = [...scope.querySelectorAll("[data-error-summary]")].find((s) => !s.closest("[data-quiet]"));
    if (summary) summary.focus();
    return Boolean(summary);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a[href^='#']");
    if (!link) return;
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    (field.closest(".form-group") || field).scrollIntoView({ block: "center" });
  });

  // ── A decision's answer makes other fields required: said to screen readers as it is chosen ──────
  document.addEventListener("change", (event) => {
    if (event.target.type !== "radio" || !event.target.form) return;
    event.target.form.querySelectorAll("[data-needed-for]").forEach((field) => {
      field.required = field.dataset.neededFor.split(" ").includes(event.target.value);
    });
  });

  // ── Sent once: a double click sends one form ─────────────────────────────────────────────────────
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]") || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
    setTimeout(() => release(form), 15000);
  });
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // ── Unsaved changes ──────────────────────────────────────────────────────────────────────────────
  // What was typed after a request left is not in its answer, so the marks are counted, not only set.
  const typed = (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) form.dataset.dirty = Number(form.dataset.dirty || 0) + 1;
  };
  document.addEventListener("input", typed);
  // A page that came back with faults holds text that is stored nowhere else.
  document.querySelectorAll("form[data-guard]").forEach((form) => {
    if (form.querySelector('[aria-invalid="true"]')) form.dataset.dirty = 1;
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) delete event.target.dataset.dirty;
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
  });
  const guarded = (event) => {
    const ctx = event.detail && event.detail.ctx;
    const element = ctx && ctx.sourceElement;
    return [ctx, element && element.closest && element.closest("form[data-guard]")];
  };
  document.addEventListener("htmx:before:request", (event) => {
    const [ctx, form] = guarded(event);
    if (form) ctx.typedBefore = form.dataset.dirty;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const [ctx, form] = guarded(event);
    const status = ctx && ctx.response && (ctx.response.status || (ctx.response.raw && ctx.response.raw.status));
    if (!form || status < 200 || status >= 300 || (ctx.text || "").includes("data-unsaved")) return;
    if (form.dataset.dirty === ctx.typedBefore) delete form.dataset.dirty;
  });

  // ── Characters left ──────────────────────────────────────────────────────────────────────────────
  const count = (area) => {
    const line = document.querySelector(`[data-count-for="${CSS.escape(area.id)}"]`);
    const limit = Number(area.dataset.limit);
    if (!line || !limit) return;
    const now = line.querySelector(".count-now");
    now.hidden = false;
    now.textContent = area.value.length.toLocaleString() + " / " + limit.toLocaleString();
    line.querySelector(".count-total").hidden = true;
    line.classList.toggle("is-full", area.value.length >= limit);
  };

  // ── Won: groups of three while typing, and the amount in words ───────────────────────────────────
  const thousands = (n) => (n >= 1000 && n % 1000 === 0 ? n / 1000 + "천" : n.toLocaleString("en"));
  const inWords = (digits) => {
    if (!digits || digits.length > 15) return "";
    let rest = Number(digits);
    if (rest < 10000) return "";
    if (!korean) {
      for (const [unit, word] of [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]]) {
        if (rest >= unit) return "KRW " + String(Math.round(rest / unit * 1000) / 1000) + " " + word;
      }
      return "";
    }
    const parts = [];
    for (const [unit, word] of [[1e12, "조"], [1e8, "억"], [1e4, "만"]]) {
      const n = Math.floor(rest / unit);
      rest %= unit;
      if (n) parts.push(thousands(n) + word);
    }
    if (rest) parts.push(rest.toLocaleString("en"));
    return parts.join(" ") + "원";
  };
  const groupWon = (input) => {
    const raw = input.value;
    const output = input.parentElement.querySelector(".won-words");
    if (!/^[\d,\s]*원?$/.test(raw)) { if (output) output.textContent = ""; return; }
    const digits = raw.replace(/\D/g, "").replace(/^0+(?=\d)/, "");
    const after = raw.slice(input.selectionStart ?? raw.length).replace(/\D/g, "").length;
    const grouped = digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    if (grouped !== raw) {
      input.value = grouped;
      let at = grouped.length;
      for (let seen = 0; at > 0 && seen < after; at -= 1) if (/\d/.test(grouped[at - 1])) seen += 1;
      if (document.activeElement === input) input.setSelectionRange(at, at);
    }
    if (output) output.textContent = inWords(digits);
  };
  ["input", "portal:filled"].forEach((kind) => document.addEventListener(kind, (event) => {
    if (event.target.matches("textarea[data-limit]")) count(event.target);
    if (event.target.matches("input[data-won]")) groupWon(event.target);
  }));

  // ── Copy ─────────────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) return;
    const source = document.querySelector(button.dataset.copy);
    if (!source) return;
    await navigator.clipboard.writeText((source.value || source.textContent).trim());
    const before = button.textContent;
    button.textContent = korean ? "복사했습니다" : "Copied";
    setTimeout(() => { button.textContent = before; }, 2000);
  });

  // ── Dialogs, where the browser does not know `commandfor` yet ───────────────────────────────────
  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[commandfor]");
      const dialog = button && document.getElementById(button.getAttribute("commandfor"));
      if (dialog && button.getAttribute("command") === "show-modal") dialog.showModal();
    });
  }

  // ── Tables as cards: a heading for every cell that brings none ──────────────────────────────────
  const labelCells = (scope) => scope.querySelectorAll("table.as-cards").forEach((table) => {
    const heads = [...table.querySelectorAll("thead th")].map((th) => th.textContent.trim());
    table.querySelectorAll("tbody tr").forEach((row) => [...row.children].forEach((cell, i) => {
      if (cell.tagName === "TD" && !cell.hasAttribute("data-label") && heads[i]) cell.dataset.label = heads[i];
    }));
  });

  // ── After htmx has swapped something: errors first, else the focus stays where it was ───────────
  let held = null;
  document.addEventListener("htmx:before:swap", () => {
    const active = document.activeElement;
    held = active && active !== document.body ? { id: active.id, name: active.name } : null;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const scope = event.target && event.target.querySelectorAll ? event.target : document;
    dress(scope);
    if (focusErrors(scope)) return;
    if (held && (document.activeElement === document.body || !document.activeElement)) {
      const again = (held.id && document.getElementById(held.id)) || (held.name && document.getElementsByName(held.name)[0]);
      if (again) again.focus({ preventScroll: true });
    }
  });

  const dress = (scope) => {
    scope.querySelectorAll("textarea[data-limit]").forEach(count);
    scope.querySelectorAll("input[data-won]").forEach(groupWon);
    if (navigator.clipboard) scope.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
    labelCells(scope);
  };
  dress(document);
  focusErrors(document);
})();
