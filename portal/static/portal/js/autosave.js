// Saving while typing: the freshest version and token go along, so that no request disowns the one before it.
(function () {
  "use strict";
  const FORM = "form[data-autosave]";
  const cookie = (name) => {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };
  const token = () => cookie("__Host-csrftoken") || cookie("csrftoken");
  const formOf = (event) => {
    const ctx = event.detail && event.detail.ctx;
    return ctx && ctx.sourceElement && ctx.sourceElement.closest && ctx.sourceElement.closest(FORM);
  };
  const underWay = new WeakSet(); // forms whose autosave has no answer yet
  const waiting = new WeakMap(); // form → what goes on after that answer
  const leaving = new WeakSet(); // forms on their way by a button: what they say is in that request already

  const sent = new WeakMap(); // form → what the request under way says

  // What a colleague wrote into a field that this page had not changed: shown unless it was typed in since, and then the mark
  // of what was seen stays, so that the next saving finds both texts.
  const merge = (form) => {
    const before = sent.get(form);
    form.querySelectorAll("#merged [data-merged]").forEach((told) => {
      const field = form.querySelector("#id_" + told.dataset.merged), mark = form.querySelector("#seen_" + told.dataset.merged);
      if (!field || !mark || !before) return;
      const asSent = before.get(field.name) || "", box = field.type === "checkbox";
      if ((box ? (field.checked ? "on" : "") : field.value) !== asSent) return;
      if (box) field.checked = told.value !== ""; else field.value = told.value;
      mark.value = told.dataset.mark;
    });
  };

  // A queued request was put together before the one ahead of it changed version and marks: it says what the form says now.
  document.addEventListener("htmx:before:request", (event) => {
    const form = formOf(event), ctx = event.detail && event.detail.ctx;
    if (!form) return;
    if (leaving.has(form)) { event.preventDefault(); return; } // a second saving would outdate the version that just went along
    underWay.add(form);
    const body = ctx.request.body;
    if (!body || !body.set) return;
    const now = new FormData(form);
    [...new Set(form.querySelectorAll("[name]"))].forEach((field) => body.delete(field.name));
    now.forEach((value, name) => { if (!(value instanceof File)) body.append(name, value); }); // files go with Save
    sent.set(form, now);
    if (token()) ctx.request.body.set("csrfmiddlewaretoken", token());
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    underWay.delete(form);
    merge(form);
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
    if (event.target.matches(FORM) && !event.defaultPrevented) leaving.add(event.target);
  });
  window.addEventListener("pageshow", (event) => { // come back to by the browser's button, the page saves again
    if (event.persisted) document.querySelectorAll(FORM).forEach((form) => leaving.delete(form));
  });

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
    const form = event.target.closest(FORM);
    if (form) delete form.dataset.refused;
  });

  // No answer at all (cable out, laptop asleep): say so; the text stays.
  document.addEventListener("htmx:error", (event) => {
    const form = formOf(event);
    const note = form && form.querySelector("#save-state");
    if (note) note.textContent = form.dataset.offline || "";
  });
})();
