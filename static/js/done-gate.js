// Done stays closed while the field above it is empty, while a hold is blocked, and while the page
// or the step is behind: nobody should settle a step they cannot see as it is.

export function drawGates() {
  const behind = document.querySelector("live-incident")?.hasAttribute("behind")
  for (const form of document.querySelectorAll("form[data-step]")) {
    const changed = form.closest("[data-held]") !== null
    const empty = [...form.elements].some((field) => field.required && !field.value.trim())
    for (const button of [...form.elements].filter((one) => one.type === "submit")) {
      if (button.dataset.blocked === undefined) button.dataset.blocked = button.disabled ? "yes" : ""
      button.disabled = behind || changed || empty || form.ariaBusy === "true" || button.dataset.blocked === "yes"
    }
  }
}

document.addEventListener("input", ({ target }) => target.form?.dataset.step !== undefined && drawGates())
document.addEventListener("news", drawGates)
document.addEventListener("freshness", drawGates)
drawGates()
