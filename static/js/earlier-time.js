// <earlier-time data-zone> around a field for a time says which day is meant, before it is saved:
// 23:50 typed at 00:10 is yesterday's.

import { timeOfDay } from "./clock-time.js"
import { serverNow } from "./server-clock.js"

const DAY = 86400000

class EarlierTime extends HTMLElement {
  connectedCallback() {
    this.hint = this.querySelector(".field__hint")
    this.usual = this.hint.textContent
    this.addEventListener("input", ({ target }) => this.#say(target.value.trim()))
  }

  #say(typed) {
    this.hint.textContent = /^\d{1,2}:\d{2}$/.test(typed) ? this.#meaning(typed) : this.usual
  }

  #meaning(typed) {
    const zone = this.dataset.zone
    const [hour, minute] = typed.split(":").map(Number)
    if (hour > 23 || minute > 59) return "There is no such time."
    const time = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`
    const yesterday = time > timeOfDay(serverNow(), zone)
    const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: zone })
    const day = date.format(serverNow() - (yesterday ? DAY : 0))
    return `${yesterday ? "Yesterday" : "Today"}, ${day}, ${time}.`
  }
}

customElements.define("earlier-time", EarlierTime)
