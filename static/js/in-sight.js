// Where the page stands after news, decided once and in one place. A new alarm comes into sight,
// whatever else would; otherwise the step in hand does when it is another one. Nothing moves under
// the hands of somebody who types: then the alarm waits until they have finished.

const A_PRESS = 700
const A_FLING = 3000
const NEAREST = { block: "nearest", behavior: "instant" }
const TOUCHES = ["pointerdown", "keydown", "wheel"]

// When the alarm was shown that nobody has touched the page under since: NEVER while it waits.
const NEVER = Infinity
let shownAt = null

// What there is to see now, to compare with once the news is on the page.
export function look() {
  const field = typedIn()
  return { alarm: alarm()?.dataset.alarm, inHand: inHand()?.dataset.number, field, top: top(field) }
}

export function showOnArrival() {
  history.scrollRestoration = "manual"
  if (!alarm() && back()) return addEventListener("load", () => back()?.scrollIntoView(NEAREST))
  if (location.hash) return
  if (alarm()) shownAt = NEVER
  if (!showAlarm()) showInHand()
}

export function showAfterNews(before) {
  const field = typedIn()
  if (field && field === before.field) scrollBy({ top: top(field) - before.top, behavior: "instant" })
  if (!alarm()) shownAt = null
  else if (alarm().dataset.alarm !== before.alarm) shownAt = NEVER
  if (!showAlarm() && !field && inHand()?.dataset.number !== before.inHand) showInHand()
}

// It stands first on the page, under the header that never scrolls away. Once shown it keeps its
// place, whatever else happens, until somebody touches the page: then they have seen it.
function showAlarm() {
  if (shownAt === null) return false
  if (typedIn()?.value) return true
  scrollTo({ top: 0, behavior: "instant" })
  shownAt = Math.min(shownAt, performance.now())
  return true
}

function showInHand() {
  inHand()?.scrollIntoView(NEAREST)
}

function alarm() {
  return document.querySelector("[data-alarm]")
}

// Whoever comes back is told first what happened, also where a link leads straight to a step.
function back() {
  return document.querySelector("resume-here form")
}

function inHand() {
  return document.querySelector("[data-main]")
}

// A sheet stands still, whatever the page below it does.
function typedIn() {
  const field = document.activeElement
  return field?.matches("input, textarea, select") && !field.closest(":popover-open") ? field : null
}

function top(field) {
  return field?.getBoundingClientRect().top
}

// Not at once: the press that ended the typing has to land where it was aimed.
document.addEventListener("focusout", () => shownAt === NEVER && setTimeout(showAlarm, A_PRESS))

// A page that was still rolling when the alarm came has rolled away from it.
addEventListener("scrollend", () => performance.now() - shownAt < A_FLING && showAlarm())

for (const touch of TOUCHES) {
  addEventListener(touch, () => shownAt !== NEVER && (shownAt = null), { passive: true })
}
