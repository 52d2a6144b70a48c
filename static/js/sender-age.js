// <sender-age data-beat> says when whoever sends last gave a sign of life. What the page has not been
// told for a while it does not claim: then it says up to when it knew.

import { timeOfDay } from "./clock-time.js"
import { elapsed } from "./elapsed-time.js"
import { serverNow } from "./server-clock.js"

const ALIVE = 15000
const TOLD = 20000

let toldAt = serverNow()
let beat = ""

// The newest sign of life, as the server told it just now: a time, or "never".
export function senderBeat(told) {
  if (!told) return
  beat = told
  toldAt = serverNow()
  draw()
}

class SenderAge extends HTMLElement {
  connectedCallback() {
    beat = this.dataset.beat
    toldAt = serverNow()
    draw()
  }
}

function draw() {
  for (const place of document.querySelectorAll("sender-age")) {
    const [words, isOver] = sentence()
    if (place.textContent !== words) place.textContent = words
    place.toggleAttribute("over", isOver)
  }
}

function sentence() {
  if (beat === "never") return ["Nothing is sent: no sender", true]
  const silent = Math.abs(serverNow() - Date.parse(beat))
  const words = elapsed(Math.floor(silent / 1000))
  if (silent > ALIVE && serverNow() - toldAt > TOLD) return [`Sender not heard of since ${at()}`, false]
  return silent > ALIVE ? [`Sender silent for ${words}`, true] : [`Sender alive ${words} ago`, false]
}

function at() {
  return timeOfDay(toldAt, document.querySelector("clock-time")?.dataset.zone ?? "UTC")
}

customElements.define("sender-age", SenderAge)
setInterval(draw, 1000)
