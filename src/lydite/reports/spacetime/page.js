"use strict";
// The page is whole without this: it adds a button that copies, and shows which row belongs to which band.
(() => {
  const command = document.querySelector(".replay code");
  if (command && navigator.clipboard) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    command.after(button);
  }
  const same = (number) => document.querySelectorAll(`[data-fault="${CSS.escape(number)}"]`);
  for (const each of document.querySelectorAll("[data-fault]")) {
    const number = each.dataset.fault;
    if (number === "0") continue;
    each.addEventListener("mouseenter", () => same(number).forEach((one) => one.classList.add("on")));
    each.addEventListener("mouseleave", () => same(number).forEach((one) => one.classList.remove("on")));
  }
})();
