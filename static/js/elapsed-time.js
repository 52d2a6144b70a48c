// <elapsed-time data-since> counts up: 1 h 47 min. <elapsed-time data-until> counts down: 0:48.
// <elapsed-time data-due> does both: in 0:48, and once that is past, 9 min late.
// One tick a second moves them all. `data-allowed` (seconds) marks the one that passed it [over].

import { serverNow } from "./server-clock.js"

const all = new Set()

class ElapsedTime extends HTMLElement {
  connectedCallback() {
    all.add(this)
    this.draw()
  }

  disconnectedCallback() {
    all.delete(this)
  }

  draw() {
    const { since, until, due, allowed } = this.dataset
    const seconds = since
      ? Math.floor((serverNow() - Date.parse(since)) / 1000)
      : Math.ceil((Date.parse(until ?? due) - serverNow()) / 1000)
    const rest = due ? dueWords(seconds) : countdown(Math.max(0, seconds))
    const words = since ? elapsed(Math.max(0, seconds)) : rest
    if (this.textContent !== words) this.textContent = words
    this.toggleAttribute("over", since ? seconds > Number(allowed || Infinity) : seconds <= 0)
  }
}

export function elapsed(seconds) {
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return two(hours, "h", minutes % 60, "min")
  return two(Math.floor(hours / 24), "d", hours % 24, "h")
}

function dueWords(seconds) {
  return seconds > 0 ? `in ${countdown(seconds)}` : `${elapsed(-seconds)} late`
}

function countdown(seconds) {
  if (seconds >= 600) return elapsed(seconds)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

function two(large, largeUnit, small, smallUnit) {
  return small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`
}

customElements.define("elapsed-time", ElapsedTime)
setInterval(() => all.forEach((one) => one.draw()), 1000)
