/* Classic and in the head, so that the page is never painted in the wrong colours first. */
(() => {
  const stored = () => {
    try {
      return localStorage.getItem("assist.theme") ?? "auto";
    } catch {
      return "auto";
    }
  };
  /** @param {string} theme */
  const show = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  show(stored());
  document.addEventListener("DOMContentLoaded", () => {
    const select = document.querySelector("select[data-theme-choice]");
    if (!(select instanceof HTMLSelectElement)) return;
    select.value = stored();
    select.addEventListener("change", () => {
      try {
        localStorage.setItem("assist.theme", select.value);
      } catch {
        // A page that may not store still shows what was chosen.
      }
      show(select.value);
      document.dispatchEvent(new CustomEvent("assist-theme", { detail: select.value }));
    });
  });
})();
