// Reading time of a file, as the page says: while this window is in front, the portal hears so every half minute.
(function () {
  "use strict";
  const place = document.querySelector("[data-reading]");
  if (!place) return;
  const cookie = (name) => {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };
  const report = () => {
    if (document.visibilityState !== "visible") return;
    const body = new URLSearchParams({ mark: place.dataset.mark, csrfmiddlewaretoken: cookie("__Host-csrftoken") || cookie("csrftoken") });
    fetch(place.dataset.reading, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
  };
  window.setInterval(report, 1000 * (Number(place.dataset.every) || 30)); // a page of another version says nothing: never without pause
  document.addEventListener("visibilitychange", () => { // what was read up to the moment that it went to the back
    if (document.visibilityState === "hidden" && navigator.sendBeacon) {
      const body = new URLSearchParams({ mark: place.dataset.mark, csrfmiddlewaretoken: cookie("__Host-csrftoken") || cookie("csrftoken") });
      navigator.sendBeacon(place.dataset.reading, body);
    }
  });
})();
