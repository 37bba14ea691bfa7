// Saving while typing: the freshest version and token go along, so that no request disowns the one before it.
(function () {
  "use strict";
  const FORM = "form[data-autosave]";
  const cookie = (name) => {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };
  const token = () => cookie("__Host-csrftoken") || cookie("csrftoken");
  const ctxOf = (event) => (event.detail && event.detail.ctx) || {};
  const formOf = (event) => {
    const ctx = ctxOf(event);
    return ctx.sourceElement && ctx.sourceElement.closest && ctx.sourceElement.closest(FORM);
  };
  const underWay = new WeakSet(); // forms whose autosave has no answer yet
  const waiting = new WeakMap(); // form → what goes on after that answer
  const leaving = new WeakMap(); // form on its way by a button → what that request says; nothing else is sent beside it
  const again = new WeakSet(); // forms whose button's request had no answer: the next saving says the same once more
  const PATIENCE = 15000; // milliseconds after which a page that is still here was not left

  const sent = new WeakMap(); // form → what the request under way says

  // What a colleague wrote into a field that this page had not changed: shown unless it was typed in since, and then the mark
  // of what was seen stays, so that the next saving finds both. A field with the cursor in it waits until it is left.
  const says = (data, name) => JSON.stringify([...data].filter(([one, value]) => value !== "" && (one === name || one.startsWith(name + "-"))));
  const merge = (form) => {
    const before = sent.get(form);
    form.querySelectorAll("#merged > [data-merged]").forEach((told) => {
      const name = told.dataset.merged, group = form.querySelector('[data-field="' + name + '"]'), mark = form.querySelector("#seen_" + name);
      if (!group || !mark || !before) return;
      if (says(new FormData(form), name) !== says(before, name)) { told.remove(); return; }
      if (group.contains(document.activeElement)) return;
      fill(group, [...told.querySelectorAll("data")].map((part) => [part.dataset.part, part.value]));
      mark.value = told.dataset.mark;
      note(group, told.dataset.words);
      told.remove();
    });
  };
  const fill = (group, parts) => {
    const table = group.querySelector(".table-answer");
    if (table) table.dispatchEvent(new CustomEvent("portal:rows", { detail: 1 + Math.max(-1, ...parts.map(([name]) => Number(name.split("-")[1]))) }));
    group.querySelectorAll("input[name], select[name], textarea[name]").forEach((one) => {
      const part = parts.find(([name, value]) => name === one.name && (one.type !== "checkbox" || value === one.value));
      if (one.type === "checkbox") one.checked = part !== undefined;
      else one.value = part ? part[1] : "";
      one.dispatchEvent(new Event("portal:filled", { bubbles: true })); // counters and groups of digits follow
    });
  };
  const note = (group, words) => {
    group.querySelectorAll("[data-merged-note]").forEach((old) => old.remove());
    group.append(Object.assign(document.createElement("p"), { className: "merged-note", textContent: words }));
    group.lastElementChild.dataset.mergedNote = "";
  };
  // A field in which a colleague wrote as well says so itself, with the way to both texts, until one of them was chosen.
  const clash = (form) => {
    form.querySelectorAll("[data-clash-note]").forEach((old) => {
      const control = document.getElementById(old.dataset.clashNote);
      if (control) describe(control, old.id, false);
      old.remove();
    });
    form.querySelectorAll("#merged > [data-clash]").forEach((told) => {
      const group = form.querySelector('[data-field="' + told.dataset.clash + '"]'), control = document.getElementById(told.dataset.target);
      if (!group) return;
      const said = Object.assign(document.createElement("p"), { className: "clash-note", id: "clash_" + told.dataset.clash });
      said.dataset.clashNote = told.dataset.target;
      said.append(Object.assign(document.createElement("a"), { href: "#both_" + told.dataset.clash, textContent: told.dataset.words }));
      group.append(said);
      if (control) describe(control, said.id, true);
    });
  };
  const describe = (control, id, on) => {
    const ids = (control.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
    if (on) ids.push(id);
    if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
    else control.removeAttribute("aria-describedby");
  };
  // A file was chosen before a colleague's was shown: its mark stays, so that Save asks instead of replacing the other one.
  const holdFiles = (form) => {
    const before = sent.get(form);
    form.querySelectorAll("input[type=file]").forEach((one) => {
      const mark = form.querySelector("#seen_" + one.name);
      if (one.files.length && mark && before && before.has(mark.name)) mark.value = before.get(mark.name);
    });
  };
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest && event.target.closest(FORM);
    if (form) setTimeout(() => { if (!underWay.has(form)) merge(form); });
  });

  // A queued request was put together before the one ahead of it changed version and marks: it says what the form says now.
  document.addEventListener("htmx:before:request", (event) => {
    const form = formOf(event), ctx = ctxOf(event);
    if (!form) return;
    if (leaving.has(form) && !again.has(form)) { event.preventDefault(); return; } // a second saving would outdate what just went along
    underWay.add(form);
    const body = ctx.request.body;
    if (!body || !body.set) return;
    const now = again.has(form) ? leaving.get(form) : new FormData(form);
    [...new Set(form.querySelectorAll("[name]"))].forEach((field) => body.delete(field.name));
    now.forEach((value, name) => { if (!(value instanceof File)) body.append(name, value); }); // files go with Save
    sent.set(form, now);
    if (token()) ctx.request.body.set("csrfmiddlewaretoken", token());
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    underWay.delete(form);
    holdFiles(form);
    merge(form);
    clash(form);
    if (again.has(form)) settle(form, ctxOf(event));
    if (form.querySelector("[data-frozen]")) { // handed in elsewhere: nothing that is typed here counts any more
      form.querySelectorAll("input, textarea, select, button").forEach((field) => { field.disabled = true; });
      delete form.dataset.dirty;
    }
    const next = waiting.get(form);
    waiting.delete(form);
    if (next) next();
  });

  // After a sign-in in another tab the page's own token is old; the cookie knows the new one. A button pressed while an
  // autosave is under way waits for its answer: the version that it would send along is already outdated.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(FORM)) return;
    if (underWay.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      waiting.set(form, () => {
        if (!button || button.isConnected) { form.requestSubmit(button); return; }
        const said = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
        form.append(said); // the answer that came has replaced the button
        form.requestSubmit();
      });
      return;
    }
    const field = form.querySelector("input[name=csrfmiddlewaretoken]");
    if (field && token()) field.value = token();
  }, true);
  document.addEventListener("submit", (event) => { // after all who may stop it
    const form = event.target;
    if (!form.matches(FORM) || event.defaultPrevented) return;
    const said = new FormData(form);
    leaving.set(form, said);
    again.delete(form);
    setTimeout(() => { if (leaving.get(form) === said) stay(form); }, PATIENCE);
  });

  // Still here: the browser gave the request up (Esc, an answer without a page), or came back to the page. Nobody knows whether the
  // portal stored it, so the same is said once more by the autosave: what is stored already is no change, and the answer
  // brings the version and the marks on which what was typed since goes along.
  const stay = (form) => {
    if (!form.isConnected || again.has(form) || form.querySelector("[data-frozen]")) return;
    again.add(form);
    form.dataset.dirty = Number(form.dataset.dirty || 0) + 1; // it may be stored nowhere
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const text = (data) => JSON.stringify([...data].filter(([name]) => !/^(version$|csrf|seen_)/.test(name)).map(([name, value]) => [name, value instanceof File ? value.name : value]));
  const settle = (form, ctx) => { // what was typed since follows
    if (!ctx.response || ctx.response.status >= 500) return; // no answer again: the next saving tries
    const typed = text(leaving.get(form)) !== text(new FormData(form));
    leaving.delete(form);
    again.delete(form);
    if (!typed) return;
    form.dataset.dirty = Number(form.dataset.dirty || 0) + 1;
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const stayAll = () => document.querySelectorAll(FORM).forEach((form) => { if (leaving.has(form)) stay(form); });
  if (window.navigation) window.navigation.addEventListener("navigateerror", stayAll);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") setTimeout(stayAll, 500); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) stayAll(); });

  // A link away from the page saves first. What is refused stays on the page with its reason; the second click leaves.
  const save = (form) => {
    const field = form.querySelector("input[name=csrfmiddlewaretoken]");
    if (field && token()) field.value = token();
    const body = new URLSearchParams(new FormData(form));
    const headers = { "HX-Request": "true", "HX-Target": form.getAttribute("hx-target") };
    return fetch(form.getAttribute("hx-post"), { method: "POST", body, headers, credentials: "same-origin", keepalive: body.toString().length < 60000 })
      .then((answer) => answer.text().then((text) => answer.status === 200 && !text.includes("data-unsaved")))
      .catch(() => false);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
    const form = document.querySelector(FORM + "[data-dirty]");
    if (!form || form.dataset.refused) return;
    event.preventDefault();
    const go = () => save(form).then((saved) => {
      if (saved) { delete form.dataset.dirty; window.location.href = link.href; return; }
      form.dataset.refused = "1"; // asked once: the browser's own warning stands before the next click
      form.dispatchEvent(new Event("change", { bubbles: true })); // the usual way shows why
    });
    if (underWay.has(form)) waiting.set(form, () => (form.dataset.dirty ? go() : (window.location.href = link.href)));
    else go();
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest(FORM), group = event.target.closest("[data-field]");
    if (form) delete form.dataset.refused;
    if (form && group) group.querySelectorAll("[data-merged-note]").forEach((old) => old.remove());
  });

  // No answer at all (cable out, laptop asleep): say so; the text stays.
  document.addEventListener("htmx:error", (event) => {
    const form = formOf(event);
    const note = form && form.querySelector("#save-state");
    if (note) note.textContent = form.dataset.offline || "";
  });
})();
