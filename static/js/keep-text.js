// What somebody typed survives a reload, an expired log-in and a crash of the tab, on this device.
// Once it was sent it is forgotten. Passwords and secrets are never kept: only forms marked data-busy.

const FIELDS = "form[data-busy] :is(textarea, input:not([type]), input[type=text])"

document.addEventListener("input", ({ target }) => {
  if (!target.matches(FIELDS) || !target.id) return
  if (target.value) sessionStorage.setItem(name(target), target.value)
  else sessionStorage.removeItem(name(target))
})

document.addEventListener("news", restore)
restore()

export function forget(form) {
  for (const field of form.elements) if (field.id) sessionStorage.removeItem(name(field))
}

function restore() {
  for (const field of document.querySelectorAll(FIELDS)) {
    const kept = field.id && sessionStorage.getItem(name(field))
    if (!kept || field.value === kept || field === document.activeElement) continue
    field.value = kept
    field.dispatchEvent(new Event("input", { bubbles: true }))
  }
}

function name(field) {
  return `text ${location.pathname} ${field.id}`
}
