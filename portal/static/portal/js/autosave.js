// Saving while typing: the freshest version and token go along, so that no request disowns the one before it.
(function () {
  "use strict";
  const cookie = (name) => {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };
  const token = () => cookie("__Host-csrftoken") || cookie("csrftoken");

  // A queued request was put together before the one ahead of it raised the version.
  document.addEventListener("htmx:before:request", (event) => {
    const ctx = event.detail && event.detail.ctx;
    const form = ctx && ctx.sourceElement && ctx.sourceElement.closest && ctx.sourceElement.closest("form[data-autosave]");
    if (!form || !ctx.request.body || !ctx.request.body.set) return;
    const version = form.querySelector("#id_version");
    if (version) ctx.request.body.set("version", version.value);
    if (token()) ctx.request.body.set("csrfmiddlewaretoken", token());
  });

  // After a sign-in in another tab the page's own token is old; the cookie knows the new one.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-autosave]")) return;
    const field = form.querySelector("input[name=csrfmiddlewaretoken]");
    if (field && token()) field.value = token();
  });

  // No answer at all (cable out, laptop asleep): say so; the text stays.
  document.addEventListener("htmx:error", (event) => {
    const ctx = event.detail && event.detail.ctx;
    const form = ctx && ctx.sourceElement && ctx.sourceElement.closest && ctx.sourceElement.closest("form[data-autosave]");
    const note = form && form.querySelector("#save-state");
    if (note) note.textContent = form.dataset.offline || "";
  });
})();
