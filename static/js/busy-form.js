// <form data-busy> is sent once, however often it is pressed, and on the live page without leaving
// it: the answer is the news. What could not be saved stays typed, is said, and is tried again with
// the same key, which makes the repeat harmless.

import { isDeaf } from "./attention.js"
import { forget } from "./keep-text.js"

const STALE = "Not saved: reload this page. What you typed is kept."

const unsaved = new Set()
let stray

document.addEventListener("submit", (event) => {
  const form = event.target
  if (form.dataset.busy === undefined) return
  const live = document.querySelector("live-incident")
  const isUndo = event.submitter?.closest("undo-toast")
  const tooSoon = isDeaf() && !isUndo && (form.dataset.step !== undefined || form.id === "press")
  if (form.ariaBusy === "true" || tooSoon) return event.preventDefault()
  if (!live || form.dataset.busy === "plain") return setTimeout(() => (form.ariaBusy = "true"))
  event.preventDefault()
  send({ form, live, submitter: event.submitter })
})

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.ariaBusy = null
})

addEventListener("online", () => {
  for (const press of [...unsaved]) send(press)
})

async function send(press) {
  const { form, live, submitter } = press
  press.body ??= new FormData(form, submitter)
  press.address ??= submitter?.getAttribute("formaction") || form.getAttribute("action")
  stray?.remove()
  mark(press, true)
  try {
    const headers = { "Incident-Seq": live.seq }
    const response = await fetch(press.address, { method: "POST", body: press.body, headers })
    answered(press, response, await response.text())
  } catch {
    unsaved.add(press)
    if (form.id === "press") renew(form)
    say(press, "Not saved: there is no connection. It is sent as soon as there is one.", "Try now")
  } finally {
    mark(press, false)
  }
}

async function answered(press, response, html) {
  unsaved.delete(press)
  quieten(press)
  if (response.ok && response.headers.get("Incident-Seq")) {
    finish(press)
    return press.live.take(response, html)
  }
  if (isLogIn(response)) return sayLoggedOut(press)
  if (response.ok) return location.assign(response.url)
  if (response.headers.get("X-Login") === "stale") return say(press, STALE)
  say(press, sentence(html) ?? `Not saved: the server answered ${response.status}.`)
  renew(press.form)
  await press.live.catchUp()
  keepInSight(press)
}

// The news may have taken the step away together with the words that stood in it.
function keepInSight({ notice }) {
  if (notice.isConnected) return
  stray = notice
  document.getElementById("main").prepend(notice)
  notice.scrollIntoView({ block: "nearest" })
}

// Before the news is put on the page: a step whose field has the focus, or whose sheet is open, would
// be held back as one in use.
function finish({ form, submitter }) {
  forget(form)
  if (form.dataset.step !== undefined) document.getElementById("main").focus({ preventScroll: true })
  if (form.id !== "press") form.reset()
  renew(form)
  submitter?.closest("[popover]")?.hidePopover()
  if (form.closest("[data-number]")) history.replaceState(null, "", location.pathname)
}

// The next press is another one, and says so.
function renew(form) {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const key = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  const field = form.elements.namedItem("idempotency_key")
  if (field) field.value = key
}

function mark({ form, submitter }, busy) {
  form.ariaBusy = busy ? "true" : null
  submitter?.toggleAttribute("data-pressed", busy)
  document.dispatchEvent(new CustomEvent("freshness"))
}

function isLogIn(response) {
  return response.headers.get("X-Login") === "required" || (response.redirected && new URL(response.url).pathname.startsWith("/login"))
}

function sentence(html) {
  const page = new DOMParser().parseFromString(html, "text/html")
  return page.querySelector("[data-sentence], [data-status]")?.textContent.trim()
}

function sayLoggedOut(press) {
  const notice = say(press, "You were logged out. What you typed is kept on this device. ")
  const link = document.createElement("a")
  link.href = `/login?next=${encodeURIComponent(location.pathname)}`
  link.className = "button"
  link.textContent = "Log in and come back"
  notice.append(link)
  notice.scrollIntoView({ block: "nearest" })
}

// The words stand where the press was: in its form, or before the button of a row.
function say(press, words, again) {
  quieten(press)
  const notice = document.createElement("p")
  notice.className = "notice notice--danger refusal"
  notice.setAttribute("role", "alert")
  notice.append(words)
  if (again) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button"
    button.textContent = again
    button.addEventListener("click", () => send(press))
    notice.append(" ", button)
  }
  press.notice = notice
  if (press.form.id === "press") press.submitter.closest("p, li").before(notice)
  else press.form.prepend(notice)
  notice.scrollIntoView({ block: "nearest" })
  return notice
}

function quieten(press) {
  press.notice?.remove()
}
