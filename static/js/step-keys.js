// One key per outcome, for whoever has a keyboard: d o f n p ?. No key ever sends a page. Enter goes
// on from the card of whoever comes back, and elsewhere keeps its own meaning. A key is ignored while
// it repeats, composes, comes with a modifier, or belongs to a focused control.

import { isDeaf } from "./attention.js"

const OFF = "keys off"
const CONTROLS = "a[href], button, input, select, textarea, summary, [contenteditable]"
const KEYS = {
  d: (step) => step?.querySelector("[data-key=d]")?.click(),
  n: (step) => step?.querySelector("[data-key=n]")?.click(),
  p: () => document.getElementById("page-sheet")?.showPopover(),
  o: (step) => openOutcomes(step, "o"),
  f: (step) => openOutcomes(step, "f"),
  "?": () => document.getElementById("keys-sheet")?.showPopover(),
  Enter: () => document.querySelector("[data-key=Enter]")?.click(),
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.repeat) return
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return sendField(event)
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (!KEYS[event.key] || !isListening()) return
  event.preventDefault()
  KEYS[event.key](document.querySelector("[data-main]"))
})

// Switched off for this browser by the tick in its sheet, or for the person in their profile.
function isListening() {
  if (document.documentElement.dataset.keys === "off") return false
  const live = document.querySelector("live-incident:not([data-keys=off])")
  if (!live || localStorage.getItem(OFF) || isDeaf()) return false
  const isFree = !document.activeElement?.matches(CONTROLS)
  return isFree && !document.querySelector(":popover-open")
}

function openOutcomes(step, outcome) {
  const sheet = step?.querySelector(".sheet[id^=aside-]")
  if (!sheet) return
  sheet.dataset.outcome = outcome
  sheet.showPopover()
}

// In a form with several outcomes, Ctrl+Enter presses the one whose key opened it, or none; in
// another with several buttons the one that is said to send it.
function sendField(event) {
  const form = event.target.form
  if (!form || isDeaf()) return
  const chosen = form.closest("[data-outcome]")?.dataset.outcome
  const buttons = [...form.elements].filter((one) => one.type === "submit")
  const sends = buttons.length > 1 ? buttons.find((one) => "sends" in one.dataset) : buttons[0]
  const button = chosen ? buttons.find((one) => one.dataset.outcome === chosen) : sends
  if (!button || button.disabled) return
  event.preventDefault()
  form.requestSubmit(button)
}

const toggle = document.querySelector("[data-keys-switch]")
if (toggle) {
  toggle.checked = !localStorage.getItem(OFF)
  toggle.addEventListener("change", () =>
    toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "yes"),
  )
}
