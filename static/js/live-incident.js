// <live-incident data-address data-seq> keeps the page as the server has it. The bell says only "up
// to 119"; what happened is fetched. What cannot be fetched is said: the page never looks fresher
// than it is.

import { stepChanged } from "./attention.js"
import { listen } from "./bell.js"
import { timeOfDay } from "./clock-time.js"
import { look, showAfterNews, showOnArrival } from "./in-sight.js"
import { applyNews } from "./news.js"
import { senderBeat } from "./sender-age.js"
import { serverNow, setClock } from "./server-clock.js"

const POLL = 5000
const CHECK = 30000
const GRACE = 3000

class LiveIncident extends HTMLElement {
  connectedCallback() {
    this.turn = Promise.resolve()
    this.freshAt = serverNow()
    this.bellIsOpen = false
    this.bellIsLost = false
    this.wanted = this.seq
    this.stop = listen(`${this.dataset.address}/bell`, this.seq, (news) => this.#hear(news))
    this.timer = setInterval(() => this.#check(), POLL)
    showOnArrival()
    this.back = () => document.visibilityState === "visible" && this.#comeBack()
    addEventListener("pageshow", this.back)
    addEventListener("online", this.back)
    document.addEventListener("visibilitychange", this.back)
  }

  disconnectedCallback() {
    this.stop()
    clearInterval(this.timer)
    removeEventListener("pageshow", this.back)
    removeEventListener("online", this.back)
    document.removeEventListener("visibilitychange", this.back)
  }

  get seq() {
    return Number(this.dataset.seq)
  }

  // One at a time: news that overlap would be put on the page twice.
  catchUp() {
    this.turn = this.turn.then(() => this.#fetch()).catch(() => this.#say("lost"))
    return this.turn
  }

  // Takes an answer that carries news. False when it is something else, such as a log-in page.
  take(response, html) {
    const seq = Number(response.headers.get("Incident-Seq"))
    if (!seq) return false
    setClock(response)
    senderBeat(response.headers.get("Sender-Beat"))
    if (seq >= this.seq) this.#put(html, seq)
    this.#say("live")
    return true
  }

  // Without the bell we ask. With it we ask now and then: a dead line makes no sound.
  #check() {
    this.bellIsLost = !this.bellIsOpen
    const silent = serverNow() - this.freshAt
    if (document.visibilityState === "visible" && (!this.bellIsOpen || silent > CHECK)) this.catchUp()
  }

  #hear({ seq, state, beat }) {
    if (beat) return senderBeat(beat)
    if (state === "lost") {
      this.bellIsOpen = false
      this.bellIsLost = true
      setTimeout(() => this.bellIsOpen || this.catchUp(), GRACE)
    }
    if (state === "open" || seq) {
      this.bellIsOpen = true
      this.bellIsLost = false
    }
    if (state !== "open" && !(seq > this.wanted)) return
    this.wanted = Math.max(this.wanted, seq ?? 0)
    this.catchUp()
  }

  #comeBack() {
    if (serverNow() - this.freshAt > GRACE) this.#say("catching")
    this.catchUp()
  }

  async #fetch() {
    const focus = new URLSearchParams(location.search).get("step")
    const query = new URLSearchParams(focus ? { after: this.seq, step: focus } : { after: this.seq })
    const response = await fetch(`${this.dataset.address}/news?${query}`)
    if (!this.take(response, await response.text())) throw new Error(response.statusText)
  }

  #put(html, seq) {
    const before = look()
    const isComplete = seq === this.seq || html.includes(`id="event-${this.seq + 1}"`)
    if (!isComplete) return this.#reload()
    applyNews(html)
    this.dataset.seq = seq
    for (const field of document.querySelectorAll("[name=expected_seq]")) {
      if (!field.closest("[data-held]")) field.value = seq
    }
    document.dispatchEvent(new CustomEvent("news"))
    if (look().inHand !== before.inHand) stepChanged()
    showAfterNews(before)
  }

  // The place that its address named was for the page as it was.
  #reload() {
    history.replaceState(null, "", location.pathname + location.search)
    location.reload()
  }

  #say(state) {
    if (state === "live") this.freshAt = serverNow()
    this.toggleAttribute("behind", state !== "live")
    for (const place of document.querySelectorAll("[data-state]")) {
      place.className = `facts__state facts__state--${state}`
      place.textContent = this.#words(state)
    }
    document.dispatchEvent(new CustomEvent("freshness"))
  }

  #words(state) {
    const zone = document.querySelector("clock-time")?.dataset.zone ?? "UTC"
    const at = timeOfDay(this.freshAt, zone)
    if (state === "catching") return `As of ${at}, catching up`
    if (state === "lost") return `Not live since ${at}`
    return this.bellIsLost ? "● Live, every 5 s" : "● Live"
  }
}

customElements.define("live-incident", LiveIncident)
