// <clock-time data-zone> is the time of day now, in the incident's zone.

import { serverNow } from "./server-clock.js"

export function timeOfDay(milliseconds, zone) {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  }).format(milliseconds)
}

class ClockTime extends HTMLElement {
  connectedCallback() {
    this.draw()
    this.timer = setInterval(() => this.draw(), 1000)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
  }

  draw() {
    const words = timeOfDay(serverNow(), this.dataset.zone || "UTC")
    if (this.textContent !== words) this.textContent = words
  }
}

customElements.define("clock-time", ClockTime)
